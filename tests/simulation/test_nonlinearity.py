import numpy as np
import pytest

from neurona.simulation.nonlinearity import normalised, saturated


def test_small_responses_stay_and_large_ones_level_off():
    responses = np.array([[0.0, 1e-3, 1.0, 30.0]], np.float32)
    found = saturated(responses, 1.0)
    np.testing.assert_allclose(found[0, :2], responses[0, :2], rtol=1e-3)
    assert found.max() <= np.sqrt(np.mean(responses**2))
    assert (np.diff(found[0]) > 0).all()


def test_a_busy_neighbourhood_divides_the_gain_and_a_far_one_does_not():
    apart = np.array([[0.0, 1.0, 500.0], [1.0, 0.0, 500.0], [500.0, 500.0, 0.0]])
    alone, beside = np.array([[1.0, 0.0, 1.0], [1.0, 5.0, 1.0]], np.float32)
    found = normalised(np.stack([alone, beside]), apart, 0.8)
    assert found[1, 0] < 0.5 * found[0, 0]
    assert found[1, 2] == pytest.approx(found[0, 2])
    np.testing.assert_allclose(normalised(np.stack([alone, beside]), apart, 0.0), [alone, beside])
