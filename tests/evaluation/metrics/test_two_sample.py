"""Recordings of one process cannot be told apart; those of another can, and the descriptors say by what."""

import numpy as np
import pytest

from neurona.errors import DataError
from neurona.evaluation.metrics.two_sample import DESCRIPTORS, describe_recordings, two_sample


def recordings(seed, tails=False):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((120, 30, 8))
    return values * np.sqrt(2 / rng.chisquare(4, (120, 1, 8))) if tails else values


def told(first, second):
    groups = np.repeat(np.arange(12), 10)
    return two_sample(describe_recordings(first), describe_recordings(second), (groups, groups)).mean()


def test_the_same_process_is_at_chance_and_another_is_told():
    assert told(recordings(0), recordings(1)) == pytest.approx(0.5, abs=0.12)
    assert told(recordings(0), recordings(1, tails=True)) > 0.8


def test_units_do_not_count_and_descriptors_say_what_differs():
    plain = describe_recordings(recordings(0))
    np.testing.assert_allclose(describe_recordings(1000 * recordings(0) + 5), plain, rtol=1e-4, atol=1e-4)
    slow = describe_recordings(np.repeat(recordings(0), 2, axis=2))
    lag = DESCRIPTORS.index("lag 1")
    assert slow[:, lag].mean() > plain[:, lag].mean() + 0.3


def test_a_single_run_cannot_be_held_out():
    one = describe_recordings(recordings(0))
    with pytest.raises(DataError, match="two groups"):
        two_sample(one, one, (np.zeros(120), np.arange(120)))
