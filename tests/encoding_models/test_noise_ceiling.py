"""Noise ceilings: what the best model can reach, from repeats alone."""

import numpy as np
import pytest

from neurona.encoding_models.maps import prediction_accuracy
from neurona.encoding_models.noise_ceiling import noise_ceiling
from neurona.errors import DataError

NOISE = np.array([0.5, 1.0, 2.0])


def repeated(signal=1.0, seed=0):
    rng = np.random.default_rng(seed)
    stimulus = np.concatenate([np.repeat(np.arange(300), 3), np.repeat(np.arange(300, 400), 2), np.arange(400, 450)])
    truth = signal * rng.normal(size=(450, 3))
    return truth[stimulus] + NOISE * rng.normal(size=(len(stimulus), 3)), stimulus, truth


@pytest.mark.parametrize("averaged", [1, 3])
def test_the_ceiling_is_what_the_true_model_reaches(averaged):
    features, stimulus, truth = repeated()
    ceiling = noise_ceiling(features, stimulus, averaged)
    rng = np.random.default_rng(1)
    measured = truth + NOISE * rng.normal(size=(averaged, *truth.shape)).mean(0)
    reached = prediction_accuracy(truth, measured)
    np.testing.assert_allclose(ceiling.r2, reached.r2, atol=0.1)
    np.testing.assert_allclose(ceiling.correlation, reached.correlation, atol=0.06)
    np.testing.assert_allclose(ceiling.noise, NOISE**2, rtol=0.1)
    np.testing.assert_allclose(ceiling.signal, 1, atol=0.35)


def test_noise_alone_has_a_ceiling_near_nothing():
    features, stimulus, _ = repeated(signal=0)
    assert noise_ceiling(features, stimulus).r2.max() < 0.06


def test_data_without_repeats_are_refused():
    features, stimulus, _ = repeated()
    with pytest.raises(DataError, match="0 of 50 stimuli were repeated"):
        noise_ceiling(features[-50:], stimulus[-50:])
