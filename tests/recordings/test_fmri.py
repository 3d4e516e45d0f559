import nibabel as nib
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.fmri import block_recordings, brain_mask, parcel_entities, read_run


def runs(folder):
    return [read_run(folder / f"run-0{k}_bold.nii.gz", folder / f"run-0{k}_events.tsv") for k in range(1, 5)]


def test_a_block_is_cut_after_the_haemodynamic_delay(fmri_folder):
    found = runs(fmri_folder)
    recordings = block_recordings(found, brain_mask(found), subject="1").data
    assert recordings.sizes == {"recording": 16, "channel": 64, "time": 8}
    face = recordings[recordings.label.values == "face"].mean(("recording", "time")).values
    rows = np.array([int(name.split("-")[0]) for name in recordings.channel.values])
    assert face[rows < 2].min() > 0.5 > abs(face[rows >= 2].mean())


def test_parcels_see_training_recordings_alone(fmri_folder):
    found = runs(fmri_folder)
    recordings = block_recordings(found, brain_mask(found), subject="1")
    train = recordings.data.run.values != "run-04"
    first = parcel_entities(recordings, train, method="ward", n_parcels=4)
    recordings.data.values[~train] = np.random.default_rng(1).normal(size=recordings.data.values[~train].shape)
    second = parcel_entities(recordings, train, method="ward", n_parcels=4)
    np.testing.assert_array_equal(first.entity_of_feature, second.entity_of_feature)
    assert len(first.names) == 4
    assert first.positions is not None
    assert first.positions.shape == (4, 3)


def test_kmeans_parcels_depend_on_the_seed_alone(fmri_folder):
    found = runs(fmri_folder)
    recordings = block_recordings(found, brain_mask(found), subject="1")
    train = np.ones(16, dtype=bool)
    first, again = (parcel_entities(recordings, train, method="kmeans", n_parcels=4, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.entity_of_feature, again.entity_of_feature)


def test_runs_of_another_grid_affine_or_tr_are_refused(fmri_folder):
    found = runs(fmri_folder)
    moved = nib.Nifti1Image(np.asarray(found[1].image.dataobj), np.diag([2.0, 3, 3, 1]))
    with pytest.raises(DataError, match="grid or affine differs"):
        brain_mask([found[0], type(found[1])("run-02", moved, found[1].events, 2.5, "run-02")])
    with pytest.raises(DataError, match=r"TR 2 s differs from 2\.5 s"):
        brain_mask([found[0], type(found[1])("run-02", found[1].image, found[1].events, 2.0, "run-02")])


def test_nan_wrong_dimensions_and_tr_in_milliseconds_are_refused(fmri_folder, tmp_path):
    events = fmri_folder / "run-01_events.tsv"
    values = np.ones((4, 4, 1, 60), np.float32)
    for name, edit, tr, message in (
        ("nan", lambda v: v.__setitem__((0, 0, 0, 0), np.nan), 2.5, "1 values are NaN"),
        ("ms", lambda v: None, 2500.0, "is it in ms"),
    ):
        broken = values.copy()
        edit(broken)
        image = nib.Nifti1Image(broken, np.eye(4))
        image.header.set_zooms((1, 1, 1, tr))
        nib.save(image, tmp_path / f"{name}_bold.nii.gz")
        with pytest.raises(DataError, match=message):
            read_run(tmp_path / f"{name}_bold.nii.gz", events)
    nib.save(nib.Nifti1Image(values[..., 0], np.eye(4)), tmp_path / "three_bold.nii.gz")
    with pytest.raises(DataError, match="expected a 4-D image"):
        read_run(tmp_path / "three_bold.nii.gz", events)
