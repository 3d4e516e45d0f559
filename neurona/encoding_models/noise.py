"""The noise of a response: what is left of its features beside what the scene explains.

    e_n ~ N(0, S),   three forms of S, from many free numbers to few:

    shrunk      S = D ((1 - a) R + a 1) D      D standard deviations, R correlations of the residuals (Ledoit and Wolf 2004,
                                               J. Multivariate Analysis 88:365); variances stay as they are (Walther et al. 2016,
                                               NeuroImage 137:188)
    diagonal    S = D^2                        features that do not covary, as of neurons that were recorded one after another
    Kronecker   S = C_space (x) C_time         the same course of noise in every channel; maximum likelihood by flip-flop
                                               (Dutilleul 1999, J. Stat. Comput. Simul. 64:105), each factor shrunk

All whiten recordings; the last never builds a matrix of all features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import solve_triangular
from sklearn.covariance import ledoit_wolf_shrinkage

from neurona.errors import DataError

JITTER = 1e-6
"""Share of the mean variance that keeps a covariance invertible where shrinkage does not."""
_POOLED = 0.05


@dataclass(frozen=True)
class ShrunkNoise:
    """S = root root'.

    Attributes:
        root: lower triangular.
        shrinkage: a, the share of the correlations that was given up.
    """

    root: Float[np.ndarray, "feature feature"]
    shrinkage: float

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return solve_triangular(self.root, values.T, lower=True).T


def shrunk_noise(
    residuals: Float[np.ndarray, "row feature"], *, shrinkage: float | None = None, freedom: float | None = None
) -> ShrunkNoise:
    """Sample covariance with its correlations shrunk towards 0.

    Args:
        residuals: rows of mean 0.
        shrinkage: a, 0 to 1; None estimates it.
        freedom: degrees of freedom of the residuals, rows less fitted numbers a feature; None: the number of rows.

    Raises:
        DataError: see `_checked`.
    """
    values = _checked(residuals)
    rows = float(freedom or len(values))
    deviation = _deviation(values)
    scaled = values / deviation
    if shrinkage is None:
        shrinkage = float(ledoit_wolf_shrinkage(scaled, assume_centered=True))
    size = scaled.shape[1]
    correlation = (1 - shrinkage) * (scaled.T @ scaled) / len(scaled) + (shrinkage + JITTER) * np.eye(size)
    return ShrunkNoise(np.linalg.cholesky(correlation) * (deviation * np.sqrt(len(values) / rows))[:, None], shrinkage)


@dataclass(frozen=True)
class DiagonalNoise:
    """S = D^2.

    Attributes:
        deviation: standard deviation of each feature.
    """

    deviation: Float[np.ndarray, " feature"]

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return values / self.deviation


def diagonal_noise(residuals: Float[np.ndarray, "row feature"]) -> DiagonalNoise:
    """Variances alone, drawn a little towards their mean, so that a feature that hardly ever changes decides nothing.

    Args:
        residuals: rows of mean 0.

    Raises:
        DataError: see `_checked`.
    """
    variance = np.mean(_checked(residuals) ** 2, axis=0)
    return DiagonalNoise(np.sqrt((1 - _POOLED) * variance + _POOLED * max(variance.mean(), 1e-300)))


@dataclass(frozen=True)
class KroneckerNoise:
    """S = C_space (x) C_time over features laid out channel by channel, the times of each together.

    Attributes:
        space, time: lower triangular roots of C_space and C_time; C_time has mean variance 1.
    """

    space: Float[np.ndarray, "channel channel"]
    time: Float[np.ndarray, "time time"]

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return self._apply(
            values,
            lambda x: solve_triangular(self.space, x, lower=True),
            lambda x: solve_triangular(self.time, x, lower=True),
        )

    def _apply(self, values, over_space, over_time) -> Float[np.ndarray, "row feature"]:
        rows, channels, times = len(values), len(self.space), len(self.time)
        timed = over_time(values.reshape(-1, times).T).T.reshape(rows, channels, times)
        spaced = over_space(timed.transpose(1, 0, 2).reshape(channels, -1)).reshape(channels, rows, times)
        return spaced.transpose(1, 0, 2).reshape(rows, -1)


Noise = ShrunkNoise | DiagonalNoise | KroneckerNoise


def kronecker_noise(
    residuals: Float[np.ndarray, "row feature"],
    n_times: int,
    *,
    freedom: float | None = None,
    tolerance: float = 1e-3,
    max_steps: int = 10,
) -> KroneckerNoise:
    """Flip-flop: each factor from the residuals that the other has whitened, shrunk by Ledoit and Wolf's rule, until it stands.

    Args:
        residuals: rows of mean 0, `[row, channel * n_times]`.
        n_times: time points a channel.
        freedom: degrees of freedom of the residuals; None: the number of rows.
        tolerance: largest relative change of C_time at which it stands.
        max_steps: steps at most.

    Raises:
        DataError: features that are no multiple of n_times, or see `_checked`.
    """
    values = _checked(residuals)
    rows, size = values.shape
    if n_times < 1 or size % n_times:
        raise DataError(f"Kronecker noise: {size} features are no channels of {n_times} times each")
    signal = values.reshape(rows, -1, n_times)
    channels = signal.shape[1]
    in_space = signal.transpose(0, 2, 1).reshape(-1, channels)
    in_time = signal.transpose(0, 1, 2).reshape(-1, n_times)
    space, time = _root(in_space), np.eye(n_times)
    for _ in range(max_steps):
        before = time @ time.T
        # Rows are [row * channel, time] and [row * time, channel]: whitened over the other axis, samples of this one.
        whitened = solve_triangular(space, in_space.T, lower=True).T.reshape(rows, n_times, channels)
        time = _root(whitened.transpose(0, 2, 1).reshape(-1, n_times))
        time /= np.sqrt(np.mean(np.sum(time**2, axis=1)))
        whitened = solve_triangular(time, in_time.T, lower=True).T.reshape(rows, channels, n_times)
        space = _root(whitened.transpose(0, 2, 1).reshape(-1, channels))
        if np.abs(time @ time.T - before).max() < tolerance * np.abs(before).max():
            break
    return KroneckerNoise(space * np.sqrt(rows / float(freedom or rows)), time)


def _root(samples: Float[np.ndarray, "sample axis"]) -> Float[np.ndarray, "axis axis"]:
    """Root of the shrunk covariance of samples."""
    if samples.shape[1] == 1:
        return np.array([[np.sqrt(max(float(np.mean(samples**2)), 1e-30))]])
    return shrunk_noise(samples).root


def around_means(
    features: Float[np.ndarray, "recording feature"], group: Int[np.ndarray, " recording"]
) -> Float[np.ndarray, "recording feature"]:
    """Features less the mean of their group; groups are numbered from 0."""
    values = np.asarray(features, dtype=np.float64)
    return values - means_of(values, group)[group]


def means_of(
    values: Float[np.ndarray, "recording feature"], group: Int[np.ndarray, " recording"], n_groups: int = 0
) -> Float[np.ndarray, "group feature"]:
    """Mean of each group, numbered from 0; 0 where it has no recording."""
    count = np.bincount(group, minlength=n_groups)
    total = np.zeros((len(count), values.shape[1]))
    np.add.at(total, group, values)
    return total / np.maximum(count, 1)[:, None]


def _deviation(values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, " feature"]:
    """Root mean square of each feature; a feature without noise gets the smallest positive one."""
    deviation = np.sqrt(np.mean(values**2, axis=0))
    positive = deviation[deviation > 1e-10 * deviation.max()]
    return np.maximum(deviation, positive.min() if len(positive) else 1.0)


def _checked(residuals: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
    """Residuals in double precision.

    Raises:
        DataError: fewer than two rows, no feature, or values that are not finite.
    """
    if len(residuals) < 2 or residuals.shape[1] == 0:
        raise DataError(f"noise: residuals of shape {residuals.shape}; two recordings and one feature are needed")
    if not np.isfinite(residuals).all():
        row = int(np.flatnonzero(~np.isfinite(residuals).all(axis=1))[0])
        raise DataError(f"noise: residuals of recording {row} are not finite; repair or drop it")
    return np.asarray(residuals, dtype=np.float64)
