import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.entities import WindowEntities, fit_entities
from neurona.recordings.recordings import Recordings
from neurona.recordings.sensor_groups import sensor_groups

CHANNELS = ["F3", "F4", "Cz", "C3"]


@pytest.fixture(scope="module")
def recordings():
    columns = {name: ["a"] * 6 for name in ("subject", "run", "split", "label")}
    return Recordings.make(
        1e-6 * np.random.default_rng(0).normal(size=(6, 4, 40)),
        ids=[f"r{k}" for k in range(6)],
        channels=CHANNELS,
        groups=sensor_groups(CHANNELS),
        sampling_hz=100.0,
        start_s=-0.1,
        modality="eeg",
        units="SI",
        **columns,
    )


def entities_of(recordings, **settings):
    return fit_entities(recordings, WindowEntities(**settings)).apply(recordings)


def test_features_are_means_over_bins_and_entities_groups_by_windows(recordings):
    entities = entities_of(recordings, n_bins=8, n_windows=2)
    means = recordings.data.values.reshape(6, 4, 8, 5).mean(axis=3)
    np.testing.assert_allclose(entities.features, means.reshape(6, -1), rtol=1e-4, atol=1e-12)
    assert len(entities.names) == 4 * 2
    first = entities.names[entities.entity_of_feature[0]]
    assert first == "frontal left -100 to 100 ms"
    assert np.bincount(entities.entity_of_feature).tolist() == [4] * 8


def test_bins_that_do_not_divide_the_samples_still_cover_each_sample_once(recordings):
    entities = entities_of(recordings, n_bins=7, n_windows=7)
    sizes = np.diff(np.linspace(0, 40, 8).astype(int))
    totals = (entities.features.reshape(6, 4, 7) * sizes).sum(axis=2)
    np.testing.assert_allclose(totals, recordings.data.values.sum(axis=2), rtol=1e-3, atol=1e-9)


def test_bins_beyond_the_samples_and_windows_that_do_not_divide_them_are_refused(recordings):
    with pytest.raises(DataError, match=r"n_bins: 41 bins of 40 samples; choose 1 to 40"):
        entities_of(recordings, n_bins=41, n_windows=1)
    with pytest.raises(DataError, match=r"n_windows: 7 bins do not share out among 2 windows"):
        entities_of(recordings, n_bins=7, n_windows=2)
