"""How a response is measured: by one subject's brain, in time, under noise.

    y_n[c, t] = sigma h(t) (G_s f_n)[c] + e_n[c, t],      e_n ~ N(0, C_time x C_space)   (Kronecker product)

    G_s     = L (I + m E_s) T_s, times the strength of subject s; one a session (`sessions`, which may also change gains, offsets and onsets)
    T_s     shifted topography: row c is a Gaussian (5 mm) of the distance between z_c and z_c' + shift of subject s, of sum 1
    E_s     mixing of neighbours: normal weights under a Gaussian kernel of l, rows of unit length
    L       fMRI: I.  EEG: potentials of radial dipoles at sensors of the 10-20 system, p.(r - z) / |r - z|^3, average reference
    h       fMRI: Glover's haemodynamic response to 1 s of stimulation, in the middle of volumes of TR 2 s.
            EEG: Gaussian waves at 0.17 s (width 0.03) and 0.4 s (width 0.08); mean square 1 in both
    C_time  = (1 - d) a^|t - t'| + d (slow drift: a constant and a slope of equal variance), mean diagonal 1
    C_space = (1 - n) I + n exp(-|z_c - z_c'|^2 / 2 b^2)
    sigma   is such that the variance of sigma h G_s f over images, averaged over components, time (of the response) and subjects, is `snr`

The mean variance of the noise is 1, so that `snr` is variance of signal by variance of noise. Drift is Gaussian with a known
covariance, part of C_time, so that the likelihood of a recording keeps its closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy.linalg import toeplitz
from scipy.spatial.distance import cdist

from neurona.errors import ConfigError
from neurona.simulation.brain import Brain
from neurona.simulation.patterns import gaussian, smoothing
from neurona.simulation.sessions import Sessions
from neurona.simulation.settings import SimulationSettings

TR_S, VOLUMES = 2.0, 5
STIMULUS_S = 1.0
EEG_HZ, EEG_SAMPLES, EEG_START_S = 100.0, 70, -0.1
_BLUR_MM = 5.0
_LATENCY_MM = 20.0
_OVERSAMPLING = 40
_HEAD_CENTRE_MM = np.array([0.0, -18.0, 12.0])
_SCALP_MM = 110.0
_MOST_SAMPLES = 8000
"""Of a recording: the covariance of the noise over time is held in full."""


@dataclass(frozen=True)
class Measurement:
    """The measuring chain of all subjects.

    Attributes:
        channels: components, or sensors.
        positions: of the channels, mm in MNI152 space.
        times: of the samples, seconds after the stimulus.
        response: samples of a response that comes as usual; all, but for longer recordings.
        gains: G_s.
        time_course: h of a response that comes as usual.
        time_covariance, space_covariance: of the noise.
    """

    channels: tuple[str, ...]
    positions: Float[np.ndarray, "channel 3"]
    times: Float[np.ndarray, " time"]
    response: int
    gains: Float[np.ndarray, "subject session channel component"]
    time_course: Float[np.ndarray, " time"]
    time_covariance: Float[np.ndarray, "time time"]
    space_covariance: Float[np.ndarray, "channel channel"]

    @cached_property
    def space_root(self) -> Float[np.ndarray, "channel channel"]:
        """Cholesky factor of the noise covariance over channels."""
        return np.linalg.cholesky(self.space_covariance)

    @property
    def window(self) -> Float[np.ndarray, " sample"]:
        """Times of the response's samples, over which h has mean square 1."""
        return self.times[: self.response]

    def signal(
        self, subject: int, responses: Float[np.ndarray, "image component"], session: int = 0
    ) -> Float[np.ndarray, "image channel"]:
        """G_s f, in a session."""
        return responses @ self.gains[subject, session].T

    def scale(self, responses: Float[np.ndarray, "subject image component"], snr: float) -> float:
        """sigma."""
        variances = [
            self.signal(subject, responses[subject], session).var(axis=0).mean()
            for subject, session in np.ndindex(*self.gains.shape[:2])
        ]
        power = float(np.mean(variances) * np.mean(self.time_course[: self.response] ** 2))
        return float(np.sqrt(snr / power)) if power > 0 else 0.0

    def noise(self, recordings: int, rng: np.random.Generator) -> Float[np.ndarray, "recording channel time"]:
        """e."""
        space = self.space_root.astype(np.float32)
        time = np.linalg.cholesky(self.time_covariance).astype(np.float32)
        # One matrix product for all time points: a stack of small ones is many times slower.
        white = rng.standard_normal((len(time), recordings * len(space)), dtype=np.float32)
        in_time = (time @ white).reshape(-1, len(space))
        return (in_time @ space.T).reshape(len(time), recordings, -1).transpose(1, 2, 0).copy()


