"""fMRI runs: BOLD volumes in scanner order with their events, and the checks that every run must pass.

A header's repetition time (TR) is in seconds, event times are seconds after the first volume, and all runs that are
analysed together lie on one grid.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from nibabel.spatialimages import SpatialImage

from neurona.errors import DataError
from neurona.files import require_content
from neurona.recordings.bold_times import check_tr, header_tr
from neurona.recordings.events import check_events, read_events
from neurona.recordings.images import UNREADABLE, brain_of, refuse_complex


@dataclass(frozen=True)
class Run:
    """One run: volumes in scanner order, and its events.

    Attributes:
        name: e.g. `run-01`.
        image: 4-D image, voxels x time.
        events: columns onset and duration in seconds, trial_type.
        tr: repetition time in seconds.
        source: file name for error messages.
    """

    name: str
    image: SpatialImage
    events: pd.DataFrame
    tr: float
    source: str


def read_run(bold: Path, events: Path) -> Run:
    """Read one run from a NIfTI file and its BIDS-like events.tsv.

    Raises:
        DataError: a file is missing, truncated, not 4-D, holds NaN, gives its TR in other units than seconds, lacks an
            event column, or has events outside the run.
    """
    for path in (bold, events):
        if not path.is_file():
            raise DataError(f"{path}: no such file; expected a run's BOLD image and its events.tsv side by side")
    image = open_bold(bold)
    tr = check_tr(header_tr(image) or 0.0, f"{bold}: the header's TR")
    values = bold_values(bold)
    if not np.isfinite(values).all():
        raise DataError(
            f"{bold}: {int((~np.isfinite(values)).sum())} values are NaN or infinite; mask or repair the image"
        )
    table = read_events(events)
    check_events(table, str(events), values.shape[3] * tr, blocks=True)
    return Run(bold.name.removesuffix("_bold.nii.gz"), nib.Nifti1Image(values, image.affine), table, tr, str(bold))


def open_bold(bold: Path) -> SpatialImage:
    """A BOLD image whose values are still on disk.

    Raises:
        DataError: the file is not here or its header is damaged, the image is not 4-D or holds complex values, or its affine maps voxels
            to no place.
    """
    require_content(bold)
    try:
        image = nib.load(bold)
    except UNREADABLE as error:
        raise _damaged(bold, error) from error
    if len(image.shape) != 4:  # type: ignore[attr-defined]
        raise DataError(f"{bold}: expected a 4-D image (x, y, z, time), found shape {image.shape}")  # type: ignore[attr-defined]
    refuse_complex(bold, image)  # type: ignore[arg-type]
    affine = image.affine  # type: ignore[attr-defined]
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-6:
        raise DataError(f"{bold}: the affine is singular or not finite; repair the header (sform and qform)")
    return image  # type: ignore[return-value]


def bold_values(bold: Path) -> Float[np.ndarray, "x y z time"]:
    """All values of an image as float32.

    Raises:
        DataError: the file is truncated or damaged.
    """
    try:
        return np.asarray(nib.load(bold).dataobj, dtype=np.float32)  # type: ignore[attr-defined]
    except UNREADABLE as error:
        raise _damaged(bold, error) from error


def check_whole(bold: Path, image: SpatialImage) -> None:
    """Raise a DataError for a file that is shorter than its header says, without unpacking it where possible."""
    offset = image.dataobj.offset  # type: ignore[attr-defined]
    expected = int(offset) + int(np.prod(image.shape)) * image.get_data_dtype().itemsize
    size = bold.stat().st_size
    if bold.suffix == ".gz":
        with bold.open("rb") as file:
            file.seek(max(size - 4, 0))
            stated = struct.unpack("<I", file.read(4).rjust(4, b"\0"))[0]
        # gzip ends with the unpacked size modulo 2^32; a file of several gzip members states its last one's only.
        if stated == expected % 2**32:
            return
        size = _unpacked(bold)
    if size < expected:
        raise DataError(
            f"{bold}: truncated: {size:,} bytes of {expected:,} that the header promises; copy the file again"
        )


def _unpacked(path: Path) -> int:
    size = 0
    try:
        with gzip.open(path) as file:
            while chunk := file.read(1 << 24):
                size += len(chunk)
    except (OSError, EOFError):
        pass
    return size


def _damaged(bold: Path, error: Exception) -> DataError:
    return DataError(f"{bold}: cannot be read ({error}); expected a whole NIfTI image")


def check_grid(image: SpatialImage, source: str, first: SpatialImage, first_source: str) -> None:
    """Raise a DataError unless two images have the same voxel grid at the same place."""
    if image.shape[:3] != first.shape[:3]:
        raise DataError(
            f"{source}: grid or affine differs from {first_source} ({image.shape[:3]} against {first.shape[:3]} "
            "voxels); resample all runs to one grid"
        )
    if not np.allclose(image.affine, first.affine, atol=1e-3):
        row, column = np.argwhere(~np.isclose(image.affine, first.affine, atol=1e-3))[0]
        raise DataError(
            f"{source}: grid or affine differs from {first_source} (affine[{row}, {column}] is "
            f"{image.affine[row, column]:g} against {first.affine[row, column]:g}); resample all runs to one grid"
        )


def brain_mask(runs: Sequence[Run], threshold: float = 0.8) -> Bool[np.ndarray, "x y z"]:
    """Voxels that are finite in all runs and, over all runs, of the brain by brightness (see `images.brain_of`).

    Raises:
        DataError: runs differ in grid or TR, or no voxel is bright enough.
    """
    first = runs[0]
    means, deviations = [], []
    for run in runs:
        check_grid(run.image, run.source, first.image, first.source)
        if abs(run.tr - first.tr) > 1e-3:
            raise DataError(f"{run.source}: TR {run.tr:g} s differs from {first.tr:g} s of {first.source}")
        values = np.asarray(run.image.dataobj)
        with np.errstate(invalid="ignore"):  # infinite values are left out with NaN
            means.append(values.mean(axis=3, dtype=np.float64))
            deviations.append(values.std(axis=3, dtype=np.float64))
    mask = brain_of(np.mean(means, axis=0), np.mean(deviations, axis=0), threshold)
    if not mask.any():
        raise DataError(f"{first.source}: no voxel is brighter than {threshold} of the mean; the images look empty")
    return mask
