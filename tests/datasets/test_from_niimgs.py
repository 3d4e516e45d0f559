import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nilearn.maskers import NiftiLabelsMasker, NiftiMasker

from neurona.datasets.dataset import Dataset
from neurona.datasets.readers.haxby2001 import read_runs
from neurona.errors import DataError
from neurona.recordings.fmri_windows import Windows

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
MASK = nib.Nifti1Image(np.ones((4, 4, 2), np.int8), AFFINE)
BETAS = nib.Nifti1Image(np.random.default_rng(0).normal(size=(4, 4, 2, 6)).astype(np.float32), AFFINE)
LABELS = ["01", "1", "face"] * 2


def test_volumes_become_recordings_of_voxels_in_their_places():
    data = Dataset.from_niimgs(BETAS, LABELS, NiftiMasker(MASK), groups=[1, 1, 1, 2, 2, 2])
    measured = data.recordings.data
    assert measured.sizes == {"recording": 6, "channel": 32, "time": 1}
    voxel = measured.isel(channel=list(measured.channel.values).index("1-2-1"))
    np.testing.assert_allclose(voxel.values[:, 0], BETAS.get_fdata()[1, 2, 1], rtol=1e-6)
    assert (float(voxel.x), float(voxel.y), float(voxel.z)) == (3.0, 6.0, 3.0)
    assert data.card.labels == {"01": "_01", "1": "_1", "face": "face"}
    assert measured.run.values.tolist() == ["1", "1", "1", "2", "2", "2"]
    assert not data.simulated
    assert Dataset.from_niimgs(BETAS, LABELS, NiftiMasker(MASK), simulated=True).simulated


def test_images_of_three_dimensions_and_files_are_volumes(tmp_path):
    files = []
    for k in range(6):
        files.append(tmp_path / f"beta{k}.nii.gz")
        nib.save(nib.Nifti1Image(BETAS.get_fdata()[..., k].astype(np.float32), AFFINE), files[-1])
    whole, parts = (Dataset.from_niimgs(imgs, LABELS, NiftiMasker(MASK)).recordings.data for imgs in (BETAS, files))
    np.testing.assert_allclose(whole.values, parts.values, rtol=1e-6)


def test_an_atlas_names_its_regions():
    regions = np.ones((4, 4, 2), np.int16)
    regions[0], regions[2:] = 0, 2
    masker = NiftiLabelsMasker(nib.Nifti1Image(regions, AFFINE), labels=["Background", "V1", "FFA"])
    data = Dataset.from_niimgs(BETAS, LABELS, masker)
    assert data.recordings.data.channel.values.tolist() == ["V1", "FFA"]


def _with_repetition_time(image):
    whole = nib.Nifti1Image(np.asarray(image.dataobj), AFFINE)
    whole.header.set_zooms((3, 3, 3, 2.5))
    return whole


def test_events_of_runs_become_recordings(fmri_folder):
    runs = read_runs(fmri_folder)
    images, events = [_with_repetition_time(run.image) for run in runs], [run.events for run in runs]
    masker = NiftiMasker(nib.Nifti1Image(np.ones((8, 8, 1), np.int8), AFFINE))
    data = Dataset.from_niimgs(images, masker=masker, events=events)
    assert data.recordings.data.sizes == {"recording": 16, "channel": 64, "time": 1}
    assert data.recordings.data.label.values.tolist() == [kind for table in events for kind in table.trial_type]
    assert sorted(set(data.recordings.data.run.values)) == ["run-01", "run-02", "run-03", "run-04"]
    windows = Dataset.from_niimgs(images, masker=masker, events=events, method=Windows(volumes=3))
    assert windows.recordings.data.sizes["time"] == 3
    assert float(windows.recordings.data.time[1] - windows.recordings.data.time[0]) == pytest.approx(2.5)


def test_events_of_one_type_say_nothing(fmri_folder):
    run = read_runs(fmri_folder)[0]
    masker = NiftiMasker(nib.Nifti1Image(np.ones((8, 8, 1), np.int8), AFFINE))
    events = run.events.assign(trial_type="block")
    data = Dataset.from_niimgs(_with_repetition_time(run.image), masker=masker, events=events)
    assert (data.recordings.n_recordings, len(data.questions)) == (4, 0)


def test_odd_input_is_named(fmri_folder):
    run = read_runs(fmri_folder)[0]
    masker = NiftiMasker(nib.Nifti1Image(np.ones((8, 8, 1), np.int8), AFFINE))
    with pytest.raises(DataError, match="labels: the events say what was shown"):
        Dataset.from_niimgs(run.image, ["a"], masker, events=run.events)
    with pytest.raises(DataError, match=r"events: 1 table\(s\) for 2 run\(s\)"):
        Dataset.from_niimgs([run.image] * 2, masker=masker, events=[run.events])
    with pytest.raises(DataError, match="events of run 0: no column 'trial_type'"):
        Dataset.from_niimgs(run.image, masker=masker, events=run.events.drop(columns="trial_type"))
    with pytest.raises(DataError, match="events of run 0: row 1: trial_type is missing"):
        Dataset.from_niimgs(run.image, masker=masker, events=run.events.assign(trial_type=["a", None, "b", "b"]))
    with pytest.raises(DataError, match="method: unknown 'lsaa'; did you mean 'lsa'"):
        Dataset.from_niimgs(run.image, masker=masker, events=run.events, method="lsaa")
    with pytest.raises(DataError, match="masker: a str; expected one of nilearn"):
        Dataset.from_niimgs(BETAS, LABELS, "mask.nii")
    with pytest.raises(DataError, match="y: 2 labels for 6 recordings"):
        Dataset.from_niimgs(BETAS, ["a", "b"], NiftiMasker(MASK))
    assert isinstance(run.events, pd.DataFrame)
