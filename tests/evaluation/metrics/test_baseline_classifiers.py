"""Classical decoders are tuned by folds of their training recordings, runs kept whole, and look where the signal is."""

from typing import get_args

import numpy as np

from neurona.evaluation.metrics.baseline_classifiers import BASELINES, band_passed, tuning_folds, window_means
from neurona.experiments.schema import BaselineName


def test_configs_know_all_of_them():
    assert get_args(BaselineName) == tuple(BASELINES)


def test_folds_to_tune_by_keep_runs_whole_and_hold_each_recording_out_once():
    labels, runs = np.tile(["a", "b"], 20), np.repeat(np.arange(5), 8)
    for given in (runs, np.zeros(40), None):
        folds = tuning_folds(labels, given)
        assert sorted(np.concatenate([held for _, held in folds])) == list(range(40))
        assert all(not set(train) & set(held) for train, held in folds)
    for few in (runs, runs // 3):
        assert all(not set(few[train]) & set(few[held]) for train, held in tuning_folds(labels, few))


def test_folds_to_tune_by_train_on_every_class_where_a_run_shows_but_one():
    labels = np.repeat(["a", "b"], 20)
    assert all(len(set(labels[train])) == 2 for train, _ in tuning_folds(labels, labels))


def test_the_window_is_the_one_that_holds_the_difference():
    rng = np.random.default_rng(0)
    labels = np.tile(["a", "b"], 40)
    values = rng.normal(size=(80, 4, 80))
    values[1::2, 1, 60:80] += 1.0
    found = BASELINES["lda_window"].make(tuning_folds(labels, None), 100.0).fit(values, labels)
    start, end, _ = found.best_params_["functiontransformer__kw_args"]["window"]
    assert (start, end) in {(0.5, 1.0), (0.75, 1.0)}
    np.testing.assert_allclose(window_means(values, (0.75, 1.0, 1)), values[:, :, 60:].mean(axis=2))


def test_a_band_keeps_its_own_rhythm_alone():
    time = np.arange(400) / 100
    rhythms = np.stack([np.sin(2 * np.pi * hz * time) for hz in (2, 15, 45)])[None]
    power = band_passed(rhythms, (8.0, 30.0), 100.0)[0, :, 50:-50].std(axis=1) * np.sqrt(2)
    np.testing.assert_allclose(power, [0, 1, 0], atol=0.05)
