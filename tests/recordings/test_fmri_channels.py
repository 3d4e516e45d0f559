import io
import shutil

import nibabel as nib
import numpy as np
import pytest
from bids_trees import AFFINE, GRID, SPACE, write_atlas, write_fmri_tree
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.atlas import Atlas, get_atlas
from neurona.recordings.bids_runs import find_runs
from neurona.recordings.fmri_channels import check_channels
from neurona.recordings.fmri_trials import trial_recordings
from neurona.recordings.fmri_windows import Windows


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_fmri_tree(tmp_path_factory.mktemp("trials") / "whole", spacing=6.0)


@pytest.fixture
def tree(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "tree")


def runs(root, **options):
    return find_runs(root, task="look", derivatives=root / "derivatives" / "fmriprep", space=SPACE, **options)


def test_empty_parcels_are_named_or_dropped_when_asked(whole, tmp_path):
    atlas = get_atlas(write_atlas(tmp_path, beyond=True))
    with pytest.raises(DataError, match="1 of 5 parcels hold no voxel of the brain mask: E"):
        trial_recordings(runs(whole), method=Windows(), atlas=atlas)
    data = trial_recordings(runs(whole), method=Windows(), atlas=atlas, drop_empty=True).data
    assert data.channel.values.tolist() == ["A", "B", "C", "D"]
    assert data.attrs["dropped_parcels"] == "E"


def test_a_mask_file_chooses_voxels_and_must_fit_the_grid(whole, tmp_path):
    mask = np.zeros(GRID, np.uint8)
    mask[0, 2:5] = 1
    nib.save(nib.Nifti1Image(mask, AFFINE), tmp_path / "roi.nii.gz")
    data = trial_recordings(runs(whole), method=Windows(), mask=tmp_path / "roi.nii.gz").data
    assert data.sizes["channel"] == 12
    nib.save(nib.Nifti1Image(mask, np.eye(4)), tmp_path / "elsewhere.nii.gz")
    with pytest.raises(DataError, match=r"elsewhere.nii.gz: grid or affine differs"):
        trial_recordings(runs(whole), method=Windows(), mask=tmp_path / "elsewhere.nii.gz")


def test_an_atlas_in_mni_space_is_not_laid_over_the_scanners_space(whole, tmp_path):
    local = get_atlas(write_atlas(tmp_path))
    mni = Atlas("yeo-4", local.image, local.values, local.names, local.networks, "MNI152")
    assert trial_recordings(runs(whole), method=Windows(), atlas=mni).data.sizes["channel"] == 4
    with pytest.raises(DataError, match=r"atlas yeo-4 lies in MNI152, .* in the space of the scanner"):
        trial_recordings(find_runs(whole, task="look"), method=Windows(), atlas=mni)


def test_subjects_on_different_grids_need_an_atlas(tree, tmp_path):
    moved = AFFINE.copy()
    moved[0, 3] += 4
    for path in tree.rglob("sub-02*.nii.gz"):
        image = nib.load(path)
        header = image.header.copy()
        nib.save(nib.Nifti1Image(np.asarray(image.dataobj), moved, header), path)
    with pytest.raises(DataError, match=r"affine\[0, 3\] is -24 against -28.*or read them in the parcels of an atlas"):
        trial_recordings(runs(tree), method=Windows())
    atlas = get_atlas(write_atlas(tmp_path))
    assert trial_recordings(runs(tree), method=Windows(), atlas=atlas).data.sizes["channel"] == 4


def test_a_mask_with_one_volume_is_the_mask_and_one_on_another_grid_is_refused(whole, tmp_path):
    inside = np.zeros(GRID, np.uint8)
    inside[:4] = 1
    nib.save(nib.Nifti1Image(inside[..., None], AFFINE), tmp_path / "mask.nii")
    data = trial_recordings(runs(whole, subjects=["01"]), method=Windows(), mask=tmp_path / "mask.nii").data
    assert data.sizes["channel"] == inside.sum()
    nib.save(nib.Nifti1Image(inside[:, :7], AFFINE), tmp_path / "other.nii")
    with pytest.raises(DataError, match=r"other.nii: grid or affine differs.*bring the mask to the images' grid"):
        trial_recordings(runs(whole, subjects=["01"]), method=Windows(), mask=tmp_path / "other.nii")


def test_an_atlas_in_mni_space_is_not_laid_over_images_in_native_space(tree, tmp_path):
    for path in tree.glob("derivatives/fmriprep/*/func/*space-*"):
        path.rename(str(path).replace(f"_space-{SPACE}", ""))
    found = find_runs(tree, task="look", derivatives=tree / "derivatives" / "fmriprep")
    assert {run.space for run in found} == {"native"}
    file = write_atlas(tmp_path)
    atlas = get_atlas(file.rename(tmp_path / "tpl-MNI152NLin6Asym_atlas.nii.gz"), file.with_name("quarters.tsv"))
    with pytest.raises(DataError, match=r"lies in MNI152NLin6Asym, .* in native; read derivatives in an MNI space"):
        trial_recordings(found, method=Windows(), atlas=atlas)
    assert trial_recordings(found, method=Windows()).data.attrs["space"] == "native"


def test_a_note_says_that_voxels_of_two_subjects_are_not_the_same_places(whole):
    printed = io.StringIO()
    trial_recordings(find_runs(whole, task="look"), method=Windows(), console=Console(file=printed, width=300))
    assert "a voxel of one is not the place of the same voxel of another" in printed.getvalue()
    assert "no brain mask beside the images: 256 of 256 voxels count" in printed.getvalue()


def test_channels_are_checked_without_reading_volumes(whole, tmp_path):
    found = find_runs(whole, task="look", derivatives=whole / "derivatives" / "fmriprep", space=SPACE)
    check_channels(found, atlas=get_atlas(write_atlas(tmp_path)))
    with pytest.raises(DataError, match=r"E\b"):
        check_channels(found, atlas=get_atlas(write_atlas(tmp_path, beyond=True)))
    check_channels(found, atlas=get_atlas(write_atlas(tmp_path, beyond=True)), drop_empty=True)
