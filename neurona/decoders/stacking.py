"""How much each view of the recordings is believed: stacked logits.

    weights = argmin_{beta >= 0} loss( sum_v beta_v logits_v )        on recordings that the logits of no view were fitted to

A view that says nothing new gets no weight, and one that was too sure of itself gets less than 1. Nothing else is fitted, so a handful of
views need few recordings.

L. Breiman (1996). Stacked regressions. Machine Learning 24, 49-64: weights that are not negative, learned on held-out predictions.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from neurona.decoders.label_worlds import LabelWorlds


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
        return loss, np.einsum("vrw,rw->v", logits, slope)

    views = len(logits)
    found = minimize(objective, np.full(views, 1 / views), jac=True, method="L-BFGS-B", bounds=[(0, None)] * views)
    weights: np.ndarray = found.x
    return weights
