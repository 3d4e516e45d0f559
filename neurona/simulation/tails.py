"""Noise with heavy tails: now and then a whole sample is noisy, as where a head jerks.

    e_n[., t] -> e_n[., t] sqrt((nu - 2) / chi^2_nu),      1 / nu = `noise_tails`

One draw for all channels of a sample makes it multivariate Student's t of the same covariance (K. Lange, R. Little, J. Taylor 1989, JASA 84:881).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def tail_scales(
    recordings: int, samples: int, tails: float, rng: np.random.Generator
) -> Float[np.ndarray, "recording 1 time"]:
    """Factors of mean square 1.

    Args:
        recordings, samples: how many.
        tails: 1 / nu, above 0 and below 1/2.
        rng: of the draws.
    """
    freedom = 1 / tails
    drawn = rng.chisquare(freedom, (recordings, 1, samples))
    return np.sqrt((freedom - 2) / drawn).astype(np.float32)
