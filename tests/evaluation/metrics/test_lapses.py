"""What a recording says is measured in nats of its answers; noise says nothing, and exchanged recordings say less than that."""

import numpy as np
import pytest

from neurona.evaluation.metrics.lapses import LEAST, information, lapse_table
from neurona.readings.belief import Belief


def belief(probability, prior, choices):
    n = len(choices)
    nothing = np.zeros((n, probability.shape[1]))
    return Belief(choices, probability, prior, nothing, ("f",) * n, np.ones(n, np.int64), nothing[:, :, None])


def test_information_is_the_log_ratio_of_the_right_answer():
    words = ("cat", "dog")
    probability, prior = np.array([[0.8, np.nan], [0.8, np.nan], [0.3, 0.7], [0.3, 0.7]]), np.full((4, 2), 0.5)
    found = information(belief(probability, prior, ((), (), words, words)), np.array([1, 0, 1, -1]))
    np.testing.assert_allclose(found[:3], np.log([1.6, 0.4, 1.4]))
    assert np.isnan(found[3])


def test_one_answer_too_sure_costs_a_bounded_sum():
    found = information(belief(np.array([[1.0]]), np.array([[0.5]]), ((),)), np.array([0]))
    assert found[0] == pytest.approx(np.log(LEAST / 0.5))


def test_recordings_that_say_nothing_are_flagged_and_p_is_the_share_of_exchanged_ones():
    table = lapse_table(["a", "b", "c"], np.array([0.5, -0.1, 0.1]), np.array([-0.3, 0.2, -0.1]))
    assert table.recording.tolist() == ["b", "c", "a"]
    assert table.flagged.tolist() == [True, False, False]
    assert table.p.tolist() == [3 / 4, 2 / 4, 1 / 4]
    assert "1 of 3 recordings flagged, 67% of exchanged ones" in table.attrs["said"]
    assert "lapsed" not in table


def test_planted_lapses_are_compared_with_the_flags():
    table = lapse_table(["a", "b"], np.array([0.5, -0.1]), np.array([-0.3]), np.array([False, True]))
    assert table.lapsed.tolist() == [True, False]
    assert "flagged 100% of planted lapses, 0% of the others, area under the curve 1.000" in table.attrs["said"]
