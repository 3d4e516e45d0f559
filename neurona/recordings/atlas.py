"""Atlases: parcels of the brain with names, networks and centres, and the signals of runs in them.

    yeo-7, yeo-17           B. T. T. Yeo et al. (2011), J. Neurophysiol. 106, 1125-1165
    schaefer-100 .. -1000   A. Schaefer et al. (2018), Cereb. Cortex 28, 3095-3114
    difumo-64 .. -1024      K. Dadi et al. (2020), NeuroImage 221, 117126 (probabilistic)

come through nilearn's fetchers and lie in MNI152 space. Any other atlas is a NIfTI file of labels (3-D integers) or of
probabilistic maps (4-D) with a table of names beside it. The signal of a label is the mean of its voxels; those of
probabilistic maps are their least-squares loadings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from nibabel.spatialimages import SpatialImage
from nilearn.image import resample_img
from nilearn.maskers import NiftiLabelsMasker, NiftiMapsMasker
from scipy.ndimage import center_of_mass

from neurona.errors import DataError, nearest_name
from neurona.recordings.images import spatial_values
from neurona.recordings.text_tables import read_text_table

SIZES = {
    "yeo": (7, 17),
    "schaefer": tuple(range(100, 1001, 100)),
    "difumo": (64, 128, 256, 512, 1024),
}
"""Atlases that nilearn fetches, and their numbers of parcels."""

_SPACE = re.compile(r"(?:^|_)(?:tpl|space)-([A-Za-z0-9]+)")


@dataclass(frozen=True)
class Atlas:
    """Parcels in a space.

    Attributes:
        name: of the atlas.
        image: 3-D labels, or 4-D maps in the order of `names`.
        values: the label of each parcel in a 3-D image; positions along the last axis of a 4-D one.
        names: of the P parcels.
        networks: of the P parcels, where known.
        space: e.g. `MNI152`; of a local file what its name says (`tpl-...`, `space-...`), else empty: it must be in the data's.
    """

    name: str
    image: SpatialImage
    values: tuple[int, ...]
    names: tuple[str, ...]
    networks: tuple[str, ...] | None = None
    space: str = ""

    @property
    def probabilistic(self) -> bool:
        return len(self.image.shape) == 4

    def centres(self) -> Float[np.ndarray, "parcel 3"]:
        """Centres of mass of the parcels in millimetres; NaN for a parcel without voxels."""
        array = np.asarray(self.image.dataobj)
        with np.errstate(invalid="ignore"):
            if self.probabilistic:
                centres = np.array([center_of_mass(np.abs(array[..., value])) for value in self.values])
            else:
                centres = np.array(center_of_mass(array != 0, array, list(self.values)))
        return nib.affines.apply_affine(self.image.affine, centres)


def get_atlas(name: str | Path, labels: Path | None = None) -> Atlas:
    """An atlas by name (`schaefer-400`) or from a NIfTI file with a table of labels.

    Args:
        name: `yeo-7`, `schaefer-400`, `difumo-64`, ..., or the path of a NIfTI file.
        labels: CSV or TSV of a local atlas: column `name`, for labels also `index`, and `network` where known; beside
            the image under its name when None.

    Raises:
        DataError: unknown name or size, failed download, or a file that is missing or inconsistent.
    """
    if str(name).endswith((".nii", ".nii.gz")):
        return _read(Path(name), labels)
    family, _, size = str(name).partition("-")
    if family not in SIZES:
        raise DataError(f"unknown atlas {str(name)!r}{nearest_name(family, SIZES)}; or name a local .nii.gz file")
    if size not in map(str, SIZES[family]):
        known = ", ".join(f"{family}-{parcels}" for parcels in SIZES[family])
        raise DataError(f"unknown atlas {str(name)!r}; known: {known}")
    try:
        return _fetch(family, int(size))
    except Exception as error:  # requests, urllib3 and nilearn raise many kinds for a failed download
        raise DataError(
            f"atlas {name}: download failed ({error}); get its NIfTI file and a table of its labels (columns index, name, "
            "network) elsewhere, and give the file's path as the atlas"
        ) from error


def _fetch(family: str, size: int) -> Atlas:
    from nilearn import datasets

    networks: tuple[str, ...] | None
    if family == "difumo":
        found = datasets.fetch_atlas_difumo(dimension=size, verbose=0)
        table = pd.DataFrame(found.labels)
        names, networks = tuple(table["difumo_names"].astype(str)), tuple(table["yeo_networks7"].astype(str))
        values = tuple(range(size))
    else:
        if family == "yeo":
            found = datasets.fetch_atlas_yeo_2011(n_networks=size, verbose=0)
        else:
            found = datasets.fetch_atlas_schaefer_2018(n_rois=size, verbose=0)
        lut = found.lut[found.lut["index"] != 0]
        names, values = tuple(lut["name"].astype(str)), tuple(int(value) for value in lut["index"])
        # Schaefer's names read 7Networks_LH_Vis_1: the third part is the network.
        networks = names if family == "yeo" else tuple(name.split("_")[2] for name in names)
    image: SpatialImage = found.maps if hasattr(found.maps, "affine") else nib.load(found.maps)  # type: ignore[assignment]
    if family != "difumo" and len(image.shape) == 4:
        image = nib.Nifti1Image(np.asarray(image.dataobj)[..., 0], image.affine)
    return Atlas(f"{family}-{size}", image, values, names, networks, "MNI152")


def _read(path: Path, labels: Path | None) -> Atlas:
    stem = path.name.removesuffix(".gz").removesuffix(".nii")
    beside = [path.with_name(stem + ending) for ending in (".tsv", ".csv")]
    table_path = labels or next((file for file in beside if file.is_file()), None)
    if table_path is None:
        raise DataError(f"{path}: no table of labels; put {beside[0].name} (columns index, name, network) beside it")
    image, array = spatial_values(path, "labels or maps")
    table = read_text_table(table_path)
    names, networks = table.cells("name"), table.cells("network") if "network" in table else None
    maps = array.ndim == 4
    if maps:
        values, array = tuple(range(array.shape[3])), array.astype(np.float32)
        if len(table) != len(values):
            raise DataError(f"{table_path}: {len(table)} names of the {len(values)} maps in {path.name}")
    else:
        # Scaled integers come back with the error of a float's last digits.
        if array.ndim != 3 or not np.isfinite(array).all() or (np.abs(array - np.round(array)) > 1e-3).any():
            raise DataError(
                f"{path}: expected whole numbers in 3-D or maps in 4-D, found values of type {array.dtype} in shape "
                f"{tuple(image.shape)}"
            )
        array = np.round(array).astype(np.int32)
        labels_of = table.numbers("index", "a whole number")
        for row in np.flatnonzero(~(labels_of == np.round(labels_of))).tolist():
            raise table.fault(row, "index", "a whole number")
        kept = np.flatnonzero(labels_of).tolist()  # 0 is what is in no parcel
        values = tuple(int(labels_of[row]) for row in kept)
        names = tuple(names[row] for row in kept)
        networks = None if networks is None else tuple(networks[row] for row in kept)
        if len(set(values)) < len(values):
            raise DataError(
                f"{table_path}: label {next(v for v in values if values.count(v) > 1)} stands in several rows; one a parcel"
            )
        unnamed = sorted(set(np.unique(array).astype(int).tolist()) - {0, *values})
        if unnamed:
            raise DataError(f"{table_path}: no row for label(s) {unnamed[:5]} of {path.name}")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError(f"{table_path}: names stand more than once: {', '.join(repeated[:5])}")
    space = _SPACE.search(path.name)
    return Atlas(stem, nib.Nifti1Image(array, image.affine), values, names, networks, space[1] if space else "")


@dataclass(frozen=True)
class Parcels:
    """An atlas on the data's grid.

    Attributes:
        atlas: with only those parcels that hold voxels of the mask; its image lies on the data's grid.
        positions: centres of the parcels in the atlas as it came, in millimetres.
        mask: voxels that count.
        dropped: names of parcels that hold none.
    """

    atlas: Atlas
    positions: Float[np.ndarray, "parcel 3"]
    mask: Bool[np.ndarray, "x y z"]
    dropped: tuple[str, ...] = ()

    def signals(self, image: SpatialImage) -> Float[np.ndarray, "time parcel"]:
        """Each parcel's time series in a 4-D image on the grid."""
        mask = nib.Nifti1Image(self.mask.astype(np.uint8), self.atlas.image.affine)
        masker = NiftiMapsMasker if self.atlas.probabilistic else NiftiLabelsMasker
        fitted = masker(self.atlas.image, mask_img=mask, resampling_target=None, standardize=None, reports=False).fit()
        return fitted.transform(image)


