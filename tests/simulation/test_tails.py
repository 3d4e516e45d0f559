import numpy as np
import pytest
from scipy.stats import kurtosis

from neurona.simulation.tails import tail_scales


@pytest.mark.parametrize(("tails", "least", "most"), [(0.2, 2.0, 20.0), (0.01, -0.3, 0.3)])
def test_tails_are_as_heavy_as_asked_for_and_the_variance_stays(tails, least, most):
    rng = np.random.default_rng(0)
    scales = tail_scales(4000, 5, tails, rng)
    assert np.mean(scales**2) == pytest.approx(1, abs=0.05)
    assert least < kurtosis((scales * rng.standard_normal(scales.shape)).ravel()) < most
