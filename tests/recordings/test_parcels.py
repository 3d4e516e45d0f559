import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.fmri_runs import brain_mask, read_run
from neurona.recordings.fmri_windows import block_recordings
from neurona.recordings.parcels import PARCELLATIONS, atlas_entities, group_entities, parcel_entities
from neurona.recordings.recordings import Recordings


def blocks(folder):
    found = [read_run(folder / f"run-0{k}_bold.nii.gz", folder / f"run-0{k}_events.tsv") for k in range(1, 5)]
    return block_recordings(found, brain_mask(found), subject="1")


def parcels_recordings(groups):
    columns = {name: ["a"] * 3 for name in ("subject", "run", "split", "label")}
    return Recordings.make(
        np.arange(30.0).reshape(3, 2, 5),
        ids=["r0", "r1", "r2"],
        channels=["V1", "M1"],
        groups=groups,
        sampling_hz=0.5,
        modality="fmri",
        units="z-score",
        positions=np.array([[0.0, -80, 5], [-40, -20, 50]]),
        **columns,
    )


@pytest.mark.parametrize("method", PARCELLATIONS)
def test_parcels_see_training_recordings_alone(fmri_folder, method):
    recordings = blocks(fmri_folder)
    train = recordings.data.run.values != "run-04"
    first = parcel_entities(recordings, train, method=method, n_parcels=4, seed=3)
    again = parcel_entities(recordings, train, method=method, n_parcels=4, seed=3)
    recordings.data.values[~train] = np.random.default_rng(1).normal(size=recordings.data.values[~train].shape)
    second = parcel_entities(recordings, train, method=method, n_parcels=4, seed=3)
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
    entities = parcel_entities(recordings, np.ones(16, dtype=bool), method="dictionary", n_parcels=4)
    labels = recordings.data.label.values
    strongest = {label: np.abs(entities.features[labels == label].mean(axis=0)).argmax() for label in set(labels)}
    assert len(set(strongest.values())) == 4
    # Voxels are 3 mm, faces were planted in the first two columns, houses in the next two.
    assert entities.positions is not None
    assert entities.positions[strongest["face"], 0] < entities.positions[strongest["house"], 0]


def test_atlas_parcels_keep_time_points_names_networks_and_centres():
    recordings = parcels_recordings(["Vis", "Motor"])
    entities = atlas_entities(recordings)
    np.testing.assert_array_equal(entities.features.reshape(3, 2, 5), recordings.data.values)
    assert entities.entity_of_feature.tolist() == [0] * 5 + [1] * 5
    assert entities.names == ("V1", "M1")
    assert entities.networks == ("Vis", "Motor")
    np.testing.assert_array_equal(entities.positions, [[0, -80, 5], [-40, -20, 50]])
    assert atlas_entities(parcels_recordings(None)).networks is None


def test_what_cannot_be_parcelled_is_refused(fmri_folder):
    recordings = blocks(fmri_folder)
    everything = np.ones(16, dtype=bool)
    with pytest.raises(DataError, match="unknown parcellation 'wards'; did you mean 'ward'"):
        parcel_entities(recordings, everything, method="wards")
    with pytest.raises(DataError, match="65 parcels of 64 voxels"):
        parcel_entities(recordings, everything, n_parcels=65)
    with pytest.raises(DataError, match=r"channels that are voxels .* found 'V1'"):
        parcel_entities(parcels_recordings(None), np.ones(3, dtype=bool), n_parcels=2)


def test_all_time_points_of_a_voxel_belong_to_its_parcel(fmri_folder):
    recordings = blocks(fmri_folder)
    train = np.ones(16, dtype=bool)
    means, whole = (parcel_entities(recordings, train, n_parcels=4, average=average) for average in (True, False))
    times = recordings.data.sizes["time"]
    assert (means.n_times, whole.n_times) == (1, times)
    np.testing.assert_array_equal(
        whole.entity_of_feature.reshape(-1, times), means.entity_of_feature[:, None] + np.zeros((1, times), int)
    )
    np.testing.assert_allclose(whole.features.reshape(16, -1, times).mean(axis=2), means.features, rtol=1e-4, atol=1e-5)


def test_groups_of_channels_are_entities():
    entities = group_entities(parcels_recordings(["visual", "motor"]))
    assert entities.names == ("motor", "visual")
    assert entities.n_times == 5
    np.testing.assert_array_equal(entities.entity_of_feature, [1] * 5 + [0] * 5)
    np.testing.assert_allclose(entities.positions, [[-40, -20, 50], [0, -80, 5]])
    np.testing.assert_array_equal(entities.features[0], np.arange(10.0))
    with pytest.raises(DataError, match="belong to group 'all'"):
        group_entities(parcels_recordings(["all", "all"]))
