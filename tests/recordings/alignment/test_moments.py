"""Mean and spread, of all recordings of a group and of those before each."""

import numpy as np
from drifting import EACH, drifting

from neurona.recordings.alignment.moments import Moments, moments, past_moments, usual_moments


def test_recordings_before_each_count_one_by_one_and_what_is_usual_as_so_many():
    values = np.random.default_rng(0).normal(2, 3, size=(6, 2, 4))
    usual = Moments(np.ones((2, 4)), np.full(2, 0.5))
    found = past_moments(values, usual, 2.0)
    np.testing.assert_allclose(found.mean[0], usual.mean)
    np.testing.assert_allclose(found.spread[0], usual.spread)
    mean = (2 * usual.mean + values[:3].sum(axis=0)) / 5
    np.testing.assert_allclose(found.mean[3], mean)
    square = (2 * usual.spread**2 + ((values[:3] - mean) ** 2).mean(axis=2).sum(axis=0)) / 5
    np.testing.assert_allclose(found.spread[3] ** 2, square)


def test_after_many_recordings_the_past_is_as_good_as_all():
    values = np.random.default_rng(0).normal(2, 3, size=(4000, 2, 1))
    found, whole = past_moments(values, Moments(np.zeros((2, 1)), np.ones(2)), 5.0), moments(values)
    np.testing.assert_allclose(found.mean[-1], whole.mean, atol=0.02)
    np.testing.assert_allclose(found.spread[-1], whole.spread, rtol=0.02)


def test_the_usual_moments_are_those_of_training_groups():
    recordings = drifting()
    first = recordings.data.values[:EACH].astype(np.float64)
    usual = usual_moments(recordings, np.arange(96) < EACH, "run")
    np.testing.assert_allclose(usual.mean, first.mean(axis=0))


def test_a_channel_that_does_not_change_is_not_divided_by_nothing():
    assert moments(np.ones((5, 1, 3))).spread == 1
