"""Features laid out as a network reads them."""

import numpy as np
import pytest
import tiny
from on_disk import on_disk

from neurona.recordings.entities import Entities
from neurona.training import Layout

ROWS = np.arange(8)


def test_inputs_are_channels_by_times_standardised_on_training_recordings():
    entities = tiny.problem().entities
    found = Layout.of(entities, ROWS)(entities.features)
    assert found.shape == (40, tiny.CHANNELS, tiny.TIMES)
    np.testing.assert_allclose(found[ROWS].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(found[ROWS].std(0), 1, atol=1e-5)
    one = (entities.features[:, 3] - entities.features[ROWS, 3].mean()) / entities.features[ROWS, 3].std()
    np.testing.assert_allclose(found[:, 1, 1], one, atol=1e-5)


def test_standardised_per_channel_a_channel_keeps_its_time_course():
    entities = tiny.problem().entities
    found = Layout.of(entities, ROWS, "channel")(entities.features)
    np.testing.assert_allclose(found[ROWS].mean((0, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(found[ROWS].std((0, 2)), 1, atol=1e-5)
    raw = entities.features.reshape(found.shape)
    ratio = (raw[:, :, 1] - raw[:, :, 0]) / (found[:, :, 1] - found[:, :, 0])
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:1], ratio.shape), rtol=1e-3)


def test_constant_features_become_zeros():
    features = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    features[:, 0] = 5
    layout = Layout.of(Entities(features, np.array([0, 1, 0, 1]), ("early", "late"), "window", n_times=2), ROWS)
    assert not layout(features)[:, 0, 0].any()


@pytest.mark.parametrize("per", ["feature", "channel"])
@pytest.mark.parametrize("rows", [1, 3, 40])
def test_inputs_on_disk_are_those_in_memory(per, rows):
    entities = tiny.problem().entities
    expected = Layout.of(entities, ROWS, per)(entities.features)
    with on_disk(rows, entities.features.shape[1]):
        found = Layout.of(entities, ROWS, per)(entities.features)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
