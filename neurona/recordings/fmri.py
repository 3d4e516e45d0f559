"""fMRI: runs of BOLD volumes with events -> labelled recordings -> entities (data-driven parcels).

A run is cleaned as a whole (linear detrending, z-scored per voxel and run) before windows are cut from it,
because both need the run's full length. The parcels are fitted on training recordings only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from nibabel.spatialimages import SpatialImage
from nilearn.regions import Parcellations
from nilearn.signal import clean

from neurona.errors import DataError, nearest_name
from neurona.recordings.entities import Entities
from neurona.recordings.recordings import Recordings

PARCELLATIONS = ("ward", "kmeans")


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
    try:
        image = nib.load(bold)
        values = np.asarray(image.dataobj, dtype=np.float32)  # type: ignore[attr-defined]
    except (OSError, EOFError, ValueError, nib.filebasedimages.ImageFileError) as error:
        raise DataError(f"{bold}: cannot be read ({error}); the file is truncated or damaged, copy it again") from error
    if values.ndim != 4:
        raise DataError(f"{bold}: expected a 4-D image (x, y, z, time), found shape {values.shape}")
    if not np.isfinite(values).all():
        raise DataError(
            f"{bold}: {int((~np.isfinite(values)).sum())} values are NaN or infinite; mask or repair the image"
        )
    tr = float(image.header.get_zooms()[3])  # type: ignore[attr-defined]
    if not 0.1 <= tr <= 20:
        raise DataError(f"{bold}: the header's TR is {tr:g}; expected seconds between 0.1 and 20 (is it in ms?)")
    table = pd.read_csv(events, sep="\t")
    for column in ("onset", "duration", "trial_type"):
        if column not in table:
            raise DataError(f"{events}: no column {column!r}{nearest_name(column, table.columns)}")
    end = values.shape[3] * tr
    outside = table[(table.onset < 0) | (table.onset + table.duration > end) | (table.duration <= 0)]
    if len(outside):
        row = outside.iloc[0]
        raise DataError(
            f"{events}: line {outside.index[0] + 2}: the event {row.trial_type!r} runs from {row.onset:g} s to "
            f"{row.onset + row.duration:g} s, outside the recording (0 to {end:g} s); check onsets and TR ({tr:g} s)"
        )
    return Run(bold.name.removesuffix("_bold.nii.gz"), nib.Nifti1Image(values, image.affine), table, tr, str(bold))  # type: ignore[attr-defined]


def brain_mask(runs: Sequence[Run], threshold: float = 0.8) -> Bool[np.ndarray, "x y z"]:
    """Voxels brighter than `threshold` times the mean over space and time of all runs.

    Raises:
        DataError: runs differ in grid or affine, or no voxel is bright enough.
    """
    first = runs[0]
    for run in runs[1:]:
        if run.image.shape[:3] != first.image.shape[:3] or not np.allclose(
            run.image.affine, first.image.affine, atol=1e-3
        ):
            raise DataError(
                f"{run.source}: grid or affine differs from {first.source} ({run.image.shape[:3]} against "
                f"{first.image.shape[:3]}); resample all runs to one grid"
            )
        if abs(run.tr - first.tr) > 1e-3:
            raise DataError(f"{run.source}: TR {run.tr:g} s differs from {first.tr:g} s of {first.source}")
    mean = np.mean([_values(run).mean(axis=3) for run in runs], axis=0)
    mask = mean > threshold * mean.mean()
    if not mask.any():
        raise DataError(f"{first.source}: no voxel is brighter than {threshold} of the mean; the images look empty")
    return mask


def block_recordings(
    runs: Sequence[Run],
    mask: Bool[np.ndarray, "x y z"],
    *,
    subject: str,
    delay: float = 5.0,
    space: str = "scanner",
) -> Recordings:
    """One recording for each event: the cleaned volumes of its block, shifted by the haemodynamic delay.

    Args:
        runs: runs on one grid.
        mask: voxels to keep, V of them.
        subject: subject label.
        delay: haemodynamic delay in seconds.
        space: name of the space of the voxel positions.

    Returns:
        Recordings `[event, V, volume]`, z-scored units; events of different length are cut to the shortest.
        Channel names are `i-j-k` voxel indices, channel positions millimetres.

    Raises:
        DataError: a block leaves no volume inside its run.
    """
    windows, ids, names, labels = [], [], [], []
    for run in runs:
        cleaned = clean(_values(run)[mask].T, detrend=True, standardize="zscore_sample", t_r=run.tr)
        times = np.arange(len(cleaned)) * run.tr
        for order, event in enumerate(run.events.itertuples(), start=1):
            inside = (times >= event.onset + delay) & (times < event.onset + delay + event.duration)  # type: ignore[operator]
            if not inside.any():
                raise DataError(
                    f"{run.source}: event {order} ({event.trial_type!r} at {event.onset} s) has no volume after a "
                    f"delay of {delay:g} s; shorten the delay or drop the event"
                )
            windows.append(cleaned[inside].T)
            ids.append(f"sub-{subject}_{run.name}_block-{order:02d}")
            names.append(run.name)
            labels.append(str(event.trial_type))
    volumes = min(window.shape[1] for window in windows)
    voxels = np.argwhere(mask)
    return Recordings.make(
        np.stack([window[:, :volumes] for window in windows]).astype(np.float32),
        ids=ids,
        channels=["-".join(map(str, voxel)) for voxel in voxels],
        sampling_hz=1 / runs[0].tr,
        modality="fmri",
        units="z-score",
        subject=[subject] * len(ids),
        run=names,
        split=[""] * len(ids),
        label=labels,
        positions=nib.affines.apply_affine(runs[0].image.affine, voxels),
        space=space,
    )


def parcel_entities(
    recordings: Recordings,
    train: Bool[np.ndarray, " recording"],
    *,
    method: str = "ward",
    n_parcels: int = 20,
    seed: int = 0,
) -> Entities:
    """Entities from data-driven parcels, fitted with nilearn on the training recordings alone.

    Args:
        recordings: fMRI recordings whose channels are voxels named `i-j-k`.
        train: which recordings may be looked at.
        method: `ward` (spatially connected) or `kmeans`.
        n_parcels: number of parcels P.
        seed: seed of k-means.

    Returns:
        Entities whose features are the voxels' means over each recording's window `[N, V]`, voxel v belonging to entity
        `entity_of_feature[v]`; positions are the parcels' centres in millimetres.

    Raises:
        DataError: unknown method, or more parcels than voxels.
    """
    if method not in PARCELLATIONS:
        raise DataError(f"entities.method: unknown parcellation {method!r}{nearest_name(method, PARCELLATIONS)}")
    voxels = np.array([[int(k) for k in name.split("-")] for name in recordings.data.channel.values])
    if not 1 < n_parcels <= len(voxels):
        raise DataError(f"entities.n_parcels: {n_parcels} parcels of {len(voxels)} voxels; choose 2 to {len(voxels)}")
    features = recordings.data.values.mean(axis=2)
    # Parcels need the voxel grid alone, so voxel units serve as the affine here.
    shape = tuple(voxels.max(axis=0) + 1)
    mask = np.zeros(shape, dtype=np.uint8)
    mask[tuple(voxels.T)] = 1
    volumes = np.zeros((*shape, int(train.sum())), dtype=np.float32)
    volumes[tuple(voxels.T)] = features[train].T
    model = Parcellations(
        method,
        n_parcels=n_parcels,
        random_state=seed,
        mask=nib.Nifti1Image(mask, np.eye(4)),
        standardize=False,
        smoothing_fwhm=None,
        verbose=0,
    ).fit(nib.Nifti1Image(volumes, np.eye(4)))
    labels = np.asarray(model.labels_img_.dataobj)[tuple(voxels.T)].astype(int)
    found, entity_of_feature = np.unique(labels, return_inverse=True)
    coordinates = np.stack([recordings.data[axis].values for axis in "xyz"], axis=1)
    return Entities(
        features=features.astype(np.float32),
        entity_of_feature=entity_of_feature.astype(np.int32),
        names=tuple(f"{method} parcel {index + 1}" for index in range(len(found))),
        kind="parcel",
        positions=np.stack([coordinates[entity_of_feature == p].mean(axis=0) for p in range(len(found))]),
    )


def _values(run: Run) -> Float[np.ndarray, "x y z time"]:
    return np.asarray(run.image.dataobj)
