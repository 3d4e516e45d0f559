"""fMRI by time windows: the volumes of an event, taken after the haemodynamic delay.

A run is cleaned as a whole (linear trend, slow cosines and confounds regressed out together, then z-scored per
channel and run) before windows are cut from it, because all of these need the run's full length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from nilearn.glm.first_level import make_first_level_design_matrix
from nilearn.signal import clean

from neurona.errors import DataError
from neurona.recordings.fmri_runs import Run
from neurona.recordings.recordings import Recordings


@dataclass(frozen=True)
class Windows:
    """A trial's recording is a window of the cleaned signals; its time points are kept.

    Attributes:
        delay: seconds between the onset of the event and the first volume of the window.
        volumes: time points of a window.
        high_pass: Hz; slower drifts are removed by discrete cosines.
    """

    delay: float = 4.0
    volumes: int = 5
    high_pass: float = 1 / 128

    name = "window"

    @property
    def n_times(self) -> int:
        return self.volumes

    def __post_init__(self) -> None:
        if self.volumes < 1:
            raise DataError(f"Windows: volumes is {self.volumes}, expected 1 or more")
        if not 0 <= self.delay < math.inf:
            raise DataError(f"Windows: delay is {self.delay:g} s, expected 0 or more")
        if not 0 < self.high_pass < 1:
            raise DataError(
                f"Windows: high_pass is {self.high_pass:g} Hz; expected more than 0 and less than 1, such as 1 / 128 = 0.0078"
            )

    def incomplete(
        self, frame_times: Float[np.ndarray, " time"], events: pd.DataFrame, trials: Bool[np.ndarray, " event"]
    ) -> Bool[np.ndarray, " trial"]:
        """Which trials' windows leave the run."""
        return self._starts(frame_times, events, trials) + self.volumes > len(frame_times)

    def lacks(self, onset: float) -> str:
        """What a run does not hold of an incomplete trial, in words."""
        return f"its window ({self.volumes} volumes from {self.delay:g} s after {onset:g} s) leaves the run"

    def check(
        self,
        frame_times: Float[np.ndarray, " time"],
        events: pd.DataFrame,
        trials: Bool[np.ndarray, " event"],
        confounds: pd.DataFrame,
        source: str,
    ) -> None:
        """Raise a DataError, naming `source`, for more regressors than volumes, or volumes at unequal distances."""
        if confounds.shape[1] + 2 >= len(frame_times):
            raise DataError(
                f"{source}: {confounds.shape[1]} confounds for {len(frame_times)} volumes; use fewer confounds"
            )
        steps = np.diff(frame_times)
        if not np.allclose(steps, steps.mean(), atol=1e-3):
            raise DataError(
                f"{source}: the run's volumes are {steps.min():g} to {steps.max():g} s apart (VolumeTiming), and a window has one time "
                "axis; take method=lsa or lss"
            )

    def __call__(
        self,
        signals: Float[np.ndarray, "time channel"],
        frame_times: Float[np.ndarray, " time"],
        events: pd.DataFrame,
        trials: Bool[np.ndarray, " event"],
        confounds: pd.DataFrame,
    ) -> Float[np.ndarray, "trial channel volume"]:
        """The windows of one run's trials, in SD of each channel over the run."""
        drift = make_first_level_design_matrix(frame_times, drift_model="cosine", high_pass=self.high_pass)
        trend = frame_times - frame_times.mean()
        nuisance = np.column_stack([drift.to_numpy(), trend / np.abs(trend).max(), confounds.to_numpy()])
        cleaned = signals - nuisance @ np.linalg.lstsq(nuisance, signals, rcond=None)[0]
        scale = cleaned.std(axis=0, ddof=1)
        cleaned /= np.where(scale > 0, scale, 1)
        starts = self._starts(frame_times, events, trials)
        return np.stack([cleaned[start : start + self.volumes].T for start in starts]).astype(np.float32)

    def _starts(
        self, frame_times: Float[np.ndarray, " time"], events: pd.DataFrame, trials: Bool[np.ndarray, " event"]
    ) -> np.ndarray:
        # A volume that starts a rounding error before the wanted moment still counts as starting at it.
        return np.searchsorted(frame_times, events.onset.to_numpy()[trials] + self.delay - 1e-6)


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
        values = np.asarray(run.image.dataobj)[mask].T
        cleaned = clean(values, detrend=True, standardize="zscore_sample", t_r=run.tr)
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
        channels=voxel_names(voxels),
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


def voxel_names(voxels: np.ndarray) -> list[str]:
    """Channel names `i-j-k` of voxel indices `[V, 3]`."""
    return ["-".join(map(str, voxel)) for voxel in voxels]
