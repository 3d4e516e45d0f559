"""Global noise: a few factors, each a smooth field over the whole head, as of arousal, breathing and motion.

C_space -> (1 - q) C_space + q F F' / K,      column k of F a smooth field of mean square 1,  q = `factor_share`,  K = `noise_factors`
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

from neurona.simulation.patterns import smoothing

_REACH_MM = 40.0


def with_factors(
    covariance: Float[np.ndarray, "channel channel"],
    positions: Float[np.ndarray, "channel 3"],
    factors: int,
    share: float,
    rng: np.random.Generator,
) -> Float[np.ndarray, "channel channel"]:
    """The covariance of noise with global factors; its mean variance stays what it was.

    Args:
        covariance: C_space, of mean variance 1.
        positions: of the channels, mm.
        factors: K.
        share: q.
        rng: of the fields.
    """
    fields = smoothing(cdist(positions, positions), _REACH_MM) @ rng.standard_normal((len(positions), factors))
    fields /= np.sqrt(np.mean(fields**2, axis=0))
    return (1 - share) * covariance + share * (fields @ fields.T) / factors
