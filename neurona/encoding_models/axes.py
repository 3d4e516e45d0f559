"""White coordinates of recordings: one course in time, and the noise's axes in each group of entities.

1. Time. One course h for all channels: the filter w that maximises (w' A w) / (w' C_time w), with A the signal covariance over
   time. A is the cross product of fits to two halves of the recordings, so that noise does not add to it. Entities that are
   windows of time are left as they are.
2. Space. In each group (parcel, network) the principal axes of the noise make its channels white. Noise in the brain is
   smooth, and so are patterns.
3. Size. Some recordings are noisier than others throughout (a restless minute, a session of higher gain), and each says so itself:
   z_n -> z_n / s_n with log s_n^2 = r (log |z_n|^2 - mean). Chance is what two halves of the axes do not agree on, a and b the logarithms of their
   mean squares, and signal varies as scenes do: with q its share of |z|^2, and x the features of scenes,

       r = (cov(a, b) - q^2 var |x|^2 / (mean |x|^2)^2) / var(log |z|^2),      at least 0
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import eigh

from neurona.blocks import Rows, give_back, parts, room
from neurona.encoding_models.normal_equations import Centred
from neurona.recordings.entities import Entities

_NOISE_ROWS = 1500
"""Recordings that the noise covariance is estimated from."""


class Axes(NamedTuple):
    """White coordinates of recordings: z = (features - mean) @ basis / s.

    Attributes:
        mean: of the training recordings.
        basis: filter in time and principal axes of the noise in each group.
        group: of each axis.
        spread: noise standard deviation that the axis had before it was made 1.
        vectors: unit vector of each axis over channels.
        size: mean over training recordings of log |z|^2.
        reliability: r, share of the variance of log |z|^2 that is a recording's size.
    """

    mean: Float[np.ndarray, " feature"]
    basis: Float[np.ndarray, "feature axis"]
    group: Int[np.ndarray, " axis"]
    spread: Float[np.ndarray, " axis"]
    vectors: Float[np.ndarray, "channel axis"]
    size: float = 0.0
    reliability: float = 0.0

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording axis"]:
        found = room((len(features), len(self.group)), np.result_type(features, self.mean, self.basis))
        for part in parts(len(features), features[:1].nbytes):
            white = (features[part] - self.mean) @ self.basis
            size = self.reliability * (_log_power(white) - self.size)
            found[part] = white * np.exp(-size / 2)[:, None].astype(white.dtype)
            give_back(features)
            give_back(found)
        return found

    def sized(self, values: Rows, design: Float[np.ndarray, "recording column"]) -> Axes:
        """The same axes, with what training recordings of known scenes, less their mean, say of sizes."""
        if len(self.group) < 2 or len(values) < 3:
            return self
        logs, power = np.empty((3, len(values))), 0.0
        for part, block in values:
            white = block @ self.basis
            logs[:, part] = _log_power(white), _log_power(white[:, ::2]), _log_power(white[:, 1::2])
            power += float((white.astype(np.float64) ** 2).sum())
        whole, power = logs[0], power / (len(values) * len(self.group))
        common = float(np.cov(logs[1], logs[2])[0, 1])
        shown = ((design - design.mean(axis=0)).astype(np.float64) ** 2).sum(axis=1)
        # Noise has variance 1 on every axis.
        signal = max(0.0, 1 - 1 / max(power, 1e-12))
        of_scenes = signal**2 * float(shown.var()) / max(float(shown.mean()) ** 2, 1e-12)
        share = np.clip((common - of_scenes) / max(float(whole.var()), 1e-12), 0.0, 1.0)
        return self._replace(size=float(whole.mean()), reliability=float(share))


def fit_axes(
    entities: Entities,
    rows: Int[np.ndarray, " row"],
    design: Float[np.ndarray, "row feature"],
    *,
    groups: Int[np.ndarray, " entity"],
) -> Axes:
    """Steps 1 to 3."""
    features, times = entities.features, entities.n_times
    raw = Rows(features, rows, dtype=features.dtype)
    mean = (raw.sum(lambda _, block: block.sum(axis=0)) / len(rows)).astype(features.dtype)
    values = Rows(features, rows, mean, features.dtype)
    of_channel = groups[entities.entity_of_feature].reshape(-1, times)
    if times > 1 and (of_channel == of_channel[:, :1]).all():
        course = time_filter(values, design, times)
    else:
        times, course = 1, np.ones(1)
        of_channel = groups[entities.entity_of_feature][:, None]
    # Noise needs no more recordings than these.
    some = (features[rows[:_NOISE_ROWS]] - mean).reshape(min(len(rows), _NOISE_ROWS), -1, times)
    residual, course = _noise(some, design[:_NOISE_ROWS], course)
    channels_of = [np.flatnonzero(of_channel[:, 0] == number) for number in range(int(groups.max()) + 1)]
    basis, group, spread, directions = [], [], [], []
    for number, channels in enumerate(channels_of):
        if len(channels) == 0:
            continue
        part = residual[:, channels].transpose(0, 2, 1).reshape(-1, len(channels))
        power, vectors = np.linalg.eigh(shrunk(part.T @ part / len(part), len(part)))
        power, vectors = power[::-1], vectors[:, ::-1]
        filters = np.zeros((len(channels), *of_channel.shape[:1], times), np.float32)
        filters[:, channels] = (vectors / np.sqrt(power)).T[:, :, None] * course
        basis.append(filters.reshape(len(channels), -1))
        group += [number] * len(channels)
        spread.append(np.sqrt(power))
        unit = np.zeros((len(channels), len(of_channel)), np.float32)
        unit[:, channels] = vectors.T
        directions.append(unit)
    joined = np.concatenate(spread).astype(np.float64)
    found = Axes(mean, np.concatenate(basis).T, np.array(group), joined, np.concatenate(directions).T)
    return found.sized(values, design)


def _log_power(white: Float[np.ndarray, "recording axis"]) -> Float[np.ndarray, " recording"]:
    found: np.ndarray = np.log(np.maximum((white.astype(np.float64) ** 2).mean(axis=1), 1e-12))
    return found


def _noise(
    values: Float[np.ndarray, "row channel time"],
    design: Float[np.ndarray, "row feature"],
    course: Float[np.ndarray, " time"],
) -> tuple[Float[np.ndarray, "row channel time"], Float[np.ndarray, " time"]]:
    """What features do not explain, white in time, and the filter at which such noise has variance 1.

    What features explain must not count as noise, nor must noise that a fit has taken away be missing from it.
    """
    flat = values.reshape(-1, values.shape[2])
    covariance = (flat.T @ flat / len(flat)).astype(np.float64)
    response = covariance @ course / (course @ covariance @ course)
    along = values @ course.astype(np.float32)
    fitted, freedom = smoothed(design, along)
    left = (along - fitted) * np.float32(np.sqrt(len(along) / max(len(along) - 1 - freedom, 1.0)))
    residual = values + (left - along)[:, :, None] * response.astype(np.float32)
    flat = residual.reshape(-1, values.shape[2])
    noise = (flat.T @ flat / len(flat)).astype(np.float64) + 1e-12 * np.eye(len(response))
    power, vectors = np.linalg.eigh(noise)
    white = (vectors / np.sqrt(np.maximum(power, 1e-6 * power.max())) @ vectors.T).astype(np.float32)
    return residual @ white, (course / np.sqrt(course @ noise @ course)).astype(np.float32)


def shrunk(covariance: Float[np.ndarray, "c c"], samples: float) -> Float[np.ndarray, "c c"]:
    """Ledoit and Wolf's shrinkage to a multiple of 1, for Gaussian samples (2004, J. Multivariate Analysis 88)."""
    size = len(covariance)
    if size == 1:
        return np.maximum(covariance, 1e-9)
    mean = np.trace(covariance) / size
    away = float(((covariance - mean * np.eye(size)) ** 2).sum())
    error = float((np.trace(covariance) ** 2 + (covariance**2).sum()) / samples)
    share = min(1.0, error / max(away, 1e-30))
    return (1 - share) * covariance + (share * mean + 1e-6 * mean + 1e-12) * np.eye(size)


