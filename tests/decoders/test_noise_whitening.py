import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from neurona.decoders.noise_whitening import NoiseWhitening, noise_covariance


def sample(n=400, f=5, seed=0):
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(f, f))
    answers = rng.choice([-1.0, 1.0], size=(n, 1))
    noise = rng.normal(size=(n, f)) @ mixing
    return noise + 3 * answers @ rng.normal(size=(1, f)) + 7, answers, mixing.T @ mixing


def test_what_answers_explain_is_no_noise():
    features, answers, truth = sample(n=20000)
    np.testing.assert_allclose(noise_covariance(features, answers, 0.0), truth, rtol=0.1, atol=0.15)


def test_full_shrinkage_keeps_the_variances_alone():
    features, answers, _ = sample()
    whole, diagonal = noise_covariance(features, answers, 0.0), noise_covariance(features, answers, 1.0)
    np.testing.assert_allclose(diagonal, np.diag(np.diag(whole)), rtol=1e-5, atol=1e-8)


def test_estimated_shrinkage_is_ledoit_and_wolfs_on_the_correlations():
    features, answers, _ = sample(n=30)
    design = np.column_stack([np.ones(30), answers])
    residual = features - design @ np.linalg.lstsq(design, features, rcond=None)[0]
    deviation = residual.std(axis=0)
    expected = ledoit_wolf(residual / deviation, assume_centered=True)[0] * np.outer(deviation, deviation)
    np.testing.assert_allclose(noise_covariance(features, answers), expected, rtol=1e-4)


def test_noise_is_white_after_whitening_and_units_do_not_matter():
    features, answers, _ = sample()
    white = np.asarray(NoiseWhitening.of(features, answers, 0.0)(features))
    np.testing.assert_allclose(noise_covariance(white, answers, 0.0), np.eye(5), atol=1e-3)
    scaled = features * np.array([1e-3, 1, 10, 1e3, 1])
    again = np.asarray(NoiseWhitening.of(scaled, answers, 0.3)(scaled))
    once = np.asarray(NoiseWhitening.of(features, answers, 0.3)(features))
    np.testing.assert_allclose(again, once, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("shrinkage", [None, 0.0, 1.0])
def test_constant_features_and_fewer_recordings_than_features_stay_finite(shrinkage):
    features, answers, _ = sample(n=4, f=9)
    features[:, 2] = 1.0
    white = NoiseWhitening.of(features, answers, shrinkage)(features)
    assert np.isfinite(np.asarray(white)).all()


def test_weights_on_features_act_as_weights_on_white_features_do():
    features, answers, _ = sample()
    encoder = NoiseWhitening.of(features, answers)
    weight = np.random.default_rng(1).normal(size=(5, 3))
    values = features
    direct = (values - encoder.mean) @ encoder.feature_weights(weight)
    np.testing.assert_allclose(np.asarray(encoder(values) @ weight), np.asarray(direct), rtol=1e-3, atol=1e-3)
