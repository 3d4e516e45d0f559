"""The voxels that count in BOLD runs, or the parcels on their grids: the same channels for all runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.atlas import Atlas, Parcels, place
from neurona.recordings.bids_runs import NATIVE, BidsRun
from neurona.recordings.fmri_runs import Run, brain_mask, check_grid
from neurona.recordings.images import read_mask

OWN_SPACES = ("", NATIVE, "T1w", "T2w", "boldref", "individual", "orig", "scanner")
"""Spaces in which each subject's brain lies where it lay, see BIDS' names of coordinate systems."""


def channels_of(
    runs: Sequence[BidsRun], atlas: Atlas | None, mask: Path | None, drop_empty: bool, console: Console
) -> list[Parcels | np.ndarray]:
    """For each run, the voxels that count or the parcels on its grid; the same channels for all runs."""
    _check_spaces(runs, atlas)
    if atlas is None:
        if len({run.subject for run in runs}) > 1 and runs[0].space in OWN_SPACES:
            console.print(
                f"note: images of several subjects in {runs[0].space or 'the space of the scanner'}: a voxel of one is not the place of "
                "the same voxel of another; decode within subjects, or read images in a standard space"
            )
        return [_mask(runs, mask, console)] * len(runs)
    grids: dict[tuple, list[BidsRun]] = {}
    for run in runs:
        grids.setdefault(_grid(run), []).append(run)
    placed = {
        grid: place(atlas, same[0].image.affine, _mask(same, mask, console), drop_empty=drop_empty)
        for grid, same in grids.items()
    }
    names = [set(parcels.atlas.names) for parcels in placed.values()]
    differing = sorted(name for name in set().union(*names) if not all(name in known for known in names))
    if differing:
        raise DataError(
            f"atlas {atlas.name}: parcels empty in some runs but not in others: {', '.join(differing[:8])}; take a "
            "coarser atlas"
        )
    dropped = next(iter(placed.values())).dropped
    if dropped:
        console.print(f"atlas {atlas.name}: {len(dropped)} empty parcels left out: {', '.join(dropped)}")
    return [placed[_grid(run)] for run in runs]


def check_channels(
    runs: Sequence[BidsRun], *, atlas: Atlas | None = None, mask: Path | None = None, drop_empty: bool = False
) -> None:
    """Refuse what can be seen of voxels and parcels before any volume is read; see `trial_recordings`.

    Raises:
        DataError: masks or runs on other grids, an atlas in another space, empty parcels.
    """
    _check_spaces(runs, atlas)
    for file, run in mask_files(runs, mask).items():
        mask_for(file, run)
    # Without masks, the voxels that count are found by their brightness: in the volumes.
    if atlas is not None and mask_files(runs, mask):
        channels_of(runs, atlas, mask, drop_empty, Console(quiet=True))


def _check_spaces(runs: Sequence[BidsRun], atlas: Atlas | None) -> None:
    """Raise a DataError for voxels of several grids, or an atlas in another space than the images."""
    for run in runs:
        if atlas is None:
            try:
                check_grid(run.image, str(run.bold), runs[0].image, str(runs[0].bold))
            except DataError as error:
                raise DataError(f"{error}; or read them in the parcels of an atlas") from error
        elif atlas.space.startswith("MNI") and not run.space.startswith("MNI"):
            raise DataError(
                f"atlas {atlas.name} lies in {atlas.space}, {run.bold} in {run.space or 'the space of the scanner'}; read "
                "derivatives in an MNI space, or give an atlas file in the data's space"
            )


def _grid(run: BidsRun) -> tuple:
    return (run.image.shape[:3], *np.round(run.image.affine, 3).ravel().tolist())


def _mask(runs: Sequence[BidsRun], chosen: Path | None, console: Console) -> Bool[np.ndarray, "x y z"]:
    """Voxels that count in every run."""
    files = mask_files(runs, chosen)
    if not files:
        mask = brain_mask([Run(run.name, run.image, run.events, run.tr, str(run.bold)) for run in runs])
        console.print(
            f"no brain mask beside the images: {mask.sum()} of {mask.size} voxels count, the bright ones (of images of zero mean those that change)"
        )
        return mask
    masks = [mask_for(file, run) for file, run in files.items()]
    common = np.logical_and.reduce(masks)
    if not common.any():
        raise DataError(f"{next(iter(files))}: no voxel is in the masks of all {len(masks)} runs; check the masks")
    return common


def mask_files(runs: Sequence[BidsRun], chosen: Path | None) -> dict[Path, BidsRun]:
    """The masks that count, each with a run that it must fit: the chosen one, else those beside the images."""
    return {chosen: runs[0]} if chosen else {run.mask: run for run in runs if run.mask}


def mask_for(file: Path, run: BidsRun) -> Bool[np.ndarray, "x y z"]:
    """The voxels of a mask on a run's grid.

    Raises:
        DataError: no mask (see `read_mask`), or one on another grid.
    """
    image, inside = read_mask(file)
    try:
        check_grid(image, str(file), run.image, str(run.bold))
    except DataError as error:
        raise DataError(
            f"{str(error).rpartition('; ')[0]}; bring the mask to the images' grid, e.g. with nilearn.image.resample_to_img(mask, "
            "image, interpolation='nearest')"
        ) from error
    return inside