def place(
    atlas: Atlas, affine: Float[np.ndarray, "4 4"], mask: Bool[np.ndarray, "x y z"], *, drop_empty: bool = False
) -> Parcels:
    """Resample an atlas to the data's grid, and find the parcels that lost all their voxels.

    Args:
        atlas: in the data's space.
        affine: of the data.
        mask: voxels of the data that count.
        drop_empty: whether empty parcels are left out instead of refused.

    Raises:
        DataError: parcels without a voxel in the mask, named.
    """
    how = "linear" if atlas.probabilistic else "nearest"
    placed = resample_img(atlas.image, affine, mask.shape, interpolation=how, copy_header=True, force_resample=True)
    array = np.asarray(placed.dataobj)
    if atlas.probabilistic:
        sizes = (array[mask] != 0).sum(axis=0)
    else:
        sizes = np.array([(array[mask] == value).sum() for value in atlas.values])
    empty = tuple(name for name, size in zip(atlas.names, sizes, strict=True) if size == 0)
    if empty and (not drop_empty or len(empty) == len(atlas.names)):
        shown = ", ".join(empty[:8]) + (", ..." if len(empty) > 8 else "")
        raise DataError(
            f"atlas {atlas.name}: {len(empty)} of {len(atlas.names)} parcels hold no voxel of the brain mask: {shown}; "
            "check that atlas and data share a space, take a coarser atlas, or leave them out with drop_empty=True"
        )
    kept = np.flatnonzero(sizes)
    if atlas.probabilistic:
        array = array[..., kept]
        values: Sequence[int] = range(len(kept))
    else:
        values = [atlas.values[k] for k in kept]
        array = np.where(np.isin(array, values) & mask, array, 0).astype(np.int32)
    # NiftiLabelsMasker gives its signals in the order of the label values.
    order = kept if atlas.probabilistic else kept[np.argsort(values)]
    reduced = Atlas(
        atlas.name,
        nib.Nifti1Image(array, affine),
        tuple(values) if atlas.probabilistic else tuple(sorted(values)),
        tuple(atlas.names[k] for k in order),
        None if atlas.networks is None else tuple(atlas.networks[k] for k in order),
        atlas.space,
    )
    return Parcels(reduced, atlas.centres()[order], mask, empty)
