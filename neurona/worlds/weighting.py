"""Weights of worlds under which single facts have the probabilities that are known better than from counting worlds.

Sampled worlds hold a fact in a share of worlds that is noisy; its Rao-Blackwell probability is less so. Of all weights near those
of the sampler, these have the facts' probabilities:

    min_w  KL(w, w0) + sum_f (E_w[y_f] - p_f)^2 / (2 s^2)

the maximum-entropy form of iterative proportional fitting (I. Csiszar 1975, I-divergence geometry, Annals of Probability 3), solved by
Newton steps in its dual, w ~ w0 exp(lambda . y). The tolerance s keeps weights bounded where probabilities contradict each other or no
worlds could have them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

_CERTAIN = 0.005
"""Facts nearer to 0 or 1 than this are left as they are."""


class Weighted(NamedTuple):
    """Weights of K worlds.

    Attributes:
        share: of each world, sum 1.
        discrepancy: mean absolute difference between the facts' share of worlds and their probability, over the facts that were fitted.
        effective: number of worlds, 1 / sum of squared shares.
    """

    share: Float[np.ndarray, " world"]
    discrepancy: float
    effective: float


def weighted(
    holds: Bool[np.ndarray, "fact world"],
    share: Float[np.ndarray, " world"],
    probability: Float[np.ndarray, " fact"],
    *,
    tolerance: float = 0.02,
    steps: int = 12,
) -> Weighted:
    """Fit the weights of one recording's worlds.

    Args:
        holds: in which worlds each fact holds.
        share: of each world, by the sampler.
        probability: of each fact.
        tolerance: s; a fact may stay apart by s^2 times its multiplier, which is a log ratio of weights.
        steps: of Newton at most.
    """
    count = holds.sum(axis=1)
    fitted = (np.abs(probability - 0.5) < 0.5 - _CERTAIN) & (count > 0) & (count < holds.shape[1])
    facts, target = holds[fitted].astype(np.float64), probability[fitted].astype(np.float64)
    loose, log_share = tolerance**2, np.log(np.maximum(share, 1e-300))
    rough = facts.astype(np.float32)  # the curve need not be exact for steps to end where the slope is 0
    multiplier = np.zeros(len(target))

    def dual(multiplier: Float[np.ndarray, " fitted"]) -> tuple[float, Float[np.ndarray, " world"]]:
        logs = log_share + multiplier @ facts
        top = logs.max()
        weights = np.exp(logs - top)
        value = top + np.log(weights.sum()) - multiplier @ target + loose * multiplier @ multiplier / 2
        return float(value), weights / weights.sum()

    value, found = dual(multiplier)
    for _ in range(steps if len(target) else 0):
        mean = facts @ found
        slope = mean - target + loose * multiplier
        if np.abs(slope).max() < 1e-6:
            break
        curve = ((rough * found.astype(np.float32)) @ rough.T).astype(np.float64) - np.outer(mean, mean)
        curve[np.diag_indices_from(curve)] += loose
        step = np.linalg.solve(curve, slope)
        # The dual is convex; a step that overshoots is halved.
        for _ in range(20):
            lower, weights = dual(multiplier - step)
            if lower < value or np.abs(step).max() < 1e-12:
                break
            step = step / 2
        else:
            break
        multiplier, value, found = multiplier - step, lower, weights
    apart = float(np.abs(facts @ found - target).mean()) if len(target) else 0.0
    return Weighted(found, apart, float(1 / (found**2).sum()))
