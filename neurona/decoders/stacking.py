"""How much each view of the recordings is believed: stacked logits.

    weights = argmin_{beta >= 0} loss( sum_v beta_v logits_v )        on recordings that the logits of no view were fitted to

A view that says nothing new gets no weight, and one that was too sure of itself gets less than 1. Nothing else is fitted, so a handful of
views need few recordings. One view alone is drawn to 1 (`PULL`): where few recordings were held out, or all were read rightly, they hardly say how sure it may be.

L. Breiman (1996). Stacked regressions. Machine Learning 24, 49-64: weights that are not negative, learned on held-out predictions.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from neurona.decoders.label_worlds import LabelWorlds

PULL = 10.0
"""Precision of the weight of one view alone about 1: a priori it is off by a third."""


def view_weights(
    logits: Float[np.ndarray, "view row word"], labels: LabelWorlds, likelihood: Float[np.ndarray, "row world"]
) -> Float[np.ndarray, " view"]:
    """Weights of the views.

    Args:
        logits: of held-out recordings.
        labels: the worlds.
        likelihood: of the recordings' answers in each world, logarithms.
    """

    def objective(weight: np.ndarray) -> tuple[float, np.ndarray]:
        loss, slope = labels.loss(np.tensordot(weight, logits, 1), likelihood)
        apart = weight - 1
        return loss + pull / 2 * float(apart @ apart), np.einsum("vrw,rw->v", logits, slope) + pull * apart

    views, pull = len(logits), PULL / logits.shape[1] if len(logits) == 1 else 0.0
    found = minimize(objective, np.full(views, 1 / views), jac=True, method="L-BFGS-B", bounds=[(0, None)] * views)
    weights: np.ndarray = found.x
    return weights
