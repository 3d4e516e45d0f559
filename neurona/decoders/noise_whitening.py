"""Noise whitening: rotate and scale features so that what the words explain leaves white noise.

The noise of a recording is what remains of its features x after the part that is explained by what it shows:

    x_n = m + B a_n + e_n,    e_n ~ N(0, S),    S = L L^T,    z_n = L^(-1) (x_n - m)

with a_n how probably recording n shows each word, by its answers. The correlations in S are shrunk towards 0 (Ledoit and Wolf 2004, J.
Multivariate Analysis 88:365), the variances are not, as multivariate noise normalisation does (Walther et al. 2016, NeuroImage 137:188).
A linear read-out of z with weight decay then prefers directions of little noise, as linear discriminant analysis does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.linalg import solve_triangular
from sklearn.covariance import ledoit_wolf


def noise_covariance(
    features: Float[np.ndarray, "recording feature"],
    words: Float[np.ndarray, "recording word"],
    shrinkage: float | None = None,
) -> Float[np.ndarray, "feature feature"]:
    """Shrunk covariance of the features around what the words explain.

    Args:
        features: training recordings.
        words: a; constants of any number may be among them.
        shrinkage: of the correlations, 0 (sample covariance) to 1 (variances alone); None estimates it.

    Returns:
        Symmetric positive definite matrix; a feature without noise gets the smallest positive variance's place.
    """
    design = np.column_stack([np.ones(len(features)), words])
    residual = features - design @ np.linalg.lstsq(design, features, rcond=None)[0]
    deviation = residual.std(axis=0)
    positive = deviation[deviation > 1e-6 * max(deviation.max(), 1e-12)]
    deviation = np.maximum(deviation, positive.min() if len(positive) else 1.0)
    scaled = residual / deviation
    if shrinkage is None:
        correlation = ledoit_wolf(scaled, assume_centered=True)[0]
    else:
        correlation = (1 - shrinkage) * scaled.T @ scaled / len(scaled) + shrinkage * np.eye(scaled.shape[1])
    # A small ridge keeps the matrix invertible where fewer recordings than features meet no shrinkage.
    return deviation[:, None] * (correlation + 1e-6 * np.eye(len(correlation))) * deviation


@dataclass(frozen=True)
class NoiseWhitening:
    """z = L^(-1) (x - m).

    Attributes:
        mean: m, of the training recordings.
        root: L, lower triangular.
    """

    mean: Float[np.ndarray, " feature"] = field(repr=False)
    root: Float[np.ndarray, "feature feature"] = field(repr=False)

    @classmethod
    def of(
        cls,
        features: Float[np.ndarray, "recording feature"],
        words: Float[np.ndarray, "recording word"],
        shrinkage: float | None = None,
    ) -> NoiseWhitening:
        """Estimated from training recordings; see `noise_covariance`."""
        values = np.asarray(features, dtype=np.float64)
        return cls(values.mean(axis=0), np.linalg.cholesky(noise_covariance(values, words, shrinkage)))

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording feature"]:
        white: np.ndarray = solve_triangular(self.root, (features - self.mean).T, lower=True).T
        return white

    def feature_weights(self, weight: Float[np.ndarray, "feature word"]) -> Float[np.ndarray, "feature word"]:
        """Weights on the features themselves that act as `weight` does on z."""
        found: np.ndarray = solve_triangular(self.root, weight, lower=True, trans=1)
        return found
