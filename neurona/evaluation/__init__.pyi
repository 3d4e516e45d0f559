from .groundings.carriers import CarrierTest, carrier_test
from .groundings.consistency import Consistency, grounding_consistency
from .groundings.haufe_patterns import activation_patterns, by_entity, grounding_table
from .groundings.recovery import Recovery, grounding_recovery
from .grouping import question_groups
from .inference.chance import chance_table, holm
from .inference.claims import Claim, claims_markdown, claims_rich_table, claims_table
from .inference.intervals import chance_interval, wilson_interval
from .inference.paired import Comparison, comparison_table, paired_test
from .inference.permutation import SignFlips, sign_flips
from .metrics.accuracy import Accuracy, accuracy_table
from .metrics.baseline_classifiers import BASELINES
from .metrics.baselines import Signal, baseline_predictions, baseline_table
from .metrics.calibration import Reliability, calibration_table, reliability, statements
from .metrics.ceilings import NoiseCeiling, answer_agreement, ceiling_table, noise_ceiling, spearman_brown
from .metrics.chance_levels import chance_of, guessing_range
from .metrics.concept_accuracy import accuracy_by_concept
from .metrics.conjunctions import conjunction_table
from .metrics.contrasts import loss_table
from .metrics.groups import OverGroups, group_table, groups_rich_table, over_groups
from .metrics.learning_curves import CurveRun, learning_curve_table
from .metrics.oracle import share_of_oracle
from .plots.answers import accuracy_plot, confusion_plot, reliability_plot
from .plots.effects import forest_plot, learning_curve_plot
from .predictions import COLUMNS, clusters, right_answers
from .tables import accuracy_rich_table, results_table

__all__ = [
    "BASELINES",
    "COLUMNS",
    "Accuracy",
    "CarrierTest",
    "Claim",
    "Comparison",
    "Consistency",
    "CurveRun",
    "NoiseCeiling",
    "OverGroups",
    "Recovery",
    "Reliability",
    "SignFlips",
    "Signal",
    "accuracy_by_concept",
    "accuracy_plot",
    "accuracy_rich_table",
    "accuracy_table",
    "activation_patterns",
    "answer_agreement",
    "baseline_predictions",
    "baseline_table",
    "by_entity",
    "calibration_table",
    "carrier_test",
    "ceiling_table",
    "chance_interval",
    "chance_of",
    "chance_table",
    "claims_markdown",
    "claims_rich_table",
    "claims_table",
    "clusters",
    "comparison_table",
    "confusion_plot",
    "conjunction_table",
    "forest_plot",
    "grounding_consistency",
    "grounding_recovery",
    "grounding_table",
    "group_table",
    "groups_rich_table",
    "guessing_range",
    "holm",
    "learning_curve_plot",
    "learning_curve_table",
    "loss_table",
    "noise_ceiling",
    "over_groups",
    "paired_test",
    "question_groups",
    "reliability",
    "reliability_plot",
    "results_table",
    "right_answers",
    "share_of_oracle",
    "sign_flips",
    "spearman_brown",
    "statements",
    "wilson_interval",
]
