"""fMRI by single-trial betas: a general linear model whose regressors are single trials.

    y[t] = sum_k beta[k] x_k[t] + confounds + drift + noise[t],   x_k = canonical HRF * boxcar of trial k

*LSA* (least squares all) fits all trials in one model. *LSS* (least squares separate) fits one model a trial: its
regressor, and one for all the other trials together; with trials that overlap, LSA's betas are unbiased but vary much,
LSS's vary less at the price of a bias towards neighbouring trials. Signals are z-scored per channel and run first, so
that betas of voxels, parcels and probabilistic maps have one unit: SD of the channel in its run.

Noise is nilearn's first-order autoregression (`ar1`) unless told otherwise; `ols` (white noise) is several times
faster and equally unbiased, less precise. Designs and fits are nilearn's, as in its FirstLevelModel.

J. A. Mumford, B. O. Turner, F. G. Ashby, R. A. Poldrack (2012). Deconvolving BOLD activation in event-related designs
for multivoxel pattern classification analyses. NeuroImage 59, 2636-2643.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from nilearn.glm.first_level import make_first_level_design_matrix, run_glm

from neurona.errors import DataError, nearest_name

KINDS = ("lsa", "lss")
NOISE = re.compile(r"ols|ar[1-9]\d*")
HRFS = ("glover", "spm")


@dataclass(frozen=True)
class Betas:
    """A trial's recording is its beta in each channel.

    Attributes:
        kind: `lsa` or `lss`.
        noise_model: nilearn's `ar1`, `ar2`, ..., or `ols`.
        hrf_model: `glover` or `spm`, the canonical response without derivatives.
        high_pass: Hz; slower drifts are modelled by discrete cosines.
    """

    kind: str = "lsa"
    noise_model: str = "ar1"
    hrf_model: str = "glover"
    high_pass: float = 1 / 128

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"Betas: unknown kind {self.kind!r}{nearest_name(self.kind, KINDS)}")
        if not NOISE.fullmatch(self.noise_model):
            raise DataError(f"Betas: unknown noise_model {self.noise_model!r}; known: ols, ar1, ar2, ...")
        if self.hrf_model not in HRFS:
            raise DataError(f"Betas: unknown hrf_model {self.hrf_model!r}{nearest_name(self.hrf_model, HRFS)}")

    n_times = 1

    @property
    def name(self) -> str:
        return self.kind

    def check(
        self,
        frame_times: Float[np.ndarray, " time"],
        events: pd.DataFrame,
        trials: Bool[np.ndarray, " event"],
        n_confounds: int,
        source: str,
    ) -> None:
        """Raise a DataError, naming `source`, for more regressors than volumes or a trial without a response."""
        design = self.design(frame_times, events, trials)
        size = design.shape[1] + n_confounds if self.kind == "lsa" else design.shape[1] + n_confounds - trials.sum() + 2
        if size >= len(frame_times):
            raise DataError(
                f"{source}: {self.kind} needs {size} regressors ({trials.sum()} trials, {n_confounds} confounds) of "
                f"{len(frame_times)} volumes; use fewer confounds" + (", or lss" if self.kind == "lsa" else "")
            )
        heights = np.abs(design.to_numpy()[:, : trials.sum()]).max(axis=0)
        weak = np.flatnonzero(heights < 0.2 * np.median(heights))
        if len(weak):
            event = events[trials].iloc[weak[0]]
            raise DataError(
                f"{source}: line {event.name}: the run ends before the response to {event.trial_type!r} at "
                f"{event.onset:g} s; drop the event"
            )

    def design(
        self, frame_times: Float[np.ndarray, " time"], events: pd.DataFrame, trials: Bool[np.ndarray, " event"]
    ) -> pd.DataFrame:
        """LSA's design without confounds: a column a trial, then one a type of the other events, drift, constant."""
        names = np.where(trials, "", "event_" + events.trial_type.astype(object))
        names[trials] = [f"trial_{k:04d}" for k in range(int(trials.sum()))]
        table = events.assign(trial_type=[re.sub(r"\W", "_", name) for name in names])
        with warnings.catch_warnings():
            # nilearn warns of brief events, which are meant.
            warnings.simplefilter("ignore")
            design = make_first_level_design_matrix(
                frame_times, table, self.hrf_model, drift_model="cosine", high_pass=self.high_pass
            )
        first = sorted(name for name in design.columns if name.startswith("trial_"))
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


def _fit(
    signals: Float[np.ndarray, "time channel"], design: Float[np.ndarray, "time regressor"], noise_model: str
) -> Float[np.ndarray, "regressor channel"]:
    labels, results = run_glm(signals, design, noise_model=noise_model)
    betas = np.empty((design.shape[1], signals.shape[1]))
    for label, result in results.items():
        betas[:, labels == label] = result.theta
    return betas
