"""Responses that do not add up: components saturate, and neighbours divide each other's gain.

    f_c -> tanh(a f_c / s) s / a                                   a = `saturation`, s the root mean square of f over scenes and components
    f_c -> f_c / sqrt(1 - d + d p_c / mean p)                      d = `normalisation`, p = activity f^2 around c (Gaussian of 20 mm)

M. Carandini, D. Heeger (2012). Normalization as a canonical neural computation. Nature Reviews Neuroscience 13:51.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from neurona.simulation.patterns import gaussian

_POOL_MM = 20.0


def saturated(
    responses: Float[np.ndarray, "*scene component"], saturation: float
) -> Float[np.ndarray, "*scene component"]:
    """Responses of unit slope at 0 that level off at s / a."""
    most = np.sqrt(np.mean(responses**2)) / saturation
    found: np.ndarray = most * np.tanh(responses / most)
    return found.astype(np.float32)


def normalised(
    responses: Float[np.ndarray, "*scene component"],
    distances: Float[np.ndarray, "component component"],
    normalisation: float,
) -> Float[np.ndarray, "*scene component"]:
    """Responses divided by what goes on around them."""
    kernel = gaussian(distances, _POOL_MM).astype(np.float32)
    pool = responses**2 @ (kernel / kernel.sum(axis=1, keepdims=True)).T
    found: np.ndarray = responses / np.sqrt(1 - normalisation + normalisation * pool / pool.mean())
    return found.astype(np.float32)
