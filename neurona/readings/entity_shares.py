"""What each entity adds to the strongest of them: the Shapley shares of a maximum.

    max_p s_p - b = sum_p share_p,       s_(1) <= s_(2) <= ... sorted,  s_(0) = b

    share of the k-th = sum_{j <= k} (s_(j) - s_(j - 1)) / (P - j + 1)

A maximum is no sum, and the score of an entity is not what it adds: one that is hardly weaker than the strongest adds as much, for
either would do alone. The shares are what an entity adds on average over all orders in which the entities might be asked (L. S.
Shapley 1953, A value for n-person games; the closed form is that of the airport game: S. C. Littlechild and G. Owen 1973).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def shares_of_strongest(
    scores: Float[np.ndarray, "recording word entity"], usual: Float[np.ndarray, " word"]
) -> Float[np.ndarray, "recording entity word"]:
    """Shares that add up to each word's strongest score minus its usual one.

    Args:
        scores: logits.
        usual: b, what the strongest score usually is.
    """
    order = np.argsort(scores, axis=2, kind="stable")
    ascending = np.take_along_axis(scores, order, axis=2).astype(np.float64)
    start = np.broadcast_to(usual[None, :, None], (*scores.shape[:2], 1))
    steps = np.diff(np.concatenate([start, ascending], axis=2), axis=2)
    sharing = np.arange(scores.shape[2], 0, -1)
    found = np.empty(scores.shape)
    np.put_along_axis(found, order, np.cumsum(steps / sharing, axis=2), axis=2)
    return found.swapaxes(1, 2)
