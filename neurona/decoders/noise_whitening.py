"""Noise whitening: rotate and scale features so that what the words explain leaves white noise.

The noise of a recording is what remains of its features x after the part that is explained by what it shows:

    x_n = m + B a_n + e_n,    e_n ~ N(0, S),    S = D ((1 - s) R + (s + ridge) I) D,    z_n = S^(-1/2)' D^(-1) (x_n - m)

with a_n how probably recording n shows each word, by its answers. The correlations R in S are shrunk towards 0 (Ledoit and Wolf 2004, J.
Multivariate Analysis 88:365), the variances D^2 are not, as multivariate noise normalisation does (Walther et al. 2016, NeuroImage 137:188).
A linear read-out of z with weight decay then prefers directions of little noise, as linear discriminant analysis does.

The residuals of n recordings span n directions at most, and S is a multiple of I beyond them: nothing here is larger than recordings x features.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

_TOGETHER = 1024
"""Recordings that are looked at together."""
_RIDGE = 1e-6
"""Keeps S invertible where fewer recordings than features meet no shrinkage."""


@dataclass(frozen=True)
class NoiseWhitening:
    """z = (g I + V diag(h) V') D^(-1) (x - m), the symmetric root of S^(-1) in units of D.

    Attributes:
        mean: m, of the training recordings.
        deviation: D, of the noise; a feature without noise gets the smallest positive one's place.
        directions: V, of the residuals.
        gain: g, of all other directions.
        extra: h, by which those of the residuals are more, or less, than that.
    """

    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)
    directions: Float[np.ndarray, "feature direction"] = field(repr=False)
    gain: float
    extra: Float[np.ndarray, " direction"] = field(repr=False)

    @classmethod
    def of(
        cls,
        features: Float[np.ndarray, "recording feature"],
        words: Float[np.ndarray, "recording word"],
        shrinkage: float | None = None,
    ) -> NoiseWhitening:
        """Estimated from training recordings.

        Args:
            features: of training recordings.
            words: a; constants of any number may be among them.
            shrinkage: s of the correlations, 0 (those of the sample) to 1 (variances alone); None estimates it.
        """
        # One array, changed in place: recordings x features are what a fit has most of.
        residual = np.array(features, dtype=np.float64)
        mean, design = residual.mean(axis=0), np.column_stack([np.ones(len(residual)), words])
        explained = np.linalg.pinv(design) @ residual
        for part in _blocks(len(residual)):
            residual[part] -= design[part] @ explained
        deviation = residual.std(axis=0)
        positive = deviation[deviation > 1e-6 * max(deviation.max(), 1e-12)]
        deviation = np.maximum(deviation, positive.min() if len(positive) else 1.0)
        residual /= deviation
        s = ledoit_wolf_shrinkage(residual) if shrinkage is None else shrinkage
        # Estimated shrinkage is towards the mean variance of the scaled features, which is 1 where no feature is constant.
        towards = float(np.vdot(residual, residual)) / residual.size if shrinkage is None else 1.0
        squares, directions = principal_axes(residual)
        floor = s * towards + _RIDGE
        variance = (1 - s) * squares / len(residual) + floor
        return cls(mean, deviation, directions, floor**-0.5, variance**-0.5 - floor**-0.5)

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording feature"]:
        found = np.empty(features.shape)
        for part in _blocks(len(features)):
            found[part] = self._root((features[part] - self.mean) / self.deviation)
        return found

    def feature_weights(self, weight: Float[np.ndarray, "feature word"]) -> Float[np.ndarray, "feature word"]:
        """Weights on the features themselves that act as `weight` does on z."""
        return self._root(weight.T).T / self.deviation[:, None]

    def _root(self, scaled: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row feature"]:
        found: np.ndarray = self.gain * scaled + (scaled @ self.directions * self.extra) @ self.directions.T
        return found


def _blocks(rows: int) -> list[slice]:
    """Parts of so many rows whose float64 copies are small."""
    return [slice(start, start + _TOGETHER) for start in range(0, rows, _TOGETHER)]


def ledoit_wolf_shrinkage(residual: Float[np.ndarray, "recording feature"]) -> float:
    """How far to shrink a sample covariance of residuals of mean 0 (Ledoit and Wolf 2004, lemma 3.3).

    The sums run over pairs of recordings or of features, whichever are fewer; scikit-learn's run over pairs of features, which may be thousands.
    """
    n, p = residual.shape
    squares = np.einsum("nf,nf->n", residual, residual)
    trace = float(squares.sum()) / n
    # The same sum over pairs of recordings as over pairs of features.
    gram = residual @ residual.T if n < p else residual.T @ residual
    norm = float(np.vdot(gram, gram)) / n**2
    spread = norm - trace**2 / p
    error = (float((squares**2).sum()) / n - norm) / n
    return float(np.clip(error / spread, 0, 1)) if spread > 0 else 1.0


def principal_axes(
    values: Float[np.ndarray, "row feature"],
) -> tuple[Float[np.ndarray, " direction"], Float[np.ndarray, "feature direction"]]:
    """Squared singular values, and right singular vectors, as many as rows or features, whichever are fewer."""
    if len(values) < values.shape[1]:
        _, size, rows = np.linalg.svd(values, full_matrices=False)
        return size**2, rows.T
    squares, vectors = np.linalg.eigh(values.T @ values)
    return np.maximum(squares, 0.0), vectors
