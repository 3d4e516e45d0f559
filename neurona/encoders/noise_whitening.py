"""Noise whitening: rotate and scale features so that what the answers do not explain is white.

The noise of a recording is what remains of its features x after the part that its answers explain:

    x_n = B a_n + e_n,    e_n ~ N(0, S),    z_n = x_n S^(-1/2)

with a_n the answers given about recording n (+1 yes, -1 no, 0 not asked; one indicator per word of a describe
answer). S is shrunk towards a multiple of the identity (Ledoit and Wolf 2004, J. Multivariate Analysis 88:365).
A linear read-out of z with weight decay then prefers directions of little noise, as linear
discriminant analysis does.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float
from sklearn.covariance import ledoit_wolf


def noise_covariance(
    features: Float[np.ndarray, "recording feature"],
    answers: Float[np.ndarray, "recording asked"],
    shrinkage: float | None = None,
) -> Float[np.ndarray, "feature feature"]:
    """Shrunk covariance of the features around what the answers explain.

    Args:
        features: training recordings, standardised.
        answers: one column per distinct question, one row per recording; see the module's docstring.
        shrinkage: 0 (sample covariance) to 1 (multiple of the identity); None estimates it.

    Returns:
        Symmetric positive definite matrix.
    """
    design = np.column_stack([np.ones(len(features)), answers])
    explained = design @ np.linalg.lstsq(design, features, rcond=None)[0]
    residual = features - explained
    if shrinkage is None:
        return ledoit_wolf(residual, assume_centered=True)[0]
    covariance = residual.T @ residual / len(residual)
    scale = max(float(np.trace(covariance)) / len(covariance), 1e-6)
    return (1 - shrinkage) * covariance + shrinkage * scale * np.eye(len(covariance))


class NoiseWhitening(nnx.Module):
    """z = x S^(-1/2), with the symmetric inverse square root.

    Args:
        covariance: S `[feature, feature]`, positive definite.
    """

    def __init__(self, covariance: Float[np.ndarray, "feature feature"]):
        values, vectors = np.linalg.eigh(covariance.astype(np.float64))
        root = np.sqrt(np.maximum(values, 1e-8 * values.max()))
        self.matrix = nnx.Variable(jnp.asarray((vectors / root) @ vectors.T, dtype=jnp.float32))

    def __call__(self, features: Float[Array, "*batch feature"]) -> Float[Array, "*batch feature"]:
        return features @ self.matrix[...]
