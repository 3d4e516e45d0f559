"""The noise of a response: what is left of its features beside what the scene explains.

    e_n ~ N(0, S),   three forms of S, from many free numbers to few:

    shrunk      S = D ((1 - a) R + a 1) D      D standard deviations, R correlations of the residuals (Ledoit and Wolf 2004,
                                               J. Multivariate Analysis 88:365); variances stay as they are (Walther et al. 2016,
                                               NeuroImage 137:188)
    factors     S = diag(v) + L L'             few shared sources and each feature's own noise (factor analysis; with one
                                               v for all, probabilistic PCA: Tipping and Bishop 1999, JRSS B 61:611)
    Kronecker   S = C_space (x) C_time         the same course of noise in every channel; maximum likelihood by flip-flop
                                               (Dutilleul 1999, J. Stat. Comput. Simul. 64:105), each factor shrunk

Each form whitens, solves and has a log determinant; none of the last two forms builds a matrix of all features. Residuals are
taken around the model's fit, or around the means of repeats, where a data set has them (`repeat_residuals`): they need no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int, Shaped
from scipy.linalg import cho_solve, solve_triangular
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.decomposition import FactorAnalysis

from neurona.errors import DataError

JITTER = 1e-6
"""Share of the mean variance that keeps a covariance invertible where shrinkage does not."""


class Noise(Protocol):
    """A noise covariance S over F features."""

    @property
    def logdet(self) -> float:
        """log det S."""
        ...

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        """W x of each row, with W S W' = 1."""
        ...

    def solve(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        """S^-1 x of each row."""
        ...

    def covariance(self) -> Float[np.ndarray, "feature feature"]:
        """S in full; for few features."""
        ...


@dataclass(frozen=True)
class ShrunkNoise:
    """S = root root'.

    Attributes:
        root: lower triangular.
        shrinkage: a, the share of the correlations that was given up.
    """

    root: Float[np.ndarray, "feature feature"]
    shrinkage: float

    @property
    def logdet(self) -> float:
        return float(2 * np.log(np.diag(self.root)).sum())

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return solve_triangular(self.root, values.T, lower=True).T

    def solve(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return cho_solve((self.root, True), values.T).T

    def covariance(self) -> Float[np.ndarray, "feature feature"]:
        return self.root @ self.root.T


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
class FactorNoise:
    """S = diag(own) + loadings loadings'.

    Attributes:
        own: variance of each feature's own noise, v.
        loadings: of the shared sources, L.
    """

    own: Float[np.ndarray, " feature"]
    loadings: Float[np.ndarray, "feature source"]

    def _axes(self) -> tuple[Float[np.ndarray, "feature source"], Float[np.ndarray, " source"]]:
        """U and s of diag(v)^-1/2 L = U s V'."""
        axes, strength, _ = np.linalg.svd(self.loadings / np.sqrt(self.own)[:, None], full_matrices=False)
        return axes, strength

    @property
    def logdet(self) -> float:
        return float(np.log(self.own).sum() + np.log1p(self._axes()[1] ** 2).sum())

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        axes, strength = self._axes()
        scaled = values / np.sqrt(self.own)
        return scaled + ((scaled @ axes) * (1 / np.sqrt(1 + strength**2) - 1)) @ axes.T

    def solve(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        axes, strength = self._axes()
        scaled = values / np.sqrt(self.own)
        return (scaled - ((scaled @ axes) * (strength**2 / (1 + strength**2))) @ axes.T) / np.sqrt(self.own)

    def covariance(self) -> Float[np.ndarray, "feature feature"]:
        return np.diag(self.own) + self.loadings @ self.loadings.T


def factor_noise(
    residuals: Float[np.ndarray, "row feature"], n_sources: int, *, same_variance: bool = False, seed: int = 0
) -> FactorNoise:
    """Maximum likelihood of `n_sources` shared sources.

    Args:
        residuals: rows of mean 0.
        n_sources: rank of L; less than the number of rows and of features.
        same_variance: one v for all features (probabilistic PCA, in closed form).
        seed: of the randomised decomposition in factor analysis.

    Raises:
        DataError: too many sources, or see `_checked`.
    """
    values = _checked(residuals)
    rows, size = values.shape
    if not 0 <= n_sources < min(rows, size):
        raise DataError(
            f"noise of {n_sources} sources: {rows} residuals of {size} features allow 0 to {min(rows, size) - 1}"
        )
    deviation = _deviation(values)
    if n_sources == 0:
        own = np.full(size, np.mean(deviation**2)) if same_variance else deviation**2
        return FactorNoise(own, np.zeros((size, 0)))
    if same_variance:
        _, singular, axes = np.linalg.svd(values, full_matrices=False)
        power = singular**2 / rows
        # The directions that no row spans have no power; they count in the mean all the same.
        rest = max(float(power[n_sources:].sum()) / (size - n_sources), JITTER * float(power.mean()))
        strength = np.sqrt(np.maximum(power[:n_sources] - rest, 0))
        return FactorNoise(np.full(size, rest), axes[:n_sources].T * strength)
    model = FactorAnalysis(n_components=n_sources, random_state=seed).fit(values / deviation)
    # A feature that a source explains in full (a Heywood case) would get no noise of its own.
    own = np.maximum(model.noise_variance_, 1e-3) * deviation**2
    return FactorNoise(own, model.components_.T * deviation[:, None])


@dataclass(frozen=True)
class KroneckerNoise:
    """S = C_space (x) C_time over features laid out channel by channel, the times of each together.

    Attributes:
        space, time: lower triangular roots of C_space and C_time; C_time has mean variance 1.
    """

    space: Float[np.ndarray, "channel channel"]
    time: Float[np.ndarray, "time time"]

    @property
    def logdet(self) -> float:
        return float(
            2 * len(self.time) * np.log(np.diag(self.space)).sum()
            + 2 * len(self.space) * np.log(np.diag(self.time)).sum()
        )

    def whiten(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return self._apply(
            values,
            lambda x: solve_triangular(self.space, x, lower=True),
            lambda x: solve_triangular(self.time, x, lower=True),
        )

    def solve(self, values: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return self._apply(
            values, lambda x: cho_solve((self.space, True), x), lambda x: cho_solve((self.time, True), x)
        )

    def covariance(self) -> Float[np.ndarray, "feature feature"]:
        return np.kron(self.space @ self.space.T, self.time @ self.time.T)

    def _apply(self, values, over_space, over_time) -> Float[np.ndarray, "row feature"]:
        rows, channels, times = len(values), len(self.space), len(self.time)
        timed = over_time(values.reshape(-1, times).T).T.reshape(rows, channels, times)
        spaced = over_space(timed.transpose(1, 0, 2).reshape(channels, -1)).reshape(channels, rows, times)
        return spaced.transpose(1, 0, 2).reshape(rows, -1)


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


def repeat_residuals(
    features: Float[np.ndarray, "recording feature"], stimulus: Shaped[np.ndarray, " recording"]
) -> tuple[Float[np.ndarray, "repeated feature"], float]:
    """Scatter of recordings around the mean of those of the same stimulus.

    Args:
        features: of all recordings.
        stimulus: what each recording was a repeat of.

    Returns:
        Residuals of the recordings whose stimulus was repeated, in order, and their degrees of freedom.

    Raises:
        DataError: no stimulus was repeated.
    """
    _, number, count = np.unique(stimulus, return_inverse=True, return_counts=True)
    repeated = count[number] > 1
    if not repeated.any():
        raise DataError(f"noise from repeats: each of {len(count)} stimuli was recorded once; fit residuals instead")
    return around_means(features, number)[repeated], float((count[count > 1] - 1).sum())


def around_means(
    features: Float[np.ndarray, "recording feature"], group: Int[np.ndarray, " recording"]
) -> Float[np.ndarray, "recording feature"]:
    """Features less the mean of their group; groups are numbered from 0."""
    values = np.asarray(features, dtype=np.float64)
    total = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(total, group, values)
    return values - (total / np.maximum(np.bincount(group), 1)[:, None])[group]


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
