import gzip

import nibabel as nib
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.fmri_runs import brain_mask, check_whole, read_run


def runs(folder):
    return [read_run(folder / f"run-0{k}_bold.nii.gz", folder / f"run-0{k}_events.tsv") for k in range(1, 5)]


def test_runs_of_another_grid_affine_or_tr_are_refused(fmri_folder):
    found = runs(fmri_folder)
    moved = nib.Nifti1Image(np.asarray(found[1].image.dataobj), np.diag([2.0, 3, 3, 1]))
    with pytest.raises(DataError, match=r"grid or affine differs .*affine\[0, 0\] is 2 against 3"):
        brain_mask([found[0], type(found[1])("run-02", moved, found[1].events, 2.5, "run-02")])
    with pytest.raises(DataError, match=r"TR 2 s differs from 2\.5 s"):
        brain_mask([found[0], type(found[1])("run-02", found[1].image, found[1].events, 2.0, "run-02")])


def test_nan_wrong_dimensions_tr_in_milliseconds_and_a_singular_affine_are_refused(fmri_folder, tmp_path):
    events = fmri_folder / "run-01_events.tsv"
    values = np.ones((4, 4, 1, 60), np.float32)
    for name, edit, tr, depth, message in (
        ("nan", lambda v: v.__setitem__((0, 0, 0, 0), np.nan), 2.5, 1, "1 values are NaN"),
        ("ms", lambda v: None, 2500.0, 1, "is it in ms"),
        ("flat", lambda v: None, 2.5, 0, "affine is singular"),
    ):
        broken = values.copy()
        edit(broken)
        image = nib.Nifti1Image(broken, None)
        image.header.set_zooms((1, 1, 1, tr))
        image.header["sform_code"] = 1
        image.header["srow_x"], image.header["srow_y"], image.header["srow_z"] = np.diag([1, 1, depth, 1])[:3]
        nib.save(image, tmp_path / f"{name}_bold.nii.gz")
        with pytest.raises(DataError, match=message):
            read_run(tmp_path / f"{name}_bold.nii.gz", events)
    nib.save(nib.Nifti1Image(values[..., 0], np.eye(4)), tmp_path / "three_bold.nii.gz")
    with pytest.raises(DataError, match="expected a 4-D image"):
        read_run(tmp_path / "three_bold.nii.gz", events)


def test_a_whole_file_passes_and_a_cut_one_does_not(tmp_path):
    image = nib.Nifti1Image(np.random.default_rng(0).normal(size=(8, 8, 4, 20)).astype(np.float32), np.eye(4))
    for ending in (".nii", ".nii.gz"):
        whole = tmp_path / f"bold{ending}"
        nib.save(image, whole)
        check_whole(whole, nib.load(whole))
        content = whole.read_bytes()
        whole.write_bytes(content[: len(content) // 2])
        with pytest.raises(DataError, match=r"truncated: [\d,]+ bytes of 20,832 that the header promises"):
            check_whole(whole, nib.load(whole))


def test_a_file_of_several_gzip_members_is_whole(tmp_path):
    image = nib.Nifti1Image(np.zeros((8, 8, 4, 20), np.float32), np.eye(4))
    nib.save(image, tmp_path / "bold.nii")
    content = (tmp_path / "bold.nii").read_bytes()
    path = tmp_path / "bold.nii.gz"
    path.write_bytes(gzip.compress(content[:5000]) + gzip.compress(content[5000:]))
    check_whole(path, nib.load(path))
