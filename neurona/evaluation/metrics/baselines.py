"""What classical decoders reach on the same features, or recordings, and folds.

Features are used as given: a dataset's own normalisation (detrending, z-scores within a run) belongs to its
reader, and a scaler fitted here on each training set is an option.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float, Int, Shaped
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from neurona.errors import ConfigError, DataError, nearest_name
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.metrics.accuracy import Accuracy
from neurona.evaluation.metrics.baseline_classifiers import BASELINES, Baseline, tuning_folds
from neurona.evaluation.metrics.chance_levels import balanced_accuracy


class Signal(NamedTuple):
    """Recordings themselves.

    Attributes:
        values: measured.
        sampling_hz: samples a second.
    """

    values: Float[np.ndarray, "N channel time"]
    sampling_hz: float


Features: TypeAlias = Float[np.ndarray, "N F"] | Sequence[Float[np.ndarray, "N F"]]


def baseline_table(
    features: Features,
    labels: Shaped[np.ndarray, " labels"],
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    names: Sequence[str] = tuple(name for name, one in BASELINES.items() if one.of == "features"),
    groups: Shaped[np.ndarray, " N"] | None = None,
    standardise: bool = False,
    *,
    signal: Signal | None = None,
    runs: Shaped[np.ndarray, " N"] | None = None,
) -> dict[str, Accuracy]:
    """Accuracy of each named decoder, pooled over the test recordings of all folds.

    Args:
        features: one row a recording; one such table for each fold, where features are fitted to training recordings.
        labels: the class of each recording.
        folds: (train, test) index arrays; a published split is one fold.
        names: keys of `BASELINES`.
        groups: what the interval keeps together (runs, say); None takes recordings as independent.
        standardise: z-score each feature with the training recordings' mean and deviation.
        signal: of those that classify recordings.
        runs: what inner folds keep together.

    Returns:
        `{name: {value, low, high, chance, majority, balanced, balanced_chance, n}}`; chance is the rate of the most frequent test label.

    Raises:
        ConfigError: an unknown name (the nearest one is suggested), or a package that is not installed.
        DataError: features that are not finite, or a training set with fewer than two classes.
    """
    for name in names:
        _known(name)
    table: dict[str, Accuracy] = {}
    for name in names:
        tested, predicted = baseline_predictions(name, features, labels, folds, standardise, signal=signal, runs=runs)
        table[name] = accuracy_of(labels[tested], predicted, None if groups is None else groups[tested])
    return table


def accuracy_of(
    truth: Shaped[np.ndarray, " n"], predicted: Shaped[np.ndarray, " n"], groups: Shaped[np.ndarray, " n"] | None = None
) -> Accuracy:
    """A row of `baseline_table` from predictions."""
    correct = np.asarray(predicted == truth, dtype=bool)
    low, high = accuracy_interval(correct, groups)
    chance = float(np.unique(truth, return_counts=True)[1].max() / len(truth))
    balanced, balanced_chance = balanced_accuracy(truth, np.zeros(len(truth)), correct)
    return {
        "value": float(correct.mean()),
        "low": low,
        "high": high,
        "chance": chance,
        "majority": chance,
        "balanced": balanced,
        "balanced_chance": balanced_chance,
        "n": len(truth),
    }


def baseline_predictions(
    name: str,
    features: Features,
    labels: Shaped[np.ndarray, " labels"],
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    standardise: bool = False,
    *,
    signal: Signal | None = None,
    runs: Shaped[np.ndarray, " N"] | None = None,
) -> tuple[Int[np.ndarray, " n"], Shaped[np.ndarray, " n"]]:
    """Fit one decoder on each fold's training set, tuned inside it; indices of the tested recordings and predictions."""
    baseline = _known(name)
    if not folds:
        raise DataError(f"baseline {name!r}: there are no folds to test on")
    of_folds = [features] * len(folds) if isinstance(features, np.ndarray) else features
    if baseline.of == "recordings" and (signal is None or signal.values.shape[2] < 2):
        raise DataError(f"baseline {name!r}: it classifies recordings of several samples; use one of features")
    hz = 1.0 if signal is None else signal.sampling_hz
    tested, predicted = [], []
    for number, (values, (train, test)) in enumerate(zip(of_folds, folds, strict=True)):
        if len(values) != len(labels):
            raise DataError(f"baseline {name!r}: {len(values)} rows of features but {len(labels)} labels")
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
            raise DataError(f"baseline {name!r}: features of recording {row} are not finite")
        train, test = _indices(train), _indices(test)
        classes = np.unique(labels[train])
        if len(classes) < 2:
            raise DataError(
                f"baseline {name!r}, fold {number}: training recordings have {len(classes)} class(es), "
                "two or more are needed"
            )
        if baseline.of == "recordings":
            assert signal is not None
            values = signal.values / signal.values[train].std()  # of EEG in volts, covariances are next to nothing
        classifier = baseline.make(tuning_folds(labels[train], None if runs is None else runs[train]), hz)
        if standardise and baseline.of == "features":
            classifier = make_pipeline(StandardScaler(), classifier)
        classifier.fit(values[train], labels[train])
        tested.append(test)
        predicted.append(classifier.predict(values[test]))
    return np.concatenate(tested), np.concatenate(predicted)


def _indices(chosen: np.ndarray) -> np.ndarray:
    """Indices from indices or from a boolean mask."""
    chosen = np.asarray(chosen)
    return np.flatnonzero(chosen) if chosen.dtype == bool else chosen


def _known(name: str) -> Baseline:
    if name not in BASELINES:
        raise ConfigError(f"unknown baseline {name!r}{nearest_name(name, BASELINES)}")
    return BASELINES[name]
