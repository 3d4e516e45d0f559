"""Groundings as NIfTI images: every voxel has the value of the entity that it belongs to, and 0 where there is none.

Files are named as BIDS derivatives, `space-SPACE_desc-WORD_statmap.nii.gz`, with a JSON sidecar each. The grid is that of the recordings' voxels: told by
their names `i-j-k` and places, else by places along the axes. An image ends one voxel beyond them, so that programs which resample it take nothing off its edge.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from neurona.errors import DataError
from neurona.files import write_atomically, write_json
from neurona.recordings.entities.entities import Entities

CLOSE_MM = 0.02
"""How far a voxel may lie from its place on the grid."""


class Grid(NamedTuple):
    """Where voxels lie.

    Attributes:
        voxels: indices.
        affine: from indices to millimetres.
    """

    voxels: Int[np.ndarray, "voxel 3"]
    affine: Float[np.ndarray, "4 4"]

    @classmethod
    def of(cls, names: tuple[str, ...], places: Float[np.ndarray, "voxel 3"]) -> Grid | None:
        """The grid of voxels; None where they lie on none, as the centres of parcels do.

        Args:
            names: of the voxels; `i-j-k` says their indices.
            places: in millimetres.
        """
        if all(re.fullmatch(r"\d+-\d+-\d+", name) for name in names):
            voxels = np.array([name.split("-") for name in names], dtype=np.int64)
            known = np.column_stack([voxels, np.ones(len(voxels))])
            to_mm, _, rank, _ = np.linalg.lstsq(known, places, rcond=None)
            affine = np.vstack([to_mm.T, [0.0, 0.0, 0.0, 1.0]])
            if rank == 4 and _lie(places, nib.affines.apply_affine(affine, voxels)):
                return cls(voxels, affine)
        origin = places.min(axis=0)
        steps = [np.diff(np.unique(column.round(2))) for column in places.T]
        size = np.array([step.min() if len(step) else 1.0 for step in steps])
        voxels = np.rint((places - origin) / size).astype(np.int64)
        # Steps are rounded, and many of them far off: they are measured again over the whole.
        reach = voxels.max(axis=0)
        size = np.where(reach > 0, (places.max(axis=0) - origin) / np.maximum(reach, 1), size)
        affine = nib.affines.from_matvec(np.diag(size), origin)
        each = len(np.unique(voxels, axis=0)) == len(voxels)
        # Few places of parcels may lie on some grid by chance, one of which nearly nothing is filled.
        filled = len(voxels) / np.prod(reach + 1.0)
        fits = each and filled > 0.01 and _lie(places, nib.affines.apply_affine(affine, voxels))
        return cls(voxels, affine) if fits else None


def _lie(places: Float[np.ndarray, "voxel 3"], on: Float[np.ndarray, "voxel 3"]) -> bool:
    return bool(np.abs(places - on).max() < CLOSE_MM)


def entity_of_channel(entities: Entities) -> Int[np.ndarray, " channel"] | None:
    """The entity that each channel belongs to; None where a channel's features belong to several, or are no channel's own."""
    measured = entities.measured
    if measured is None or len(entities.entity_of_feature) != len(measured.channels) * entities.n_times:
        return None
    of: np.ndarray = entities.entity_of_feature.reshape(-1, entities.n_times)
    return of[:, 0] if (of == of[:, :1]).all() else None


def grounding_image(
    values: Float[np.ndarray, " entity"], owner: Int[np.ndarray, " voxel"], grid: Grid
) -> nib.Nifti1Image:
    """An image of one value an entity.

    Args:
        values: of the entities.
        owner: the entity of each voxel.
        grid: of the voxels.
    """
    first = grid.voxels.min(axis=0) - 1
    volume = np.zeros(tuple(grid.voxels.max(axis=0) - first + 2), np.float32)
    volume[tuple((grid.voxels - first).T)] = values[owner]
    image = nib.Nifti1Image(volume, grid.affine @ nib.affines.from_matvec(np.eye(3), first))
    image.header.set_xyzt_units("mm")
    return image


def values_of_entities(
    image: nib.Nifti1Image, owner: Int[np.ndarray, " voxel"], places: Float[np.ndarray, "voxel 3"]
) -> Float[np.ndarray, " entity"]:
    """The mean of an image over each entity's voxels, found by their places in millimetres: the inverse of `grounding_image`.

    Raises:
        DataError: a voxel lies outside the image.
    """
    array = np.asarray(image.dataobj, dtype=np.float64)
    at = np.rint(nib.affines.apply_affine(np.linalg.inv(image.affine), places)).astype(np.int64)
    if (at < 0).any() or (at >= array.shape).any():
        raise DataError(f"an image of shape {array.shape} does not reach all {len(places)} voxels")
    found = array[tuple(at.T)]
    return np.bincount(owner, found) / np.bincount(owner)


def write_grounding_images(
    groundings: pd.DataFrame, entities: Entities, folder: Path, space: str, told: Mapping[str, Any]
) -> list[Path]:
    """Write an image and a sidecar for each word.

    Args:
        groundings: word x entity.
        entities: whose channels are voxels.
        folder: of the files, which are named by space and word.
        space: of the recordings.
        told: what the sidecars say of all words; keys that are words are what they say of one.

    Returns:
        The images' paths; none where the entities are not made of voxels with places.

    Raises:
        OutputError: a file cannot be written.
    """
    owner, measured = entity_of_channel(entities), entities.measured
    if owner is None or measured is None or measured.modality != "fmri" or measured.positions is None:
        return []
    grid = Grid.of(measured.channels, measured.positions)
    if grid is None:
        return []
    found = []
    for word, row in groundings.iterrows():
        # Without a time of writing, so that equal maps are equal files.
        packed = gzip.compress(grounding_image(row.to_numpy(np.float64), owner, grid).to_bytes(), mtime=0)
        stem = folder / f"space-{_label(space)}_desc-{_label(str(word))}_statmap"
        found.append(write_atomically(f"{stem}.nii.gz", partial(Path.write_bytes, data=packed)))
        common = {key: value for key, value in told.items() if key not in groundings.index}
        write_json(f"{stem}.json", {"Word": str(word), "SpatialReference": space, **common, **told.get(str(word), {})})
    return found


def _label(text: str) -> str:
    """Letters and digits alone, as labels of BIDS names have: `baseball_bat` is `baseballBat`."""
    first, *rest = re.findall(r"[A-Za-z0-9]+", text) or ["unknown"]
    return first + "".join(part[0].upper() + part[1:] for part in rest)