def smoothed(
    design: Float[np.ndarray, "row feature"], values: Float[np.ndarray, "row channel"]
) -> tuple[Float[np.ndarray, "row channel"], float]:
    """Fitted values of a ridge regression whose penalty minimises generalised cross-validation, and its degrees of freedom.

    All channels share the penalty (G. Golub, M. Heath, G. Wahba 1979, Technometrics 21).
    """
    centred = (design - design.mean(axis=0)).astype(np.float64)
    power, vectors = eigh(centred @ centred.T, driver="evd", check_finite=False)
    power = np.maximum(power, 0)
    turned = vectors.T @ (values - values.mean(axis=0))
    best, chosen = np.inf, np.zeros(len(power))
    for penalty in np.geomspace(1e-1, 1e4, 16) * max(float(power.sum()) / len(power), 1e-9):
        kept = power / (power + penalty)
        left = float((((1 - kept)[:, None] * turned) ** 2).sum())
        score = left / max(len(power) - 1 - float(kept.sum()), 1e-9) ** 2
        if score < best:
            best, chosen = score, kept
    fitted = vectors @ (chosen[:, None] * turned)
    return fitted.astype(np.float32), float(chosen.sum())


def time_filter(values: Rows, design: Float[np.ndarray, "row feature"], times: int) -> Float[np.ndarray, " time"]:
    """The filter of step 1. The covariance of all recordings serves as well as the noise's: signal along h leaves C^-1 h's direction."""
    square = values.sum(lambda _, block: block.reshape(-1, times).T @ block.reshape(-1, times))
    covariance = (square / (len(values) * values.shape[1] // times)).astype(np.float64)
    patterns = []
    for first in (0, 1):
        half = values.take(np.arange(len(values)) % 2 == first)
        scenes = Centred.of(design[first::2])
        # Covariances with each feature: crude, but noise has no part in their product.
        patterns.append(np.asarray(sum(scenes.gather(part, block) for part, block in half)).reshape(-1, times))
    cross = (patterns[0].T @ patterns[1]).astype(np.float64)
    power, vectors = np.linalg.eigh(covariance)
    white = vectors / np.sqrt(np.maximum(power, 1e-9 * power.max())) @ vectors.T
    _, axes = np.linalg.eigh(white @ (cross + cross.T) @ white)
    return white @ axes[:, -1]
