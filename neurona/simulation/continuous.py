"""A run as a scanner would deliver it: trials one after the other, their responses overlapping, noise throughout.

    y[c, t] = sum over trials n  sigma h(t - t_n) (G_s f_n)[c]  +  sqrt(1 - d) v[c, t]  +  sqrt(d) u[c, t]

v is autoregressive, v_t = a v_{t-1} + sqrt(1 - a^2) e_t, u is slow drift (cosines of up to three periods a run), both with the
spatial covariance of the recordings. The noise variance is 1, as in the recordings, so the SNR of a single trial is alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter

from neurona.simulation.measurement import course
from neurona.simulation.simulation import RUN_IMAGES, Simulation


class Run(NamedTuple):
    """One run of one subject.

    Attributes:
        number: from 1.
        part: `train` or `test`.
        images: places of the scenes, in the order in which they are shown.
    """

    number: int
    part: str
    images: tuple[int, ...]


def runs(simulation: Simulation) -> list[Run]:
    """The runs of each subject, training ones first."""
    found: list[Run] = []
    for part in ("train", "test"):
        members = [k for k, name in enumerate(simulation.parts) if name == part]
        for start in range(0, len(members), RUN_IMAGES):
            found.append(Run(len(found) + 1, part, tuple(members[start : start + RUN_IMAGES])))
    return found


def record_run(
    simulation: Simulation,
    subject: int,
    images: Sequence[int],
    onsets: Float[np.ndarray, " trial"],
    times: Float[np.ndarray, " time"],
    rng: np.random.Generator,
) -> Float[np.ndarray, "channel time"]:
    """One run.

    Args:
        simulation: whose brains and scenes are taken.
        subject: place of the subject.
        images: places of the scenes.
        onsets: of the trials, seconds.
        times: of the samples, seconds, evenly spaced.
        rng: of the noise.
    """
    settings, truth = simulation.settings, simulation.truth
    shown = [simulation.scenes[k] for k in truth.shown[subject, list(images)]]
    signal = truth.measurement.signal(subject, truth.model.scenes(shown))
    after = times[None] - onsets[:, None]
    design = course(after.ravel(), truth.measurement.window, settings.modality).reshape(after.shape)
    white = rng.standard_normal((len(times), len(truth.measurement.channels)))
    innovation = np.sqrt(1 - settings.autocorrelation**2) * white
    innovation[0] = white[0]
    fast = lfilter([1.0], [1.0, -settings.autocorrelation], innovation, axis=0)
    waves = np.cos(np.pi * np.outer(np.linspace(0, 1, len(times)), np.arange(1, 7)))
    slow = waves @ rng.standard_normal((waves.shape[1], white.shape[1])) / np.sqrt(np.mean(waves**2) * waves.shape[1])
    noise = np.sqrt(1 - settings.drift) * fast + np.sqrt(settings.drift) * slow
    return truth.scale * signal.T.astype(np.float64) @ design + truth.measurement.space_root @ noise.T
