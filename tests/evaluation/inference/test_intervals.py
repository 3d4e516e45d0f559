"""Intervals: against known values, simulation and their limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurona.evaluation import chance_interval, wilson_interval
from neurona.evaluation.inference.intervals import (
    accuracy_interval,
    difference_interval,
    difference_p,
    resampled_totals,
    seeds_interval,
)


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


def test_groups_of_one_are_independent_answers():
    right = np.arange(400) % 4 != 0
    assert accuracy_interval(right) == accuracy_interval(right, np.arange(400)) == wilson_interval(300, 400)


def test_answers_that_stand_or_fall_together_are_as_many_as_their_groups():
    right = np.arange(400) % 2 == 0
    together = accuracy_interval(np.repeat(right, 10), np.repeat(np.arange(400), 10))
    assert together == pytest.approx(wilson_interval(200, 400), abs=5e-4)


def test_where_nothing_varies_the_groups_count_as_answers():
    assert accuracy_interval(np.ones(96, bool), np.repeat(np.arange(12), 8)) == wilson_interval(12, 12)
    assert accuracy_interval(np.arange(10) < 5, np.zeros(10, int)) == wilson_interval(0.5, 1)
    assert accuracy_interval(np.ones(0, bool)) == (0.0, 1.0)


def test_names_and_order_of_groups_do_not_matter():
    random = np.random.default_rng(0)
    right, groups = random.random(200) < 0.7, np.array([f"run-{i % 20}" for i in range(200)])
    order = random.permutation(200)
    assert accuracy_interval(right[order], groups[order]) == pytest.approx(
        accuracy_interval(right, np.arange(200) % 20)
    )


@pytest.mark.parametrize(("n_groups", "p"), [(8, 0.5), (20, 0.85)])
def test_intervals_cover_where_questions_of_an_image_share_its_luck(n_groups, p):
    random = np.random.default_rng(1)
    luck = random.beta(4 * p, 4 * (1 - p), (1000, n_groups))
    right = random.random((1000, n_groups, 6)) < luck[..., None]
    groups = np.repeat(np.arange(n_groups), 6)
    found = np.array([accuracy_interval(one.reshape(-1), groups) for one in right])
    assert 0.92 <= ((found[:, 0] <= p) & (p <= found[:, 1])).mean() <= 0.98


def test_a_difference_is_known_better_where_both_had_the_same_luck():
    random = np.random.default_rng(0)
    luck, groups = np.repeat(random.random(40) < 0.7, 5), np.repeat(np.arange(40), 5)
    low, high = difference_interval(luck, luck & (random.random(200) < 0.9), groups)
    apart = difference_interval(luck, luck & (random.random(200) < 0.9), groups, groups + 40)
    assert high - low < 0.5 * (apart[1] - apart[0])
    assert difference_p(luck, luck & (groups % 3 > 0), groups) < difference_p(
        luck, luck & (groups % 3 > 0), groups, groups + 40
    )


def test_a_difference_of_independent_answers_is_newcombes():
    first, second = np.arange(70) < 56, np.arange(80) < 48
    # Newcombe (1998), Statistics in Medicine 17:873, method 10, example (a).
    assert difference_interval(first, second, np.arange(70), 70 + np.arange(80)) == pytest.approx(
        (0.0524, 0.3339), abs=1e-4
    )


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 6)), min_size=1, max_size=40))
def test_a_difference_turned_round_is_its_negative(rows):
    first, second, groups = (np.array(column) for column in zip(*rows, strict=True))
    low, high = difference_interval(first, second, groups)
    assert difference_interval(second, first, groups) == pytest.approx((-high, -low))
    assert -1 <= low <= first.mean() - second.mean() + 1e-12
    assert first.mean() - second.mean() - 1e-12 <= high <= 1


def test_chance_interval_holds_its_share_of_guessers():
    low, high = chance_interval(0.125, 96)
    rates = np.random.default_rng(0).binomial(96, 0.125, 20_000) / 96
    assert ((rates >= low) & (rates <= high)).mean() >= 0.95
    assert low < 0.125 < high
    assert chance_interval(1.0, 5) == (1.0, 1.0)
    assert chance_interval(0.5, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="chance"):
        chance_interval(1.5, 5)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40))
def test_intervals_hold_the_estimate(rows):
    right, groups = (np.array(column) for column in zip(*rows, strict=True))
    low, high = accuracy_interval(right, groups)
    assert 0 <= low <= right.mean() + 1e-12
    assert right.mean() - 1e-12 <= high <= 1


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


def test_two_that_agree_on_everything_may_still_differ():
    right, groups = np.arange(200) % 2 == 0, np.repeat(np.arange(50), 4)
    low, high = difference_interval(right, right, groups)
    assert low < 0 < high
    assert difference_interval(right, right, np.zeros(200, int))[1] > 0.3
