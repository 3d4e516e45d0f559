"""Sign flips: against all signs tried out, scipy, and uniformity under the null."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurona.evaluation import sign_flips

WHOLE = st.lists(st.integers(-6, 6), min_size=1, max_size=9).map(lambda values: np.array(values, dtype=float))


def all_signs(sums):
    return np.array([np.dot(signs, sums) for signs in product((-1, 1), repeat=len(sums))])


@given(WHOLE, st.sampled_from([1.0, 0.5]), st.sampled_from(["two-sided", "greater", "less"]))
def test_whole_and_half_numbers_are_exact_like_all_signs_tried_out(sums, unit, alternative):
    sums = sums * unit
    samples, observed = all_signs(sums), sums.sum()
    far = {
        "two-sided": np.abs(samples) >= abs(observed) - 1e-9,
        "greater": samples >= observed - 1e-9,
        "less": samples <= observed + 1e-9,
    }
    null = sign_flips(sums)
    assert null.exact
    assert null.p(observed, alternative) == pytest.approx(far[alternative].mean())
    assert null.probabilities.sum() == pytest.approx(1)


def test_single_steps_are_the_binomial_test():
    sums = np.array([1.0] * 40 + [-1.0] * 22)
    assert sign_flips(sums).p(18.0) == pytest.approx(stats.binomtest(40, 62).pvalue)


def test_fractions_are_enumerated_where_few_and_drawn_where_many():
    few = np.array([0.3, 0.21, -0.17, 0.4])
    null = sign_flips(few)
    assert null.exact
    assert null.p(few.sum()) == pytest.approx((np.abs(all_signs(few)) >= few.sum() - 1e-9).mean())
    many = np.random.default_rng(0).normal(0.3, 1, 60)
    drawn = sign_flips(many, seed=1, n_permutations=4000)
    assert not drawn.exact
    spread = np.sqrt((many**2).sum())
    assert drawn.p(many.sum()) == pytest.approx(2 * stats.norm.sf(many.sum() / spread), abs=0.02)


def test_p_is_never_zero_however_far_the_sum():
    many = np.full(60, 0.37)
    assert sign_flips(many, n_permutations=99).p(many.sum()) == pytest.approx(1 / 100)


@given(WHOLE, st.randoms(use_true_random=False))
def test_neither_order_nor_signs_of_the_clusters_change_the_null(sums, random):
    shuffled = [value * random.choice((-1, 1)) for value in random.sample(list(sums), len(sums))]
    np.testing.assert_allclose(sign_flips(np.array(shuffled)).probabilities, sign_flips(sums).probabilities)


def test_p_is_uniform_where_nothing_is_to_be_found():
    rng = np.random.default_rng(0)
    sums = np.rint(rng.normal(0, 4, size=(1000, 50)))
    p = np.array([sign_flips(row).p(row.sum()) for row in sums])
    for level in (0.05, 0.2, 0.5):
        assert (p <= level).mean() == pytest.approx(level, abs=0.05)
        assert (p <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(p))


@given(WHOLE)
def test_the_interval_is_central_and_holds_its_share(sums):
    null = sign_flips(sums)
    low, high = null.interval(0.9)
    inside = (null.values >= low) & (null.values <= high)
    assert null.probabilities[inside].sum() >= 0.9 - 1e-9
    assert low == pytest.approx(-high)


def test_many_clusters_are_exact_and_fast():
    rng = np.random.default_rng(0)
    sums = rng.integers(-9, 10, 5000).astype(float)
    null = sign_flips(sums)
    assert null.exact
    variance = float(null.probabilities @ null.values**2)
    assert variance == pytest.approx((sums**2).sum())
