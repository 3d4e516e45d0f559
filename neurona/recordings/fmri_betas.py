"""fMRI by single-trial betas: a general linear model whose regressors are single trials.

    y[t] = sum_k beta[k] x_k[t] + confounds + drift + noise[t],   x_k = canonical HRF * boxcar of trial k

*LSA* (least squares all) fits all trials in one model. *LSS* (least squares separate) fits one model a trial: its
regressor, and one for all the other trials together; with trials that overlap, LSA's betas are unbiased but vary much,
LSS's vary less at the price of a bias towards neighbouring trials. Signals are z-scored per channel and run first, so
that betas of voxels, parcels and probabilistic maps have one unit: SD of the channel in its run.

The regressor of a brief event is lower than that of a long one, so its beta would be larger, and noisier, by as much. Where the
trials of a study last unequally long, their regressors are brought to one height, that of an event of `duration` seconds.

Noise is nilearn's first-order autoregression (`ar1`) unless told otherwise; `ols` (white noise) is several times
faster and equally unbiased, less precise. Designs and fits are nilearn's, as in its FirstLevelModel.

J. A. Mumford, B. O. Turner, F. G. Ashby, R. A. Poldrack (2012). Deconvolving BOLD activation in event-related designs
for multivoxel pattern classification analyses. NeuroImage 59, 2636-2643.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from nilearn.glm.first_level import glover_hrf, make_first_level_design_matrix, run_glm, spm_hrf

from neurona.errors import DataError, nearest_name
from neurona.recordings.estimable import confused_single_trials, confused_trials

KINDS = ("lsa", "lss")
NOISE = re.compile(r"ols|ar[1-9]\d*")
_KERNELS = {"glover": glover_hrf, "spm": spm_hrf}
HRFS = tuple(_KERNELS)
_MOMENTS = 50
"""Of a design between two volumes, as nilearn has them."""


@dataclass(frozen=True)
class Betas:
    """A trial's recording is its beta in each channel.

    Attributes:
        kind: `lsa` or `lss`.
        noise_model: nilearn's `ar1`, `ar2`, ..., or `ols`.
        hrf_model: `glover` or `spm`, the canonical response without derivatives.
        high_pass: Hz; slower drifts are modelled by discrete cosines.
        duration: seconds; every trial's regressor is brought to the height of an event that long. None leaves each its own height;
            a study takes the middle duration of its trials then.
    """

    kind: str = "lsa"
    noise_model: str = "ar1"
    hrf_model: str = "glover"
    high_pass: float = 1 / 128
    duration: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"Betas: unknown kind {self.kind!r}{nearest_name(self.kind, KINDS)}")
        if not NOISE.fullmatch(self.noise_model):
            raise DataError(f"Betas: unknown noise_model {self.noise_model!r}; known: ols, ar1, ar2, ...")
        if self.hrf_model not in HRFS:
            raise DataError(f"Betas: unknown hrf_model {self.hrf_model!r}{nearest_name(self.hrf_model, HRFS)}")
        if not 0 < self.high_pass < 1:
            raise DataError(
                f"Betas: high_pass is {self.high_pass:g} Hz; expected more than 0 and less than 1, such as 1 / 128 = 0.0078"
            )
        if self.duration is not None and not 0 <= self.duration < math.inf:
            raise DataError(f"Betas: duration is {self.duration:g} s; expected 0 or more")

    n_times = 1

    @property
    def name(self) -> str:
        return self.kind

    def incomplete(
        self, frame_times: Float[np.ndarray, " time"], events: pd.DataFrame, trials: Bool[np.ndarray, " event"]
    ) -> Bool[np.ndarray, " trial"]:
        """Which trials' responses the run all but misses: less than a fifth of their height lies in it."""
        design = replace(self, duration=None).design(frame_times, events, trials).to_numpy()[:, : trials.sum()]
        tr = float(np.diff(frame_times).mean())
        whole = [_height(duration, tr, self.hrf_model) for duration in events.duration.to_numpy(float)[trials]]
        return np.abs(design).max(axis=0) < 0.2 * np.array(whole)

    def lacks(self, onset: float) -> str:
        """What a run does not hold of an incomplete trial, in words."""
        return f"the run ends before the response to it, at {onset:g} s"

    def check(
        self,
        frame_times: Float[np.ndarray, " time"],
        events: pd.DataFrame,
        trials: Bool[np.ndarray, " event"],
        confounds: pd.DataFrame,
        source: str,
    ) -> None:
        """Raise a DataError, naming `source`, for more regressors than volumes, or trials whose betas the design cannot tell apart."""
        design, n_trials, n_confounds = self.design(frame_times, events, trials), int(trials.sum()), confounds.shape[1]
        size = design.shape[1] + n_confounds - (0 if self.kind == "lsa" else n_trials - 2)
        if size >= len(frame_times):
            raise DataError(
                f"{source}: {self.kind} needs {size} regressors ({n_trials} trials, {n_confounds} confounds) of "
                f"{len(frame_times)} volumes; use fewer confounds" + (", or lss" if self.kind == "lsa" else "")
            )
        columns = np.hstack([design.to_numpy(), confounds.to_numpy(dtype=float)])
        confusion = confused_trials if self.kind == "lsa" else confused_single_trials
        confused = confusion(columns, n_trials)
        if confused.any():
            chosen = events[trials].iloc[np.flatnonzero(confused)[:4]]
            rows = ", ".join(
                f"{kind!r} at {onset:g} s" for kind, onset in zip(chosen.trial_type, chosen.onset, strict=True)
            )
            more = f" and {confused.sum() - 4} more" if confused.sum() > 4 else ""
            beside = [
                repr(str(kind))
                for kind in sorted(set(events.trial_type[~trials]))
                if not confusion(np.delete(columns, design.columns.get_loc(_column(kind)), axis=1), n_trials).any()
            ]
            raise DataError(
                f"{source}: line(s) {', '.join(map(str, chosen.index))}: the responses to {rows}{more} cannot be told from "
                + (
                    f"those to events of type {' or '.join(beside)}, which trial_types leaves out and the model keeps; delete these rows"
                    if beside
                    else "one another or from other events or confounds of the run; leave one of the types out of the file, or use fewer "
                    "confounds"
                )
            )

    def design(
        self, frame_times: Float[np.ndarray, " time"], events: pd.DataFrame, trials: Bool[np.ndarray, " event"]
    ) -> pd.DataFrame:
        """LSA's design without confounds: a column a trial, then one a type of the other events, drift, constant."""
        names = [_column(kind) for kind in events.trial_type]
        for k, row in enumerate(np.flatnonzero(trials)):
            names[row] = f"trial_{k:04d}"
        table = events.assign(trial_type=names)
        with warnings.catch_warnings():
            # nilearn warns of brief events, which are meant.
            warnings.simplefilter("ignore")
            design = make_first_level_design_matrix(
                frame_times,
                table,
                self.hrf_model,
                drift_model="cosine",
                high_pass=self.high_pass,
                oversampling=_MOMENTS,
            )
        first = sorted(name for name in design.columns if name.startswith("trial_"))
        if self.duration is not None:
            tr = float(np.diff(frame_times).mean())
            heights = [_height(duration, tr, self.hrf_model) for duration in events.duration.to_numpy(float)[trials]]
            design[first] *= _height(self.duration, tr, self.hrf_model) / np.array(heights)
        return design[[*first, *(name for name in design.columns if name not in first)]]

    def __call__(
        self,
        signals: Float[np.ndarray, "time channel"],
        frame_times: Float[np.ndarray, " time"],
        events: pd.DataFrame,
        trials: Bool[np.ndarray, " event"],
        confounds: pd.DataFrame,
    ) -> Float[np.ndarray, "trial channel 1"]:
        """Betas of one run's trials."""
        scale = signals.std(axis=0, ddof=1)
        standardised = (signals - signals.mean(axis=0)) / np.where(scale > 0, scale, 1)
        design = self.design(frame_times, events, trials).to_numpy()
        size = int(trials.sum())
        nuisance = np.hstack([design[:, size:], confounds.to_numpy()])
        if self.kind == "lsa":
            betas = _fit(standardised, np.hstack([design[:, :size], nuisance]), self.noise_model)[:size]
        else:
            # The response is linear in the events, so the regressor of all other trials is the sum of theirs.
            total = design[:, :size].sum(axis=1)
            betas = np.empty((size, signals.shape[1]))
            for k in range(size):
                pair = np.column_stack([design[:, k], total - design[:, k]])
                betas[k] = _fit(standardised, np.hstack([pair, nuisance]), self.noise_model)[0]
        return betas[:, :, None].astype(np.float32)


@cache
def _height(duration: float, tr: float, hrf_model: str) -> float:
    """Of the response to one event in a run without end, on the grid of moments that nilearn convolves on."""
    kernel = _KERNELS[hrf_model](tr, oversampling=_MOMENTS)
    moments = max(1, round(duration * _MOMENTS / tr))
    total = np.concatenate([np.zeros(moments), np.cumsum(kernel)])
    return float((total - np.concatenate([np.zeros(moments), total[:-moments]])).max())


def _column(kind: str) -> str:
    """The name of the regressor of a type of events."""
    return re.sub(r"\W", "_", f"event_{kind}")


def _fit(
    signals: Float[np.ndarray, "time channel"], design: Float[np.ndarray, "time regressor"], noise_model: str
) -> Float[np.ndarray, "regressor channel"]:
    labels, results = run_glm(signals, design, noise_model=noise_model)
    betas = np.empty((design.shape[1], signals.shape[1]))
    for label, result in results.items():
        betas[:, labels == label] = result.theta
    return betas
