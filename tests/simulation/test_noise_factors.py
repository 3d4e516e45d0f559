import numpy as np
import pytest

from neurona.simulation.noise_factors import with_factors


def test_factors_take_their_share_of_the_variance():
    rng = np.random.default_rng(0)
    positions = rng.uniform(-60, 60, (80, 3))
    covariance = with_factors(np.eye(80), positions, 3, 0.5, rng)
    assert np.trace(covariance) / 80 == pytest.approx(1)
    powers = np.linalg.eigvalsh(covariance)
    np.testing.assert_allclose(powers[:-3], 0.5)
    assert (powers[-3:] - 0.5).sum() == pytest.approx(0.5 * 80)
