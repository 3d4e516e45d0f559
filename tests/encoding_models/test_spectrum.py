"""Held-out eigenvalues: nearer the truth than those of the sample, global factors or not."""

import numpy as np
import pytest

from neurona.blocks import Rows
from neurona.encoding_models.spectrum import held_out_covariance, noise_covariance, one_shrinkage


def divergence(found, true):
    """Of Gaussians, per axis."""
    ratio = np.linalg.solve(found, true)
    return (np.trace(ratio) - len(true) - np.linalg.slogdet(ratio)[1]) / 2 / len(true)


@pytest.mark.parametrize("rows", [60, 400])
def test_factors_stand_out_and_the_rest_stays_near_its_mean(rows):
    rng = np.random.default_rng(0)
    factors = rng.standard_normal((3, 120))
    true = np.eye(120) + 3 * factors.T @ factors / 3
    values = rng.standard_normal((rows, 120)) @ np.linalg.cholesky(true).T
    found = divergence(noise_covariance(values), true)
    assert found < 0.8 * divergence(one_shrinkage(Rows(values)), true)
    assert found < 0.25


def test_white_noise_stays_white():
    values = np.random.default_rng(0).standard_normal((200, 50))
    powers = np.linalg.eigvalsh(held_out_covariance(Rows(values)))
    assert powers.min() > 0.75
    assert powers.max() < 1.35
    np.testing.assert_array_equal(noise_covariance(values), one_shrinkage(Rows(values)))
