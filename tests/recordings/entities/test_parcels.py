import numpy as np
import pytest
from entity_recordings import atlas_recordings

from neurona.errors import ConfigError, DataError
from neurona.recordings.entities import ParcelEntities, fit_entities
from neurona.recordings.fmri_runs import brain_mask, read_run
from neurona.recordings.fmri_windows import block_recordings

METHODS = ("ward", "kmeans", "dictionary")


def entities_of(recordings, train, seed=0, **settings):
    return fit_entities(recordings, ParcelEntities(**settings), train, seed=seed).apply(recordings)


def blocks(folder):
    found = [read_run(folder / f"run-0{k}_bold.nii.gz", folder / f"run-0{k}_events.tsv") for k in range(1, 5)]
    return block_recordings(found, brain_mask(found), subject="1")


@pytest.mark.parametrize("method", METHODS)
def test_parcels_see_training_recordings_alone(fmri_folder, method):
    recordings = blocks(fmri_folder)
    train = recordings.data.run.values != "run-04"
    first = entities_of(recordings, train, method=method, n_parcels=4, seed=3)
    again = entities_of(recordings, train, method=method, n_parcels=4, seed=3)
    recordings.data.values[~train] = np.random.default_rng(1).normal(size=recordings.data.values[~train].shape)
    second = entities_of(recordings, train, method=method, n_parcels=4, seed=3)
    for other in (again, second):
        np.testing.assert_array_equal(first.entity_of_feature, other.entity_of_feature)
        np.testing.assert_allclose(first.features[train], other.features[train], rtol=1e-5)
        np.testing.assert_allclose(first.positions, other.positions)
    assert not np.allclose(first.features[~train], second.features[~train])
    assert len(first.names) == 4
    assert first.positions is not None
    assert first.positions.shape == (4, 3)


def test_a_dictionary_finds_each_categorys_place(fmri_folder):
    recordings = blocks(fmri_folder)
    entities = entities_of(recordings, np.ones(16, dtype=bool), method="dictionary", n_parcels=4)
    labels = recordings.data.label.values
    strongest = {label: np.abs(entities.features[labels == label].mean(axis=0)).argmax() for label in set(labels)}
    assert len(set(strongest.values())) == 4
    # Voxels are 3 mm, faces were planted in the first two columns, houses in the next two.
    assert entities.positions is not None
    assert entities.positions[strongest["face"], 0] < entities.positions[strongest["house"], 0]


def test_what_cannot_be_parcelled_is_refused(fmri_folder):
    recordings = blocks(fmri_folder)
    everything = np.ones(16, dtype=bool)
    with pytest.raises(ConfigError, match="no method 'wards'; did you mean 'ward'"):
        fit_entities(recordings, "wards")
    with pytest.raises(DataError, match="65 parcels of 64 voxels"):
        entities_of(recordings, everything, n_parcels=65)
    with pytest.raises(DataError, match=r"channels that are voxels .* found 'V1'"):
        fit_entities(atlas_recordings(), ParcelEntities(n_parcels=2))


def test_all_time_points_of_a_voxel_belong_to_its_parcel(fmri_folder):
    recordings = blocks(fmri_folder)
    train = np.ones(16, dtype=bool)
    means, whole = (entities_of(recordings, train, n_parcels=4, average=average) for average in (True, False))
    times = recordings.data.sizes["time"]
    assert (means.n_times, whole.n_times) == (1, times)
    np.testing.assert_array_equal(
        whole.entity_of_feature.reshape(-1, times), means.entity_of_feature[:, None] + np.zeros((1, times), int)
    )
    np.testing.assert_allclose(whole.features.reshape(16, -1, times).mean(axis=2), means.features, rtol=1e-4, atol=1e-5)
