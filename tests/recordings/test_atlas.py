import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from bids_trees import AFFINE, GRID, write_atlas
from sklearn.utils import Bunch

from neurona.errors import DataError
from neurona.recordings.atlas import get_atlas, place

WHOLE = np.ones(GRID, dtype=bool)


def columns_image():
    """Each voxel's value is its first index, constant over 3 volumes."""
    values = np.broadcast_to(np.arange(8.0)[:, None, None, None], (*GRID, 3))
    return nib.Nifti1Image(values.astype(np.float32), AFFINE)


def write_maps(folder):
    """Two smooth maps on the data's grid."""
    maps = np.zeros((*GRID, 2), np.float32)
    maps[:4, ..., 0], maps[4:, ..., 1] = 1, 0.5
    nib.save(nib.Nifti1Image(maps, AFFINE), folder / "maps.nii.gz")
    pd.DataFrame({"name": ["left", "right"]}).to_csv(folder / "maps.csv", index=False)
    return folder / "maps.nii.gz"


def test_a_local_atlas_is_resampled_and_its_signals_are_means_of_voxels(tmp_path):
    atlas = get_atlas(write_atlas(tmp_path))
    parcels = place(atlas, AFFINE, WHOLE)
    assert parcels.atlas.names == ("A", "B", "C", "D")
    assert parcels.atlas.networks == ("Vis", "Vis", "Motor", "Motor")
    np.testing.assert_allclose(parcels.positions[:, 0], [-24, -8, 8, 24])
    np.testing.assert_allclose(parcels.positions[:, 1:], 0, atol=1e-6)
    np.testing.assert_allclose(parcels.signals(columns_image()), [[0.5, 2.5, 4.5, 6.5]] * 3)


def test_signals_come_from_the_mask_alone(tmp_path):
    mask = WHOLE.copy()
    mask[0] = False
    signals = place(get_atlas(write_atlas(tmp_path)), AFFINE, mask).signals(columns_image())
    np.testing.assert_allclose(signals[0], [1, 2.5, 4.5, 6.5])


def test_the_order_of_the_table_does_not_matter_to_which_signal_is_whose(tmp_path):
    path = write_atlas(tmp_path)
    table = pd.read_csv(path.with_name("quarters.tsv"), sep="\t").iloc[::-1]
    table.to_csv(tmp_path / "backwards.csv", index=False)
    parcels = place(get_atlas(path, tmp_path / "backwards.csv"), AFFINE, WHOLE)
    signals = dict(zip(parcels.atlas.names, parcels.signals(columns_image())[0], strict=True))
    assert signals == pytest.approx({"A": 0.5, "B": 2.5, "C": 4.5, "D": 6.5})
    assert dict(zip(parcels.atlas.names, parcels.positions[:, 0], strict=True)) == pytest.approx(
        {"A": -24, "B": -8, "C": 8, "D": 24}
    )


def test_probabilistic_maps_give_loadings_and_weighted_centres(tmp_path):
    parcels = place(get_atlas(write_maps(tmp_path)), AFFINE, WHOLE)
    assert parcels.atlas.probabilistic
    np.testing.assert_allclose(parcels.positions[:, 0], [-16, 16])
    # Least squares: the mean over the left half is 1.5; a map of 0.5 needs twice the right half's mean of 5.5.
    np.testing.assert_allclose(parcels.signals(columns_image())[0], [1.5, 11], rtol=1e-5)


