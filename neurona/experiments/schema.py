"""The schema of an experiment's YAML file. Settings of decoders and of training are declared, with their defaults, beside what they set."""

from __future__ import annotations

from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, field_validator, model_validator

from neurona.datasets.splits.names import SplitName
from neurona.decoders import decoders
from neurona.encoders import ENCODERS
from neurona.errors import ConfigError, nearest_name
from neurona.recordings.alignment import ALIGNMENTS
from neurona.recordings.entities import EntitySettings
from neurona.registry import Registry
from neurona.settings import SILENT
from neurona.simulation.settings import SimulationSettings
from neurona.training.augmentation import AUGMENTATIONS
from neurona.training.settings import MeshSettings, TrainingSettings
from neurona.validated import Section

BaselineName = Literal["ridge", "logistic", "linear_svc", "lda", "lda_window", "tangent_space", "minirocket"]

DECODER_SETTINGS: tuple[Any, ...] = tuple(kind.settings for kind in decoders().values())
"""Of all registered decoders."""

ALIGNMENT_SETTINGS: tuple[Any, ...] = tuple(ALIGNMENTS.values())

for settings in (
    *DECODER_SETTINGS,
    *ENCODERS.values(),
    *AUGMENTATIONS.values(),
    *ALIGNMENT_SETTINGS,
    *get_args(EntitySettings),
    MeshSettings,
    TrainingSettings,
    SimulationSettings,
):
    # Pydantic reads dataclasses as they are, but would ignore unknown keys.
    settings.__pydantic_config__ = ConfigDict(extra="forbid")

if TYPE_CHECKING:
    AlignmentConfig = Any
    DecoderConfig = Any
else:
    AlignmentConfig = Annotated[reduce(or_, ALIGNMENT_SETTINGS), Field(discriminator="method")]
    DecoderConfig = Annotated[reduce(or_, DECODER_SETTINGS), Field(discriminator="kind")]


class DataConfig(Section):
    """Which data set: one of those that ship a card (`name`), one in a folder (`path`), or a SIMULATED one, from dials and the config's seed.

    Attributes:
        name: of the data set; one in a folder knows its own.
        path: folder of a converted data set, or of the files of the one that is named.
        subjects: whose recordings; all when null.
        settings: of the data set that is named, where it has some (its card tells): which runs, what of them.
        simulation: dials.
    """

    name: str | None = None
    path: Path | None = None
    subjects: tuple[str, ...] | None = None
    settings: Any = None
    simulation: SimulationSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_settings(cls, given: Any) -> Any:
        from neurona.datasets.registry import DATASETS, settings_of

        if not isinstance(given, dict) or given.get("name") not in (None, *DATASETS):
            return given  # what is wrong is said below, or where the data set is looked for
        try:
            return given | {"settings": settings_of(given.get("name"), given.get("settings"))}
        except ConfigError as error:
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _check(self) -> DataConfig:
        if self.simulation is not None and (self.path is not None or self.name not in (None, "simulated")):
            raise ValueError("simulation: dials make a data set of the name simulated and no path; drop one of them")
        if self.name is None and self.path is None and self.simulation is None:
            raise ValueError(
                "name a data set (see `neurona data list`), the path of a folder, or dials of a simulation"
            )
        return self


def _known(names: tuple[str, ...], registry: Registry[Any]) -> tuple[str, ...]:
    for name in names:
        if name not in registry:
            raise ValueError(f"no {registry.what} {name!r}{nearest_name(name, registry)}")
    return names


class EvaluationConfig(Section):
    """What is held out and what stands beside the decoder.

    Attributes:
        split: which recordings or combinations are held out (`neurona.datasets.splits`).
        folds, group: the column that `leave_one_group_out` leaves out group by group. Of `stratified_k_fold` and `grouped_k_fold`: how many, and what is kept whole (runs where `grouped_k_fold` is told
            nothing). Of `transfer`: what is kept apart besides its column, in so many folds. Of `conjunctions`: what is left out (runs).
        columns: of `transfer` (one) and `conjunctions` (two or more): what is known of each recording (`metadata_NAME` goes by NAME).
        train_on, test_on: values of the column of `transfer`; every other one in turn when null.
        within_subjects: whether each subject has folds and a decoder of its own; the group is then summarised over subjects.
        labelled, reserved: of each run, session or subject that is left out, how many of its first recordings join training, and how many are not
            tested (as many as are labelled when null), so that a curve over `labelled` is tested on the same recordings.
        test, validation: shares of the images; `validation` is taken from training and only chooses settings.
        n_train: how many training images to learn from (learning curves); all when null.
        baselines: classical decoders of the describe answer of recordings that are all asked the same, tuned inside training folds
            (`neurona.evaluation.metrics.baseline_classifiers`).
        texts: whether the texts of an image's questions answer the test questions, too, without a recording (`neurona.experiments.runs.texts`).
        shuffle: the control with shuffled answers.
        fit_all: whether a run ends with a fit on all its recordings, for recordings to come (`RUN/decoder`). It costs about as much as a
            fold; controls, and learning curves (`n_train`), have none.
        permutations: with so many random signs each row of the table of accuracies is tested against always giving the most frequent answer; 0: not.
        groups: columns of the recordings whose groups the metric `groups` tells apart.
        metrics, plots: what is measured and drawn besides accuracy, see `neurona.experiments.metrics` and `plots`.
    """

    split: SplitName
    folds: int = Field(5, ge=2)
    group: str | None = None
    columns: tuple[str, ...] = ()
    train_on: str | None = None
    test_on: str | None = None
    within_subjects: bool = False
    labelled: int = Field(0, ge=0)
    reserved: int | None = Field(None, ge=1)
    test: float = Field(0.2, gt=0, lt=1)
    validation: float = Field(0.1, ge=0, lt=1)
    n_train: int | None = Field(None, ge=2)
    baselines: tuple[BaselineName, ...] = ()
    texts: bool = False
    shuffle: bool = False
    fit_all: Annotated[bool, SILENT] = True
    permutations: int = Field(0, ge=0)
    groups: tuple[str, ...] = ("subject",)
    metrics: tuple[str, ...] = ("groundings", "carriers", "views", "calibration")
    plots: tuple[str, ...] = ("accuracy", "confusion", "groundings", "concept_graph", "calibration", "risk_coverage")

    @field_validator("metrics")
    @classmethod
    def _are_metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        from neurona.experiments.metrics import METRICS  # they are made of what this config says

        return _known(names, METRICS)

    @field_validator("plots")
    @classmethod
    def _are_plots(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        from neurona.experiments.plots import PLOTS

        return _known(names, PLOTS)


class Config(Section):
    """One experiment.

    Attributes:
        align: how runs, sessions or people are made comparable before entities are made; not when null.
    """

    name: str
    data: DataConfig
    align: AlignmentConfig | None = None
    entities: Annotated[EntitySettings, Field(discriminator="method")]
    decoder: DecoderConfig
    training: TrainingSettings = TrainingSettings()
    evaluation: EvaluationConfig
    seed: int = Field(0, ge=0)
