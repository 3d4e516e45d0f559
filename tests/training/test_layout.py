"""Features laid out as a network reads them."""

import numpy as np
import tiny

from neurona.recordings.entities import Entities
from neurona.training import Layout

ROWS = np.arange(8)


def test_inputs_are_times_by_channels_standardised_on_training_recordings():
    entities = tiny.problem().entities
    layout = Layout.of(entities, ROWS)
    found = layout(entities.features)
    assert found.shape == (40, tiny.TIMES, tiny.CHANNELS)
    np.testing.assert_allclose(found[ROWS].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(found[ROWS].std(0), 1, atol=1e-5)
    assert layout.parcels == ((0, 3), (1, 4), (2, 5))
    one = (entities.features[:, 3] - entities.features[ROWS, 3].mean()) / entities.features[ROWS, 3].std()
    np.testing.assert_allclose(found[:, 1, 1], one, atol=1e-5)


def test_where_windows_are_entities_every_feature_is_a_channel():
    features = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    features[:, 0] = 5
    layout = Layout.of(Entities(features, np.array([0, 1, 0, 1]), ("early", "late"), "window", n_times=2), ROWS)
    assert layout(features).shape == (8, 1, 4)
    assert layout.parcels == ((0, 2), (1, 3))
    assert not layout(features)[:, 0, 0].any()
