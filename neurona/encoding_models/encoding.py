"""The encoding model: what each feature of a scene does to the brain, by empirical Bayes.

    y_n = m + h (B' x_n) + e_n,    e ~ N(0, C_time x C_space)

in three steps, each of which raises the signal that is left for the next:

1. Time. One course h for all channels: the filter w that maximises (w' A w) / (w' C_time w), with A the signal covariance over
   time. A is the cross product of fits to two halves of the recordings, so that noise does not add to it. Entities that are
   windows of time are left as they are.
2. Space. In each group (parcel, network) the principal axes of the noise make its channels white. Noise in the brain is
   smooth, and so are patterns: the share g_c of the signal on axis c is learned, smooth over the axes' order.
3. Patterns. Feature k on axis c of group p: B_kc ~ rho_kp N(0, v_b g_c), b the band of k. The probability rho_kp that p carries k is its
   Bayes factor against no response, updated with the patterns (a spike-and-slab prior; T. Mitchell, J. Beauchamp 1988,
   Bayesian variable selection in linear regression, JASA 83). Bindings are carried where their first word is. rho is the
   grounding; nobody told the model any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import csr_array

from neurona.recordings.entities import Entities

_NOISE_ROWS = 1500
"""Recordings that the noise covariance is estimated from."""


class Axes(NamedTuple):
    """White coordinates of recordings: z = (features - mean) @ basis.

    Attributes:
        mean: of the training recordings.
        basis: filter in time and principal axes of the noise in each group.
        group: of each axis.
        spread: noise standard deviation that the axis had before it was made 1.
    """

    mean: Float[np.ndarray, " feature"]
    basis: Float[np.ndarray, "feature axis"]
    group: Int[np.ndarray, " axis"]
    spread: Float[np.ndarray, " axis"]

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording axis"]:
        return (features - self.mean) @ self.basis


@dataclass(frozen=True)
class Encoding:
    """A fitted encoding model.

    Attributes:
        axes: coordinates.
        centre: mean of the features of training scenes.
        patterns: B, in the coordinates of `axes`.
        uncertainty: variance of B.
        noise: covariance of the coordinates' noise.
        carried: rho, how probably each group carries each feature.
    """

    axes: Axes
    centre: Float[np.ndarray, " feature"]
    patterns: Float[np.ndarray, "feature axis"]
    uncertainty: Float[np.ndarray, "feature axis"]
    noise: Float[np.ndarray, "axis axis"]
    carried: Float[np.ndarray, "feature group"]


def fit_axes(
    entities: Entities,
    rows: Int[np.ndarray, " row"],
    design: Float[np.ndarray, "row feature"],
    *,
    groups: Int[np.ndarray, " entity"],
) -> Axes:
    """Steps 1 and 2."""
    features = entities.features[rows]
    mean = features.mean(axis=0)
    values = features - mean
    times = entities.n_times
    of_channel = groups[entities.entity_of_feature].reshape(-1, times)
    if times > 1 and (of_channel == of_channel[:, :1]).all():
        values = values.reshape(len(rows), -1, times)
        course = time_filter(values, design)
    else:
        values, times, course = values[:, :, None], 1, np.ones(1)
        of_channel = groups[entities.entity_of_feature][:, None]
    # Noise needs no more recordings than these.
    residual, course = _noise(values[:_NOISE_ROWS], design[:_NOISE_ROWS], course)
    channels_of = [np.flatnonzero(of_channel[:, 0] == number) for number in range(int(groups.max()) + 1)]
    basis, group, spread = [], [], []
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
    return Axes(mean, np.concatenate(basis).T, np.array(group), np.concatenate(spread).astype(np.float64))


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
    power, vectors = np.linalg.eigh(centred @ centred.T)
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


def time_filter(
    values: Float[np.ndarray, "row channel time"], design: Float[np.ndarray, "row feature"]
) -> Float[np.ndarray, " time"]:
    """The filter of step 1. The covariance of all recordings serves as well as the noise's: signal along h leaves C^-1 h's direction."""
    times = values.shape[2]
    flat = values.reshape(-1, times)
    covariance = (flat.T @ flat / len(flat)).astype(np.float64)
    half = np.arange(len(values)) % 2 == 0
    patterns = []
    for rows in (half, ~half):
        centred = design[rows] - design[rows].mean(axis=0)
        # Covariances with each feature: crude, but noise has no part in their product.
        patterns.append((centred.T @ values[rows].reshape(int(rows.sum()), -1)).reshape(-1, times))
    cross = (patterns[0].T @ patterns[1]).astype(np.float64)
    power, vectors = np.linalg.eigh(covariance)
    white = vectors / np.sqrt(np.maximum(power, 1e-9 * power.max())) @ vectors.T
    _, axes = np.linalg.eigh(white @ (cross + cross.T) @ white)
    return white @ axes[:, -1]


def fit_encoding(
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row feature"],
    band: Int[np.ndarray, " feature"],
    parent: Int[np.ndarray, " feature"],
    *,
    rounds: int = 10,
    carriers: float = 0.1,
) -> Encoding:
    """Step 3, and the covariance of what is left.

    Args:
        axes: coordinates.
        recorded: z of the training recordings.
        design: features of their scenes.
        band: of each feature.
        parent: the feature that tells where a feature is carried.
        rounds: of updates.
        carriers: share of the groups that carry a word, to begin with.
    """
    own = parent == np.arange(len(parent))
    alone = np.flatnonzero(own)
    start = _State.start(len(design.T), axes, int(band.max()) + 1, carriers)
    # Words alone first: they are few, and they say where their bindings are carried.
    state = _rounds(start, axes, recorded, design, band, parent, rounds, alone)
    state = _rounds(state, axes, recorded, design, band, parent, 4, np.arange(len(band)))
    centred = design - design.mean(axis=0)
    count = np.maximum((centred**2).sum(axis=0), 1e-3)[:, None]
    uncertainty = 1 / (count + 1 / state.prior(axes, band))
    left = recorded - recorded.mean(axis=0) - centred @ state.mean
    noise = shrunk(left.T @ left / len(left), len(left))
    return Encoding(axes, design.mean(axis=0), state.mean, uncertainty, noise, state.rho)


@dataclass
class _State:
    """What step 3 updates: patterns, and their prior."""

    mean: Float[np.ndarray, "feature axis"]
    rho: Float[np.ndarray, "feature group"]
    v: Float[np.ndarray, " band"]
    g: Float[np.ndarray, " axis"]
    share: Float[np.ndarray, " band"]

    @classmethod
    def start(cls, features: int, axes: Axes, bands: int, carriers: float) -> _State:
        n_axes, n_groups = len(axes.group), int(axes.group.max()) + 1
        return cls(
            np.zeros((features, n_axes), np.float32),
            np.full((features, n_groups), carriers, np.float32),
            np.full(bands, 0.3, np.float32),
            np.ones(n_axes, np.float32),
            np.full(bands, carriers),
        )

    def prior(self, axes: Axes, band: Int[np.ndarray, " feature"]) -> Float[np.ndarray, "feature axis"]:
        """Variance of each pattern beforehand."""
        return (self.rho * self.v[band][:, None])[:, axes.group] * self.g + np.float32(1e-6)


def _rounds(
    state: _State,
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row feature"],
    band: Int[np.ndarray, " feature"],
    parent: Int[np.ndarray, " feature"],
    rounds: int,
    chosen: Int[np.ndarray, " chosen"],
) -> _State:
    """Update the chosen features' patterns and the prior in turn; the others have no response."""
    times_gram, power = gram_product(design[:, chosen])
    moments = (design[:, chosen] - design[:, chosen].mean(axis=0)).T @ (recorded - recorded.mean(axis=0))
    count = np.maximum(power, 1e-3)[:, None]
    member = np.eye(int(axes.group.max()) + 1, dtype=np.float32)[axes.group]
    order = np.argsort(-axes.spread, kind="stable")
    bands, own = band[chosen], parent[chosen] == chosen
    v, g, share, rho = state.v.copy(), state.g.copy(), state.share.copy(), state.rho.copy()
    mean = state.mean[chosen]
    for step in range(rounds):
        prior = (rho[chosen] * v[bands][:, None])[:, axes.group] * g + np.float32(1e-6)
        mean = conjugate(times_gram, power, 1 / prior, moments, mean, 6 if step < rounds - 1 else 20)
        rough = mean + (moments - times_gram(mean)) / count
        slab = v[bands][:, None] * g
        gain = count * slab
        factor = 0.5 * (rough**2 * count * gain / (1 + gain) - np.log1p(gain))
        odds = np.log(share / (1 - share))[bands][:, None] + factor @ member
        carried = 1 / (1 + np.exp(-np.clip(odds, -12, 12)))
        rho[chosen[own]] = (rho[chosen[own]] + carried[own]) / 2
        rho = rho[parent]
        excess = rough**2 - 1 / count
        weight = rho[chosen][:, axes.group] / (1 / count + slab) ** 2
        above, below = np.zeros(len(g)), np.zeros(len(g))
        for number in np.unique(bands):
            rows = bands == number
            v[number] = np.clip(
                (weight[rows] * excess[rows] * g).sum() / max((weight[rows] * g**2).sum(), 1e-12), 1e-4, 1e5
            )
            if (rows & own).any():
                share[number] = np.clip(carried[rows & own].mean(), 0.5 / member.shape[1], 0.9)
            above += (weight[rows] * excess[rows]).sum(axis=0) * v[number]
            below += weight[rows].sum(axis=0) * v[number] ** 2
        g[order] = np.clip(smooth(above[order]) / np.maximum(smooth(below[order]), 1e-12), 1e-3, None)
        g /= g.max()
    full = np.zeros_like(state.mean)
    full[chosen] = mean
    return _State(full, rho, v, g, share)


