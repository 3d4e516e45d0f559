"""Intervals: against known values, simulation and their limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from neurona.evaluation import chance_interval, cluster_bootstrap_interval, wilson_interval
from neurona.evaluation.inference.intervals import effect_interval, resampled_totals, seeds_interval


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (83, 96), (96, 96)])
def test_wilson_equals_scipy(successes, n):
    expected = stats.binomtest(successes, n).proportion_ci(0.9, method="wilson")
    assert wilson_interval(successes, n, 0.9) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_without_data_knows_nothing():
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "n", "confidence"), [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 1.0)])
def test_impossible_arguments_are_refused(successes, n, confidence):
    with pytest.raises(ValueError, match="must lie between"):
        wilson_interval(successes, n, confidence)


def test_bootstrap_of_groups_of_one_agrees_with_the_normal_approximation():
    correct = np.arange(400) % 4 != 0
    low, high = cluster_bootstrap_interval(correct, np.arange(400), seed=0)
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (low, high) == pytest.approx((0.75 - half, 0.75 + half), abs=0.006)


def test_bootstrap_widens_when_answers_of_a_recording_stand_or_fall_together():
    right = np.arange(40) % 2 == 0
    together = cluster_bootstrap_interval(np.repeat(right, 10), np.repeat(np.arange(40), 10), seed=0)
    apart = cluster_bootstrap_interval(np.repeat(right, 10), np.arange(400), seed=0)
    assert np.diff(together) > 2.5 * np.diff(apart)


def test_bootstrap_is_decided_by_its_seed_and_takes_text_as_groups():
    random = np.random.default_rng(0)
    correct, groups = random.random(200) < 0.7, np.array([f"run-{i % 20}" for i in range(200)])
    first = cluster_bootstrap_interval(correct, groups, seed=1)
    assert first == cluster_bootstrap_interval(correct, groups, seed=1)
    assert first != cluster_bootstrap_interval(correct, groups, seed=2)


def test_bootstrap_without_variation_falls_back_on_wilson_over_groups():
    groups = np.repeat(np.arange(12), 8)
    assert cluster_bootstrap_interval(np.ones(96, bool), groups, seed=0) == wilson_interval(12, 12)
    one_group = cluster_bootstrap_interval(np.arange(10) < 5, np.zeros(10, int), seed=0)
    assert one_group == wilson_interval(0.5, 1)
    assert cluster_bootstrap_interval(np.ones(0, bool), np.zeros(0, int), seed=0) == (0.0, 1.0)


def test_bootstrap_in_pieces_equals_itself_in_one(monkeypatch):
    correct, groups = np.arange(60) % 3 == 0, np.arange(60) // 4
    whole = cluster_bootstrap_interval(correct, groups, seed=3)
    monkeypatch.setattr("neurona.evaluation.inference.intervals._CELLS_AT_ONCE", 100)
    assert cluster_bootstrap_interval(correct, groups, seed=3) == whole


def test_chance_interval_holds_its_share_of_guessers():
    low, high = chance_interval(0.125, 96)
    rates = np.random.default_rng(0).binomial(96, 0.125, 20_000) / 96
    assert ((rates >= low) & (rates <= high)).mean() >= 0.95
    assert low < 0.125 < high
    assert chance_interval(1.0, 5) == (1.0, 1.0)
    assert chance_interval(0.5, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="chance"):
        chance_interval(1.5, 5)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40))
def test_intervals_hold_the_estimate(rows):
    correct, groups = (np.array(column) for column in zip(*rows, strict=True))
    low, high = cluster_bootstrap_interval(correct, groups, seed=0, n_resamples=200)
    assert 0 <= low <= correct.mean() + 1e-12
    assert correct.mean() - 1e-12 <= high <= 1


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.floats(0, 0.5))
def test_the_interval_over_seeds_is_students_and_wider_by_the_shared_images(values, images):
    values = np.array(values)
    alone, shared = seeds_interval(values), seeds_interval(values, images)
    if values.std() > 1e-9:
        expected = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
        assert alone == pytest.approx(expected)
    half = (shared[1] - shared[0]) / 2
    assert half >= max((alone[1] - alone[0]) / 2, images) - 1e-12
    assert sum(shared) / 2 == pytest.approx(values.mean(), abs=1e-12)


def test_one_seed_says_nothing_of_its_spread():
    assert np.isnan(seeds_interval(np.array([0.7]), 0.1)).all()


def test_all_statistics_share_the_same_resamples():
    random = np.random.default_rng(0)
    values, groups = random.normal(size=(60, 2)), np.arange(60) // 3
    totals = resampled_totals(np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1), groups, seed=0)
    np.testing.assert_allclose(totals[:, 0] + totals[:, 1], totals[:, 2])
    order = random.permutation(60)
    np.testing.assert_allclose(resampled_totals(values[order], groups[order], seed=0), totals[:, :2])
    assert totals[:, 0].std() == pytest.approx(np.sqrt(20) * values[:, 0].reshape(20, 3).sum(axis=1).std(), rel=0.1)


def test_an_effect_that_never_varies_is_not_certain():
    nothing = np.zeros(200)
    assert effect_interval(nothing, 0.0, 1) == (-1.0, 1.0)
    low, high = effect_interval(nothing, 0.0, 50)
    assert (low, high) == (pytest.approx(-high), wilson_interval(0, 50)[1])
