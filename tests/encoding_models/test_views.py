"""Views: variances of counts made equal, gains dropped, times averaged."""

import numpy as np
import pytest

from neurona.encoding_models.views import View, bin_means, count_unit, may_be_counts


def test_roots_of_counts_have_one_variance_whatever_the_rate_and_the_unit():
    rng = np.random.default_rng(0)
    rate = np.array([4.0, 40.0])
    values = 6.67 * rng.poisson(rate, size=(20000, 2))
    unit = count_unit(values, values - values.mean(axis=0))
    assert unit == pytest.approx(6.67, rel=0.03)
    np.testing.assert_allclose(View(unit)(values).var(axis=0), unit / 4, rtol=0.06)


def test_counts_are_0_at_times_and_never_below():
    assert may_be_counts(np.array([[0.0, 3.0]]))
    assert not may_be_counts(np.array([[1.0, 3.0]]))
    assert not may_be_counts(np.array([[0.0, -3.0]]))


def test_a_shape_does_not_depend_on_gain_and_offset():
    values = np.random.default_rng(0).normal(size=(3, 60))
    np.testing.assert_allclose(View(shape=True)(3 * values + 7), View(shape=True)(values))


def test_bins_are_means_of_neighbours():
    features = np.arange(10.0).reshape(1, 10)  # 2 channels of 5 times
    np.testing.assert_allclose(View(filters=bin_means(5, 2))(features), [[1.0, 3.5, 6.0, 8.5]])
