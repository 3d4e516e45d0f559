"""Random convolutional kernels: the shares of time that a plain convolution gives, of the group's own channels."""

import numpy as np
import pytest
from noisy_eeg import made, noise

from neurona.errors import DataError
from neurona.recordings.entities import KernelEntities, fit_entities
from neurona.recordings.entities.kernels import _WEIGHTS, convolved


@pytest.mark.parametrize("dilation", [1, 3])
def test_convolution_is_that_of_a_dilated_kernel_on_the_sum_of_channels(dilation):
    values = np.random.default_rng(0).normal(size=(3, 60)).astype(np.float32)
    channels = np.random.default_rng(1).random((84, 3)) < 0.5
    found = convolved(values, channels, dilation)
    for k in (0, 17, 83):
        kernel = np.zeros(8 * dilation + 1)
        kernel[::dilation] = _WEIGHTS[k]
        expected = np.correlate(channels[k] @ values, kernel, "same")
        np.testing.assert_allclose(found[k], expected, atol=1e-4)


def test_84_kernels_of_sum_0_see_no_offset_away_from_the_ends():
    assert _WEIGHTS.shape == (84, 9)
    assert len(np.unique(_WEIGHTS, axis=0)) == 84
    np.testing.assert_array_equal(_WEIGHTS.sum(axis=1), 0)


def test_features_are_shares_of_time_and_a_group_sees_its_own_channels_alone():
    values = noise(samples=64)
    groups = ["left", "right", "left", "right"]
    fitted = fit_entities(made(values, groups), KernelEntities(n_dilations=2), seed=3)
    entities = fitted.apply(made(values, groups))
    assert entities.names == tuple(f"{side} shapes of {ms} ms" for side in ("left", "right") for ms in (80, 560))
    assert entities.features.min() >= 0
    assert entities.features.max() <= 1
    assert 0.4 < entities.features.mean() < 0.6
    values[:, [1, 3]] = 0
    changed = np.flatnonzero((fitted.apply(made(values, groups)).features != entities.features).any(axis=0))
    assert set(entities.entity_of_feature[changed]) == {2, 3}


def test_recordings_shorter_than_a_kernel_are_refused():
    with pytest.raises(DataError, match="8 samples are fewer than the 9"):
        fit_entities(made(noise(samples=8)), "kernels")