@pytest.mark.parametrize("write", [lambda folder: write_atlas(folder, beyond=True), write_maps])
def test_empty_parcels_are_named_or_dropped_when_asked(tmp_path, write):
    atlas = get_atlas(write(tmp_path))
    mask = WHOLE.copy()
    mask[4:] = False
    lost = atlas.names[len(atlas.names) // 2 :] if atlas.probabilistic else ("C", "D", "E")
    with pytest.raises(DataError, match=f"{len(lost)} of {len(atlas.names)} parcels hold no voxel.*{lost[-1]}"):
        place(atlas, AFFINE, mask)
    parcels = place(atlas, AFFINE, mask, drop_empty=True)
    assert parcels.dropped == lost
    assert parcels.signals(columns_image()).shape == (3, len(atlas.names) - len(lost))
    with pytest.raises(DataError, match="check that atlas and data share a space"):
        place(atlas, AFFINE, np.zeros(GRID, dtype=bool), drop_empty=True)


def test_unknown_names_sizes_and_failed_downloads_are_explained(monkeypatch):
    with pytest.raises(DataError, match="unknown atlas 'schafer-100'; did you mean 'schaefer'"):
        get_atlas("schafer-100")
    with pytest.raises(DataError, match="unknown atlas 'schaefer-150'; known: schaefer-100, schaefer-200"):
        get_atlas("schaefer-150")

    def fail(**_):
        raise ConnectionError("no route")

    monkeypatch.setattr("nilearn.datasets.fetch_atlas_difumo", fail)
    with pytest.raises(DataError, match=r"atlas difumo-64: download failed \(no route\); get its NIfTI file"):
        get_atlas("difumo-64")


def test_fetched_atlases_bring_networks_and_their_space(monkeypatch, tmp_path):
    """What nilearn's fetchers return, in small."""
    image = nib.load(write_atlas(tmp_path))
    names = [
        "Background",
        "7Networks_LH_Vis_1",
        "7Networks_LH_Cont_PFCl_1",
        "7Networks_RH_Vis_1",
        "7Networks_RH_Default_1",
    ]
    lut = pd.DataFrame({"index": [0, 10, 20, 30, 40], "name": names})
    monkeypatch.setattr(
        "nilearn.datasets.fetch_atlas_schaefer_2018", lambda **_: Bunch(maps=tmp_path / "quarters.nii.gz", lut=lut)
    )
    atlas = get_atlas("schaefer-100")
    assert atlas.networks == ("Vis", "Cont", "Vis", "Default")
    assert atlas.space == "MNI152"
    four = nib.Nifti1Image(np.asarray(image.dataobj)[..., None], image.affine)
    lut = pd.DataFrame(
        {"index": range(0, 50, 10), "name": ["Background", "Visual", "Somatomotor", "Limbic", "Default"]}
    )
    monkeypatch.setattr("nilearn.datasets.fetch_atlas_yeo_2011", lambda **_: Bunch(maps=four, lut=lut))
    atlas = get_atlas("yeo-7")
    assert atlas.names == atlas.networks == ("Visual", "Somatomotor", "Limbic", "Default")
    assert not atlas.probabilistic
    labels = pd.DataFrame({"difumo_names": [f"c{k}" for k in range(64)], "yeo_networks7": ["VisCent"] * 64})
    maps = nib.Nifti1Image(np.ones((2, 2, 2, 64), np.float32), np.eye(4))
    monkeypatch.setattr("nilearn.datasets.fetch_atlas_difumo", lambda **_: Bunch(maps=maps, labels=labels))
    atlas = get_atlas("difumo-64")
    assert atlas.probabilistic
    assert (len(atlas.names), atlas.networks) == (64, ("VisCent",) * 64)


def test_a_faulty_local_atlas_is_refused(tmp_path):
    path = write_atlas(tmp_path)
    table = tmp_path / "quarters.tsv"
    whole = table.read_text()
    for text, message in (
        (whole.replace("name", "names"), "no column 'name'; did you mean 'names'"),
        (whole.replace("40\tD\tMotor\n", ""), r"no row for label\(s\) \[40\]"),
        (whole.replace("\tD\t", "\tC\t"), "names stand more than once: C"),
        (whole.replace("40\tD", "4O\tD"), "quarters.tsv: line 5, column 'index': found '4O', expected a whole number"),
        (whole.replace("40\tD", "40.5\tD"), "line 5, column 'index': found '40.5', expected a whole number"),
        (whole + "40\tE\tMotor\n", "label 40 stands in several rows"),
        (whole.replace("D\tMotor", "D"), "line 5 has 2 fields, the header 3"),
    ):
        table.write_text(text)
        with pytest.raises(DataError, match=message):
            get_atlas(path)
    table.unlink()
    with pytest.raises(DataError, match=r"no table of labels; put quarters.tsv"):
        get_atlas(path)
    with pytest.raises(DataError, match="no such file"):
        get_atlas(tmp_path / "none.nii.gz", labels=table)


@pytest.mark.parametrize(
    "written",
    [
        lambda labels: labels[..., None],
        lambda labels: np.where(labels == 10, np.nan, labels).astype(np.float32),
        lambda labels: labels + np.float32(1e-5),
    ],
    ids=["one volume", "NaN where there is no parcel", "last digits of a scaled file"],
)
def test_labels_are_read_however_they_were_written(tmp_path, written):
    path = write_atlas(tmp_path)
    image = nib.load(path)
    labels = np.asarray(image.dataobj)
    nib.save(nib.Nifti1Image(written(labels), image.affine), path)
    read = np.asarray(get_atlas(path).image.dataobj)
    assert read.shape == labels.shape
    np.testing.assert_array_equal(read[labels > 10], labels[labels > 10])


def test_complex_labels_are_refused(tmp_path):
    path = write_atlas(tmp_path)
    image = nib.load(path)
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj).astype(np.complex64), image.affine), path)
    with pytest.raises(DataError, match=r"quarters.nii.gz: complex values"):
        get_atlas(path)
