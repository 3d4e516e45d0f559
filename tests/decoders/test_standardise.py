"""Standardised features: white noise out of coloured noise, the time course found, patterns brought back."""

import numpy as np
import pytest

from neurona.decoders.standardise import standardised
from neurona.recordings.entities import Entities

CHANNELS, TIMES, ROWS = 6, 8, 1500
COURSE = np.sin(np.linspace(0, np.pi, TIMES))


def recordings(signal, seed=0):
    """SIMULATED: an answer adds its pattern times a course to noise that is coloured over channels and time."""
    rng = np.random.default_rng(seed)
    mix = np.eye(CHANNELS) + 0.4 * rng.normal(size=(CHANNELS, CHANNELS))
    smooth = np.linalg.cholesky(0.6 ** np.abs(np.subtract.outer(np.arange(TIMES), np.arange(TIMES))))
    noise = mix @ rng.normal(size=(ROWS, CHANNELS, TIMES)) @ smooth.T
    contrasts = rng.choice([-1.0, 1.0], size=(ROWS, 3))
    patterns = rng.normal(size=(3, CHANNELS))
    values = noise + signal * (contrasts @ patterns)[:, :, None] * COURSE
    features = values.reshape(ROWS, -1).astype(np.float32)
    entity = np.repeat(np.arange(CHANNELS), TIMES)
    names = tuple(map(str, range(CHANNELS)))
    return Entities(features, entity, names, "parcel", n_times=TIMES), contrasts, mix, smooth @ smooth.T


def test_noise_comes_out_white_with_one_value_a_channel():
    entities, contrasts, *_ = recordings(signal=0)
    z = standardised(entities, np.arange(ROWS), contrasts)(entities.features)
    assert z.shape == (ROWS, CHANNELS)
    np.testing.assert_allclose(np.cov(z.T), np.eye(CHANNELS), atol=0.1)  # the covariance is shrunk
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-3)


def test_the_time_course_is_read_by_the_matched_filter():
    entities, contrasts, _, over_time = recordings(signal=1)
    times = standardised(entities, np.arange(ROWS), contrasts).times[:, 0]
    matched = np.linalg.solve(over_time, COURSE)
    assert abs(np.corrcoef(times, matched)[0, 1]) > 0.9


def test_a_channels_scale_does_not_matter():
    entities, contrasts, *_ = recordings(signal=1)
    scale = np.repeat(10.0 ** np.arange(-2, CHANNELS - 2), TIMES).astype(np.float32)
    other = Entities(entities.features * scale, entities.entity_of_feature, entities.names, "parcel", n_times=TIMES)
    one, two = (standardised(e, np.arange(ROWS), contrasts)(e.features) for e in (entities, other))
    np.testing.assert_allclose(one, two, atol=0.02)


def test_patterns_are_brought_back_by_the_inverse_of_the_whitening():
    entities, contrasts, *_ = recordings(signal=1)
    made = standardised(entities, np.arange(ROWS), contrasts)
    deviation = entities.features.reshape(ROWS, CHANNELS, TIMES).std(axis=(0, 2))
    # z = C^(-1/2) x / deviation: what C^(1/2) brings back is x / deviation.
    x = np.eye(CHANNELS, dtype=np.float32)
    back = made.channel_patterns(x @ (deviation[:, None] * made.channels))
    np.testing.assert_allclose(back, x, atol=1e-3)


@pytest.mark.parametrize(("components", "width"), [(2, 2), (None, TIMES)])
def test_several_components_of_time_may_be_kept(components, width):
    entities, contrasts, *_ = recordings(signal=1)
    made = standardised(entities, np.arange(ROWS), contrasts, components)
    assert made(entities.features).shape == (ROWS, CHANNELS * width)
    np.testing.assert_array_equal(made.entity, np.repeat(np.arange(CHANNELS), width))


def test_time_windows_of_a_channel_that_are_entities_apart_are_all_kept():
    entities, contrasts, *_ = recordings(signal=1)
    windows = np.tile(np.arange(TIMES), CHANNELS)
    apart = Entities(entities.features, windows, tuple(map(str, range(TIMES))), "window", n_times=TIMES)
    made = standardised(apart, np.arange(ROWS), contrasts)
    np.testing.assert_array_equal(made.entity, windows)
