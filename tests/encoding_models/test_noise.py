"""Noise covariances: each form whitens, solves and measures as its full matrix does, and finds what was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.encoding_models.noise import (
    around_means,
    factor_noise,
    kronecker_noise,
    repeat_residuals,
    shrunk_noise,
)
from neurona.errors import DataError

FORMS = {
    "shrunk": shrunk_noise,
    "factors": lambda x: factor_noise(x, 2),
    "probabilistic PCA": lambda x: factor_noise(x, 2, same_variance=True),
    "no factors": lambda x: factor_noise(x, 0),
    "kronecker": lambda x: kronecker_noise(x, 3),
    "kronecker of one time": lambda x: kronecker_noise(x, 1),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=10)
@given(rows=st.integers(4, 40), channels=st.integers(1, 6), seed=st.integers(0, 99), flat=st.booleans())
def test_each_form_agrees_with_its_full_matrix(form, rows, channels, seed, flat):
    rng = np.random.default_rng(seed)
    residuals = rng.normal(size=(rows, 3 * channels)) * rng.uniform(0.1, 10, 3 * channels)
    if flat and channels > 1:
        residuals[:, 0] = 0
    noise, values = form(residuals), rng.normal(size=(5, 3 * channels))
    covariance = noise.covariance()
    np.testing.assert_allclose(noise.solve(values), np.linalg.solve(covariance, values.T).T, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(noise.logdet, np.linalg.slogdet(covariance)[1], rtol=1e-6, atol=1e-6)
    whitener = noise.whiten(np.eye(3 * channels)).T  # columns are whitened unit vectors
    np.testing.assert_allclose(whitener @ covariance @ whitener.T, np.eye(3 * channels), atol=1e-5)


def test_shrinkage_leaves_variances_alone():
    values = np.random.default_rng(0).normal(size=(30, 8)) * np.arange(1, 9)
    for shrinkage in (None, 0.0, 0.5, 1.0):
        variance = np.diag(shrunk_noise(values, shrinkage=shrinkage).covariance())
        np.testing.assert_allclose(variance, np.mean(values**2, axis=0), rtol=1e-5)


def test_degrees_of_freedom_scale_the_covariance():
    values = np.random.default_rng(0).normal(size=(30, 6))
    for form in (shrunk_noise, lambda x, **k: kronecker_noise(x, 2, **k)):
        np.testing.assert_allclose(form(values, freedom=15).covariance(), 2 * form(values).covariance())


def test_planted_sources_are_found():
    rng = np.random.default_rng(0)
    loadings, own = rng.normal(size=(12, 2)), rng.uniform(0.5, 2, 12)
    values = rng.normal(size=(4000, 2)) @ loadings.T + np.sqrt(own) * rng.normal(size=(4000, 12))
    truth = loadings @ loadings.T + np.diag(own)
    assert np.abs(factor_noise(values, 2).covariance() - truth).max() < 0.4
    same = rng.normal(size=(4000, 2)) @ loadings.T + 1.5 * rng.normal(size=(4000, 12))
    np.testing.assert_allclose(factor_noise(same, 2, same_variance=True).own, 2.25, rtol=0.05)


def test_planted_space_and_time_are_found():
    rng = np.random.default_rng(0)
    space = np.linalg.cholesky(np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.2], [0.0, 0.2, 0.5]]))
    time = np.linalg.cholesky(0.8 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4))))
    values = np.einsum("cd,ndu,tu->nct", space, rng.normal(size=(3000, 3, 4)), time).reshape(3000, -1)
    noise = kronecker_noise(values, 4)
    np.testing.assert_allclose(noise.time @ noise.time.T, time @ time.T, atol=0.05)
    np.testing.assert_allclose(noise.space @ noise.space.T, space @ space.T, atol=0.25)


def test_fewer_recordings_than_features_still_whiten():
    values = np.random.default_rng(0).normal(size=(6, 40))
    for form in (shrunk_noise, lambda x: factor_noise(x, 3, same_variance=True), lambda x: kronecker_noise(x, 4)):
        assert np.isfinite(form(values).solve(values)).all()


def test_repeats_show_the_noise_without_a_model():
    rng = np.random.default_rng(0)
    stimulus = np.repeat(np.arange(50), 3)
    features = 10 * rng.normal(size=(50, 4))[stimulus] + rng.normal(size=(150, 4))
    residuals, freedom = repeat_residuals(np.vstack([features, np.full((1, 4), 99.0)]), np.append(stimulus, 50))
    assert residuals.shape == (150, 4)
    assert freedom == 100
    np.testing.assert_allclose(np.diag(shrunk_noise(residuals, freedom=freedom).covariance()), 1, atol=0.3)
    np.testing.assert_allclose(around_means(residuals, stimulus), residuals, atol=1e-12)


def test_wrong_residuals_are_named():
    values = np.random.default_rng(0).normal(size=(6, 10))
    with pytest.raises(DataError, match="10 features are no channels of 3 times"):
        kronecker_noise(values, 3)
    with pytest.raises(DataError, match="allow 0 to 5"):
        factor_noise(values, 6)
    with pytest.raises(DataError, match="two recordings"):
        shrunk_noise(values[:1])
    with pytest.raises(DataError, match="recorded once"):
        repeat_residuals(values, np.arange(6))
    values[2, 1] = np.inf
    with pytest.raises(DataError, match="recording 2 are not finite"):
        shrunk_noise(values)
