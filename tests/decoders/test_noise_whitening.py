import numpy as np
import pytest
from on_disk import on_disk
from sklearn.covariance import ledoit_wolf

from neurona.blocks import Rows
from neurona.decoders.noise_whitening import NoiseWhitening, Triangular, ledoit_wolf_shrinkage


def sample(n=400, f=5, seed=0):
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(f, f))
    answers = rng.choice([-1.0, 1.0], size=(n, 1))
    noise = rng.normal(size=(n, f)) @ mixing
    return noise + 3 * answers @ rng.normal(size=(1, f)) + 7, answers, mixing.T @ mixing


def residual_of(features, answers):
    design = np.column_stack([np.ones(len(features)), answers])
    return features - design @ np.linalg.lstsq(design, features, rcond=None)[0]


def test_what_answers_explain_is_no_noise():
    features, answers, truth = sample(n=20000)
    whitening = NoiseWhitening.of(Rows(features), answers, 0.0)
    white = whitening(Rows(features[:200]))
    centred = features[:200] - features.mean(axis=0)
    np.testing.assert_allclose(
        white @ white.T,
        centred @ np.linalg.solve(truth, centred.T),
        rtol=0.1,
        atol=0.5,
    )


@pytest.mark.parametrize(("n", "f"), [(30, 5), (12, 40)])
@pytest.mark.parametrize("shrinkage", [None, 0.3, 1.0])
def test_inner_products_are_those_of_a_shrunk_covariance_of_all_features(n, f, shrinkage):
    features, answers, _ = sample(n, f)
    residual = residual_of(features, answers)
    deviation = residual.std(axis=0)
    scaled = residual / deviation
    correlation = scaled.T @ scaled / n
    if shrinkage is None:
        covariance = ledoit_wolf(scaled, assume_centered=True)[0]
    else:
        covariance = (1 - shrinkage) * correlation + shrinkage * np.eye(f)
    covariance = np.outer(deviation, deviation) * (covariance + 1e-6 * np.eye(f))
    centred = features - features.mean(axis=0)
    white = NoiseWhitening.of(Rows(features), answers, shrinkage)(Rows(features))
    np.testing.assert_allclose(white @ white.T, centred @ np.linalg.solve(covariance, centred.T), rtol=1e-6, atol=1e-8)


def test_estimated_shrinkage_is_ledoit_and_wolfs():
    for n, f in ((30, 5), (8, 50)):
        residual = residual_of(*sample(n, f)[:2])
        expected = ledoit_wolf(residual, assume_centered=True)[1]
        squares = (residual**2).sum(axis=1)
        gram = residual @ residual.T if n < f else residual.T @ residual
        np.testing.assert_allclose(ledoit_wolf_shrinkage(squares, gram, f), expected, rtol=1e-9)


def test_units_do_not_matter():
    features, answers, _ = sample()
    scaled = features * np.array([1e-3, 1, 10, 1e3, 1])
    again = NoiseWhitening.of(Rows(scaled), answers, 0.3)(Rows(scaled))
    once = NoiseWhitening.of(Rows(features), answers, 0.3)(Rows(features))
    np.testing.assert_allclose(again, once, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shrinkage", [None, 0.0, 1.0])
def test_constant_features_and_fewer_recordings_than_features_stay_finite(shrinkage):
    features, answers, _ = sample(n=4, f=9)
    features[:, 2] = 1.0
    white = NoiseWhitening.of(Rows(features), answers, shrinkage)(Rows(features))
    assert np.isfinite(white).all()


def test_weights_on_features_act_as_weights_on_white_features_do():
    features, answers, _ = sample()
    whitening = NoiseWhitening.of(Rows(features), answers)
    weight = np.random.default_rng(1).normal(size=(5, 3))
    direct = (features - whitening.mean) @ whitening.feature_weights(weight)
    np.testing.assert_allclose(whitening(Rows(features)) @ weight, direct, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rows", [1, 7, 100])
@pytest.mark.parametrize("shrinkage", [None, 0.3])
def test_blocks_of_any_size_make_recordings_as_white(rows, shrinkage):
    features, answers, _ = sample(n=60)
    whole = NoiseWhitening.of(Rows(features), answers, shrinkage)
    with on_disk(rows, features.shape[1]):
        whitening = NoiseWhitening.of(Rows(features), answers, shrinkage)
    assert isinstance(whitening.root, Triangular) == (rows < 60)
    white, expected = whitening(Rows(features)), whole(Rows(features))
    np.testing.assert_allclose(white @ white.T, expected @ expected.T, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(whitening.mean, whole.mean)
    weight = np.random.default_rng(1).normal(size=(5, 3))
    direct = (features - whitening.mean) @ whitening.feature_weights(weight)
    np.testing.assert_allclose(white @ weight, direct, rtol=1e-9, atol=1e-9)
    # d (z v) / d v by way of the features.
    slope = np.random.default_rng(2).normal(size=(60, 3))
    by_features = whitening.slope((features - whitening.mean).T @ slope)
    np.testing.assert_allclose(white.T @ slope, by_features, rtol=1e-9, atol=1e-9)
