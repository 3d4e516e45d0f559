"""NIfTI images as people have them: what counts as an image of real numbers, as a mask, as a brain.

Programs differ in what they write where nothing was measured (0 or NaN), in axes of length one at the end of a mask's shape, and
in values that carry a phase. What is unambiguous is read; the rest is refused by name.
"""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
from jaxtyping import Bool, Float
from nibabel.spatialimages import SpatialImage

from neurona.errors import DataError
from neurona.files import require_content

UNREADABLE = (OSError, EOFError, ValueError, nib.filebasedimages.ImageFileError)
"""What nibabel raises for a truncated or damaged image."""


def refuse_complex(path: Path, image: SpatialImage) -> None:
    """Raise a DataError for values that are no real numbers: complex ones, colours."""
    kind = image.get_data_dtype()
    if kind.kind == "c":
        raise DataError(
            f"{path}: complex values ({kind}), expected real ones; write the magnitude, abs(values), to a file of its own and "
            "read that (beside it the phase is another image)"
        )
    if kind.kind not in "iufb":
        raise DataError(f"{path}: values of type {kind}, expected real numbers; is it a picture in colours?")


def spatial_values(path: Path, what: str) -> tuple[SpatialImage, np.ndarray]:
    """An image and its values without axes of length one at the end; NaN, which stands for no value, is 0.

    Args:
        path: of a NIfTI file.
        what: it should hold, for messages.

    Raises:
        DataError: it cannot be read, or its values are not real.
    """
    require_content(path)
    try:
        image = nib.load(path)
    except UNREADABLE as error:
        raise DataError(f"{path}: cannot be read ({error}); expected a NIfTI file of {what}") from error
    refuse_complex(path, image)  # type: ignore[arg-type]
    try:
        values = np.asarray(image.dataobj)  # type: ignore[attr-defined]
    except UNREADABLE as error:
        raise DataError(f"{path}: cannot be read ({error}); expected a NIfTI file of {what}") from error
    while values.ndim > 3 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), 0, values)
    return image, values  # type: ignore[return-value]


def read_mask(path: Path) -> tuple[SpatialImage, Bool[np.ndarray, "x y z"]]:
    """A mask and the voxels in it: those of its one value other than 0.

    Raises:
        DataError: not 3-D (or a single volume), more than one value besides 0, or no voxel at all.
    """
    image, values = spatial_values(path, "a mask")
    if values.ndim != 3:
        raise DataError(
            f"{path}: a mask of shape {tuple(image.shape)}, expected (x, y, z) or one volume of it; choose a volume"
        )
    kinds = np.unique(values)
    if len(kinds[kinds != 0]) > 1:
        raise DataError(
            f"{path}: {len(kinds)} different values from {kinds[0]:g} to {kinds[-1]:g}, expected a mask of 0 and 1; cut it at a "
            "threshold, or choose a label"
        )
    if not kinds.any():
        raise DataError(f"{path}: no voxel is in the mask, all are {kinds[0]:g}; is it the mask of another image?")
    return nib.Nifti1Image(values.astype(np.uint8), image.affine), values != 0


def brain_of(
    mean: Float[np.ndarray, "x y z"], deviation: Float[np.ndarray, "x y z"], threshold: float = 0.8
) -> Bool[np.ndarray, "x y z"]:
    """Voxels of the brain by brightness: brighter than `threshold` times the mean image's mean.

    Brightness says nothing of images of zero mean (residuals, filtered or z-scored series). There the voxels that change count;
    air alone has mean / deviation = sqrt(pi / (4 - pi)) = 1.9 in images of magnitude, so a typical ratio under 1 tells.

    Args:
        mean: over time; NaN where nothing was measured.
        deviation: over time.
        threshold: share of the mean.
    """
    measured = np.isfinite(mean) & np.isfinite(deviation)
    changing = measured & (deviation > 0)
    if changing.any() and np.quantile(np.abs(mean[changing]) / deviation[changing], 0.9) < 1:
        return changing
    seen = np.where(measured, mean, 0)
    return measured & (seen > threshold * seen.mean())