def measure(brain: Brain, settings: SimulationSettings, rng: np.random.Generator, sessions: Sessions) -> Measurement:
    """The measuring chain that the settings ask for.

    Raises:
        ConfigError: recordings of more samples than can be simulated.
    """
    subjects = (
        np.stack([_subject(brain, settings, rng, shifts) for shifts in sessions.shift_mm])
        * sessions.strength[:, None, None, None]
    )
    step, response = (1 / EEG_HZ, EEG_SAMPLES) if settings.modality == "eeg" else (TR_S, VOLUMES)
    samples = response + round(settings.longer_s / step)
    if samples > _MOST_SAMPLES:
        raise ConfigError(
            f"simulation: longer_s {settings.longer_s:g} makes recordings of {samples} samples, more than {_MOST_SAMPLES}; ask for "
            f"{(_MOST_SAMPLES - response) * step:g} s at most"
        )
    gains: np.ndarray = subjects
    channels, positions = brain.components, brain.centroids
    times = (np.arange(samples) + 0.5) * TR_S
    if settings.modality == "eeg":
        channels, positions = sensors()
        gains = lead_field(positions, brain.centroids) @ subjects
        times = EEG_START_S + np.arange(samples) / EEG_HZ
    # Sensors stand further apart than components.
    reach = settings.noise_smoothness_mm * (4 if settings.modality == "eeg" else 1)
    shared = gaussian(cdist(positions, positions), reach)
    return Measurement(
        channels=channels,
        positions=positions,
        times=times,
        response=response,
        gains=gains.astype(np.float32),
        time_course=course(times, times[:response], settings.modality),
        time_covariance=noise_in_time(len(times), settings.autocorrelation, settings.drift),
        space_covariance=(1 - settings.noise_spread) * np.eye(len(positions)) + settings.noise_spread * shared,
    )


def course(
    times: Float[np.ndarray, " time"], window: Float[np.ndarray, " sample"], modality: str
) -> Float[np.ndarray, " time"]:
    """h at any times.

    Args:
        times: seconds after the stimulus.
        window: times of a recording's samples, over which the mean square is 1.
        modality: `fmri` or `eeg`.
    """
    shape = evoked_potential if modality == "eeg" else haemodynamic_response
    return shape(times) / np.sqrt(np.mean(shape(window) ** 2))


def latencies(
    positions: Float[np.ndarray, "channel 3"], spread_s: float, rng: np.random.Generator
) -> Float[np.ndarray, " channel"]:
    """How late each channel's response comes, in seconds: a smooth field, as vessels differ from region to region."""
    field = smoothing(cdist(positions, positions), _LATENCY_MM) @ rng.standard_normal(len(positions))
    found: np.ndarray = spread_s * field
    return found


def haemodynamic_response(times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    """Glover's response to `STIMULUS_S` seconds of stimulation, at times in seconds after its onset."""
    from nilearn.glm.first_level import glover_hrf  # all of nilearn's images come with it

    response = glover_hrf(1.0, oversampling=_OVERSAMPLING)
    convolved = np.convolve(response, np.ones(int(STIMULUS_S * _OVERSAMPLING)))
    return np.interp(times, np.arange(len(convolved)) / _OVERSAMPLING, convolved, left=0.0, right=0.0)


def evoked_potential(times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    """An early and a late wave."""
    return np.exp(-0.5 * ((times - 0.17) / 0.03) ** 2) - np.exp(-0.5 * ((times - 0.4) / 0.08) ** 2)


def noise_in_time(samples: int, autocorrelation: float, drift: float) -> Float[np.ndarray, "time time"]:
    """C_time."""
    slopes = np.stack([np.ones(samples), np.linspace(-np.sqrt(3), np.sqrt(3), samples)])
    slow = slopes.T @ slopes
    return (1 - drift) * toeplitz(autocorrelation ** np.arange(samples)) + drift * slow / slow.diagonal().mean()


def sensors() -> tuple[tuple[str, ...], Float[np.ndarray, "sensor 3"]]:
    """Names and places of 64 EEG sensors, brought onto a sphere around the MNI152 brain."""
    from mne.channels import make_standard_montage

    places = make_standard_montage("biosemi64").get_positions()["ch_pos"]
    directions = np.stack(list(places.values()))
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return tuple(places), _HEAD_CENTRE_MM + _SCALP_MM * directions


def lead_field(
    positions: Float[np.ndarray, "sensor 3"], centroids: Float[np.ndarray, "component 3"]
) -> Float[np.ndarray, "sensor component"]:
    """Potentials at the sensors of a radial unit dipole at each component."""
    apart = positions[:, None] - centroids[None]
    outward = centroids - _HEAD_CENTRE_MM
    outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    potential = np.einsum("kcx,cx->kc", apart, outward) / np.linalg.norm(apart, axis=2) ** 3
    potential -= potential.mean(axis=0)
    return potential / potential.std()


def _subject(
    brain: Brain, settings: SimulationSettings, rng: np.random.Generator, session_shifts: Float[np.ndarray, "session 3"]
) -> Float[np.ndarray, "session component component"]:
    """(I + m E_s) T_s of each session."""
    own = settings.shift_mm * rng.standard_normal(3)
    topographies = np.stack([_topography(brain, own + shift) for shift in session_shifts])
    weights = smoothing(brain.distances, settings.smoothness_mm) * rng.standard_normal(topographies.shape[1:])
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    return topographies + settings.mixing * weights @ topographies


def _topography(brain: Brain, shift: Float[np.ndarray, "3"]) -> Float[np.ndarray, "component component"]:
    """T_s."""
    apart = cdist(brain.centroids, brain.centroids + shift)
    # With few components the nearest one may be far: what counts is how much further the others are.
    topography = gaussian(np.sqrt(apart**2 - apart.min(axis=1, keepdims=True) ** 2), _BLUR_MM)
    return topography / topography.sum(axis=1, keepdims=True)