def smooth(values: Float[np.ndarray, " axis"]) -> Float[np.ndarray, " axis"]:
    """A running mean with Gaussian weights, over a fortieth of the axes."""
    width = max(1, len(values) // 40)
    return gaussian_filter1d(values, width, mode="nearest")


def gram_product(
    design: Float[np.ndarray, "row feature"],
) -> tuple[Callable[[np.ndarray], np.ndarray], Float[np.ndarray, " feature"]]:
    """b -> x'x b, x the centred design, and the diagonal of x'x. A scene has few of many features: x'x is not formed then."""
    mean = design.mean(axis=0)
    power = ((design - mean) ** 2).sum(axis=0)
    if np.count_nonzero(design) > 0.05 * design.size:
        gram = (design - mean).T @ (design - mean)
        return gram.__matmul__, power
    sparse = csr_array(design)
    turned = csr_array(sparse.T)
    return lambda b: turned @ (sparse @ b) - len(design) * np.outer(mean, mean @ b), power


def conjugate(
    times_gram: Callable[[np.ndarray], np.ndarray],
    power: Float[np.ndarray, " feature"],
    penalty: Float[np.ndarray, "feature axis"],
    moments: Float[np.ndarray, "feature axis"],
    start: Float[np.ndarray, "feature axis"],
    steps: int,
) -> Float[np.ndarray, "feature axis"]:
    """(x'x + diag(penalty_c)) b_c = moments_c for every axis c at once, by preconditioned conjugate gradients.

    Args:
        times_gram: b -> x'x b.
        power: diagonal of x'x.
        penalty: of each feature on each axis.
        moments: right-hand sides.
        start: a first guess.
        steps: iterations.
    """
    inverse = 1 / (power[:, None] + penalty)
    found = start.copy()
    left = moments - times_gram(found) - penalty * found
    scaled = inverse * left
    along, size = scaled.copy(), (left * scaled).sum(axis=0)
    for _ in range(steps):
        image = times_gram(along) + penalty * along
        length = size / np.maximum((along * image).sum(axis=0), 1e-20)
        found += length * along
        left -= length * image
        scaled = inverse * left
        before, size = size, (left * scaled).sum(axis=0)
        along = scaled + size / np.maximum(before, 1e-20) * along
    return found
