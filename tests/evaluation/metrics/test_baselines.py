"""Baselines: a separable problem, a hopeless one, and complaints."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.errors import ConfigError, DataError
from neurona.evaluation import Signal, baseline_predictions, baseline_table


@pytest.fixture(scope="module")
def problem():
    random = np.random.default_rng(0)
    labels = np.repeat(["face", "house", "cat"], 20)
    features = random.normal(size=(60, 5)) + 6 * np.eye(3, 5)[np.repeat([0, 1, 2], 20)]
    runs = np.tile(np.arange(4), 15)
    return features, labels, [(np.flatnonzero(runs != r), np.flatnonzero(runs == r)) for r in range(4)], runs


def test_all_solve_a_separable_problem(problem):
    features, labels, folds, runs = problem
    table = baseline_table(features, labels, folds, groups=runs)
    assert list(table) == ["ridge", "logistic", "linear_svc", "lda"]
    for row in table.values():
        assert row["value"] > 0.95
        assert row["low"] <= row["value"] <= row["high"]
        assert (row["chance"], row["n"]) == (pytest.approx(1 / 3), 60)


def test_shuffled_labels_are_at_chance(problem):
    features, labels, folds, _ = problem
    shuffled = np.random.default_rng(1).permutation(labels)
    for row in baseline_table(features, shuffled, folds).values():
        assert row["value"] < 0.55


def test_scaling_mends_units_and_masks_serve_as_folds(problem):
    features, labels, _, runs = problem
    folds = [(runs != 0, runs == 0)]
    tested, predicted = baseline_predictions("ridge", features * 1e-12, labels, folds, standardise=True)
    assert tested.tolist() == np.flatnonzero(runs == 0).tolist()
    assert (predicted == labels[tested]).mean() > 0.9


def test_each_fold_may_have_features_of_its_own(problem):
    features, labels, folds, _ = problem
    noise = np.random.default_rng(2).normal(size=features.shape)
    of_folds = [features if k == 0 else noise for k in range(len(folds))]
    tested, predicted = baseline_predictions("lda", of_folds, labels, folds)
    right = predicted == labels[tested]
    first = len(folds[0][1])
    assert right[:first].mean() > 0.95
    assert right[first:].mean() < 0.6


def test_complaints_name_the_fault(problem):
    features, labels, folds, _ = problem
    with pytest.raises(ConfigError, match="unknown baseline 'rigde'; did you mean 'ridge'"):
        baseline_table(features, labels, folds, ["rigde"])
    broken = features.copy()
    broken[7, 1] = np.nan
    with pytest.raises(DataError, match="recording 7 are not finite"):
        baseline_table(broken, labels, folds, ["ridge"])
    with pytest.raises(DataError, match=r"fold 0: training recordings have 1 class"):
        baseline_table(features, labels, [(np.arange(5), np.arange(5, 9))], ["ridge"])
    with pytest.raises(DataError, match="60 rows of features but 3 labels"):
        baseline_predictions("ridge", features, labels[:3], folds)
    with pytest.raises(DataError, match="no folds"):
        baseline_predictions("ridge", features, labels, [])
    with pytest.raises(DataError, match=r"lda_window.*recordings of several samples"):
        baseline_table(features, labels, folds, ["lda_window"])


@pytest.mark.parametrize("name", ["lda_window", "tangent_space", pytest.param("minirocket", marks=pytest.mark.slow)])
def test_those_of_recordings_find_a_short_rhythm_in_any_unit(name):
    pytest.importorskip({"tangent_space": "pyriemann", "minirocket": "aeon"}.get(name, "sklearn"))
    random = np.random.default_rng(0)
    labels = np.tile(["rest", "move"], 30)
    values = random.normal(size=(60, 3, 100))
    values[1::2, 0, 50:75] += 3 * np.sin(2 * np.pi * 12 * np.arange(25) / 100) + 2
    folds = [(np.arange(40), np.arange(40, 60))]
    signal = Signal(1e-6 * values, 100.0)
    table = baseline_table(values[:, :, 0], labels, folds, [name], signal=signal, runs=np.arange(60) // 10)
    assert table[name]["value"] > 0.85
