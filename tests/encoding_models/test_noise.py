"""Noise covariances: each form whitens its own residuals, and finds what was planted."""

import numpy as np
import pytest

from neurona.encoding_models.noise import around_means, diagonal_noise, kronecker_noise, shrunk_noise
from neurona.errors import DataError


def covariance(noise):
    """S from W, as W S W' = 1."""
    size = len(noise.root) if hasattr(noise, "root") else len(noise.space) * len(noise.time)
    inverse = np.linalg.inv(noise.whiten(np.eye(size)).T)
    return inverse @ inverse.T


def test_shrinkage_leaves_variances_alone():
    values = np.random.default_rng(0).normal(size=(30, 8)) * np.arange(1, 9)
    for shrinkage in (None, 0.0, 0.5, 1.0):
        variance = np.diag(covariance(shrunk_noise(values, shrinkage=shrinkage)))
        np.testing.assert_allclose(variance, np.mean(values**2, axis=0), rtol=1e-5)


def test_degrees_of_freedom_scale_the_covariance():
    values = np.random.default_rng(0).normal(size=(30, 6))
    for form in (shrunk_noise, lambda x, **k: kronecker_noise(x, 2, **k)):
        np.testing.assert_allclose(covariance(form(values, freedom=15)), 2 * covariance(form(values)))


def test_a_feature_without_noise_does_no_harm():
    values = np.random.default_rng(0).normal(size=(20, 6))
    values[:, 0] = 0
    for form in (shrunk_noise, lambda x: kronecker_noise(x, 3)):
        assert np.isfinite(form(values).whiten(values)).all()


def test_planted_space_and_time_are_found():
    rng = np.random.default_rng(0)
    space = np.linalg.cholesky(np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.2], [0.0, 0.2, 0.5]]))
    time = np.linalg.cholesky(0.8 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4))))
    values = np.einsum("cd,ndu,tu->nct", space, rng.normal(size=(3000, 3, 4)), time).reshape(3000, -1)
    noise = kronecker_noise(values, 4)
    np.testing.assert_allclose(noise.time @ noise.time.T, time @ time.T, atol=0.05)
    np.testing.assert_allclose(noise.space @ noise.space.T, space @ space.T, atol=0.25)
    np.testing.assert_allclose(covariance(noise), np.kron(space @ space.T, time @ time.T), atol=0.3)


def test_fewer_recordings_than_features_still_whiten():
    values = np.random.default_rng(0).normal(size=(6, 40))
    for form in (shrunk_noise, lambda x: kronecker_noise(x, 4)):
        assert np.isfinite(form(values).whiten(values)).all()


def test_nothing_is_left_around_the_means_of_groups():
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(50), 3)
    left = around_means(10 * rng.normal(size=(50, 4))[group] + rng.normal(size=(150, 4)), group)
    np.testing.assert_allclose(left.reshape(50, 3, 4).mean(axis=1), 0, atol=1e-12)


def test_wrong_residuals_are_named():
    values = np.random.default_rng(0).normal(size=(6, 10))
    with pytest.raises(DataError, match="10 features are no channels of 3 times"):
        kronecker_noise(values, 3)
    with pytest.raises(DataError, match="two recordings"):
        shrunk_noise(values[:1])
    values[2, 1] = np.inf
    with pytest.raises(DataError, match="recording 2 are not finite"):
        shrunk_noise(values)


def test_diagonal_noise_keeps_variances_and_drops_correlations():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20000, 1)) @ np.ones((1, 3)) * [1.0, 2.0, 3.0]
    white = diagonal_noise(values).whiten(values)
    np.testing.assert_allclose(white.std(axis=0), 1, rtol=0.15)
    silent = np.column_stack([values[:, :1], np.zeros(len(values))])
    assert np.isfinite(diagonal_noise(silent).whiten(silent)).all()
