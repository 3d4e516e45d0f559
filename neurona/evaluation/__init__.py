"""Evaluation: accuracy by question type, intervals, calibration, baselines, tables and plots of them."""

from __future__ import annotations

from neurona.evaluation.accuracy import COLUMNS, Accuracy, accuracy_table
from neurona.evaluation.baselines import BASELINES, baseline_predictions, baseline_table
from neurona.evaluation.calibration import (
    Reliability,
    expected_calibration_error,
    reliability,
    yes_no_reliability,
)
from neurona.evaluation.files import write_atomically
from neurona.evaluation.intervals import chance_interval, cluster_bootstrap_interval, wilson_interval
from neurona.evaluation.plots import accuracy_plot, confusion_plot
from neurona.evaluation.tables import accuracy_rich_table

__all__ = [
    "BASELINES",
    "COLUMNS",
    "Accuracy",
    "Reliability",
    "accuracy_plot",
    "accuracy_rich_table",
    "accuracy_table",
    "baseline_predictions",
    "baseline_table",
    "chance_interval",
    "cluster_bootstrap_interval",
    "confusion_plot",
    "expected_calibration_error",
    "reliability",
    "wilson_interval",
    "write_atomically",
    "yes_no_reliability",
]
