"""Noise whitening: rotate and scale features so that what the answers do not explain is white.

The noise of a recording is what remains of its features x after the part that its answers explain:

    x_n = m + B a_n + e_n,    e_n ~ N(0, S),    S = L L^T,    z_n = L^(-1) (x_n - m)

with a_n the answers given about recording n (+1 yes, -1 no, 0 not asked; one indicator per word of a describe
answer). The correlations in S are shrunk towards 0 (Ledoit and Wolf 2004, J. Multivariate Analysis 88:365), the
variances are not, as multivariate noise normalisation does (Walther et al. 2016, NeuroImage 137:188). A linear
read-out of z with weight decay then prefers directions of little noise, as linear discriminant analysis does.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float
from sklearn.covariance import ledoit_wolf


def noise_covariance(
    features: Float[np.ndarray, "recording feature"],
    answers: Float[np.ndarray, "recording asked"],
    shrinkage: float | None = None,
) -> Float[np.ndarray, "feature feature"]:
    """Shrunk covariance of the features around what the answers explain.

    Args:
        features: training recordings.
        answers: one column per distinct question, one row per recording; see the module's docstring.
        shrinkage: of the correlations, 0 (sample covariance) to 1 (variances alone); None estimates it.

    Returns:
        Symmetric positive definite matrix; a feature without noise gets the smallest positive variance's place.
    """
    design = np.column_stack([np.ones(len(features)), answers])
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


class NoiseWhitening(nnx.Module):
    """z = L^(-1) (x - m), with S = L L^T.

    Args:
        mean: m `[feature]`, of the training recordings.
        covariance: S `[feature, feature]`, positive definite.
    """

    def __init__(self, mean: Float[np.ndarray, " feature"], covariance: Float[np.ndarray, "feature feature"]):
        self.mean = nnx.Variable(jnp.asarray(mean, dtype=jnp.float32))
        self.root = nnx.Variable(jnp.asarray(np.linalg.cholesky(covariance), dtype=jnp.float32))

    @classmethod
    def of(
        cls,
        features: Float[np.ndarray, "recording feature"],
        answers: Float[np.ndarray, "recording asked"],
        shrinkage: float | None = None,
    ) -> NoiseWhitening:
        """Estimated from training recordings; see `noise_covariance`."""
        values = np.asarray(features, dtype=np.float64)
        return cls(values.mean(axis=0), noise_covariance(values, answers, shrinkage))

    def __call__(self, features: Float[Array, "recording feature"]) -> Float[Array, "recording feature"]:
        return solve_triangular(self.root[...], (features - self.mean[...][None]).T, lower=True).T

    def feature_weights(self, weight: Float[Array, "feature concept"]) -> Float[Array, "feature concept"]:
        """Weights on the features themselves that act as `weight` does on z."""
        return solve_triangular(self.root[...], weight, lower=True, trans=1)
