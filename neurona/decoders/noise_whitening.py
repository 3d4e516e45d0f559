"""Noise whitening: rotate and scale features so that what the words explain leaves white noise.

The noise of a recording is what remains of its features x after the part that is explained by what it shows:

    x_n = m + B a_n + e_n,    e_n ~ N(0, S),    S = D ((1 - s) R + (s + ridge) I) D,    z_n = S^(-1/2)' D^(-1) (x_n - m)

with a_n how probably recording n shows each word, by its answers. The correlations R in S are shrunk towards 0 (Ledoit and Wolf 2004, J.
Multivariate Analysis 88:365), the variances D^2 are not, as multivariate noise normalisation does (Walther et al. 2016, NeuroImage 137:188).
A linear read-out of z with weight decay then prefers directions of little noise, as linear discriminant analysis does.

The residuals of n recordings span n directions at most, and S is a multiple of I beyond them: where recordings are fewer, nothing is larger than
recordings x features. Where they are many, they are looked at in blocks, and nothing is larger than features x features.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.linalg import cholesky, solve_triangular

from neurona.blocks import Rows, parts

_RIDGE = 1e-6
"""Keeps S invertible where fewer recordings than features meet no shrinkage."""


@dataclass(frozen=True)
class Symmetric:
    """S^(-1/2) = g I + V diag(h) V', in units of D.

    Attributes:
        directions: V, of the residuals.
        gain: g, of all other directions.
        extra: h, by which those of the residuals are more, or less, than that.
    """

    directions: Float[np.ndarray, "feature direction"] = field(repr=False)
    gain: float
    extra: Float[np.ndarray, " direction"] = field(repr=False)

    def __call__(self, scaled: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        found: np.ndarray = self.gain * scaled + (scaled @ self.directions * self.extra) @ self.directions.T
        return found

    back = __call__


@dataclass(frozen=True)
class Triangular:
    """L^(-1) with S = LL', in units of D: another root, as good for inner products, and some hundred times cheaper than the axes of S.

    Attributes:
        root: L.
    """

    root: Float[np.ndarray, "feature feature"] = field(repr=False)

    def __call__(self, scaled: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        return solve_triangular(self.root, scaled.T, lower=True, check_finite=False).T

    def back(self, white: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        """By the transpose."""
        return solve_triangular(self.root, white.T, lower=True, trans="T", check_finite=False).T


@dataclass(frozen=True)
class NoiseWhitening:
    """z = root D^(-1) (x - m).

    Attributes:
        mean: m, of the training recordings.
        deviation: D, of the noise; a feature without noise gets the smallest positive one's place.
        root: of S^(-1).
    """

    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)
    root: Symmetric | Triangular

    @classmethod
    def of(
        cls, recordings: Rows, words: Float[np.ndarray, "recording word"], shrinkage: float | None = None
    ) -> NoiseWhitening:
        """Estimated from training recordings.

        Args:
            recordings: features of training recordings.
            words: a; constants of any number may be among them.
            shrinkage: s of the correlations, 0 (those of the sample) to 1 (variances alone); None estimates it.
        """
        (n, p), design = recordings.shape, np.column_stack([np.ones(len(recordings)), words])
        inverse, total, explained = np.linalg.pinv(design), np.zeros(p), np.zeros((design.shape[1], p))
        for part, block in recordings:
            total += block.sum(axis=0)
            explained += inverse[:, part] @ block

        def residuals() -> Iterator[np.ndarray]:
            return (block - design[part] @ explained for part, block in recordings)

        average = sum(block.sum(axis=0) for block in residuals()) / n
        deviation = np.sqrt(sum(((block - average) ** 2).sum(axis=0) for block in residuals()) / n)
        positive = deviation[deviation > 1e-6 * max(deviation.max(), 1e-12)]
        deviation = np.maximum(deviation, positive.min() if len(positive) else 1.0)
        scaled = (block / deviation for block in residuals())
        if n < p:
            whole = np.concatenate(list(scaled))
            squares, gram = np.einsum("nf,nf->n", whole, whole), whole @ whole.T
        else:
            gram, some = np.zeros((p, p)), []
            for block in scaled:
                gram += block.T @ block
                some.append(np.einsum("nf,nf->n", block, block))
            squares = np.concatenate(some)
        s = ledoit_wolf_shrinkage(squares, gram, p) if shrinkage is None else shrinkage
        # Estimated shrinkage is towards the mean variance of the scaled features, which is 1 where no feature is constant.
        towards = float(squares.sum()) / (n * p) if shrinkage is None else 1.0
        floor = s * towards + _RIDGE
        if n >= p and len(parts(n, 8 * p)) > 1:
            gram *= (1 - s) / n
            gram[np.diag_indices(p)] += floor
            return cls(
                total / n, deviation, Triangular(cholesky(gram, lower=True, overwrite_a=True, check_finite=False))
            )
        if n < p:
            _, size, rows = np.linalg.svd(whole, full_matrices=False)
            power, directions = size**2, rows.T
        else:
            power, directions = np.linalg.eigh(gram)
        variance = (1 - s) * np.maximum(power, 0.0) / n + floor
        return cls(total / n, deviation, Symmetric(directions, floor**-0.5, variance**-0.5 - floor**-0.5))

    def __call__(self, recordings: Rows) -> Float[np.ndarray, "recording feature"]:
        """z of recordings, all in memory."""
        found = np.empty(recordings.shape)
        for part, block in recordings:
            found[part] = self.root((block - self.mean) / self.deviation)
        return found

    def feature_weights(self, weight: Float[np.ndarray, "feature word"]) -> Float[np.ndarray, "feature word"]:
        """Weights on the features themselves that act as `weight` does on z."""
        return self.root.back(weight.T).T / self.deviation[:, None]

    def slope(self, of_features: Float[np.ndarray, "feature word"]) -> Float[np.ndarray, "feature word"]:
        """Slope by weights on z, from that by weights on the features."""
        return self.root((of_features / self.deviation[:, None]).T).T


def ledoit_wolf_shrinkage(
    squares: Float[np.ndarray, " recording"], gram: Float[np.ndarray, "n n"], n_features: int
) -> float:
    """How far to shrink a sample covariance of residuals of mean 0 (Ledoit and Wolf 2004, lemma 3.3).

    Args:
        squares: sum of squares of each recording.
        gram: sums of products between recordings, or between features, whichever are fewer: their squares have the same sum. scikit-learn's
            run over pairs of features, which may be thousands.
        n_features: p.
    """
    n, p = len(squares), n_features
    trace = float(squares.sum()) / n
    norm = float(np.vdot(gram, gram)) / n**2
    spread = norm - trace**2 / p
    error = (float((squares**2).sum()) / n - norm) / n
    return float(np.clip(error / spread, 0, 1)) if spread > 0 else 1.0
