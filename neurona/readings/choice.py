"""Conditional logit: which of some possible answers is right, from a few signals of each.

    p(answer) = exp(w . signals(answer)) / sum over the question's answers of the same

A question of yes or no is the choice between yes, with signals, and no, whose signals are 0. Weights are drawn to a given start by a
normal prior of precision `pull` (D. McFadden 1974, Conditional logit analysis of qualitative choice behavior). This is the one
regression of a few weights in the house: asking models, read-outs and experts are weighed by it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize


def fit_choice(
    signals: Float[np.ndarray, "item signal"],
    question: Int[np.ndarray, " item"],
    right: Bool[np.ndarray, " item"],
    start: Float[np.ndarray, " signal"],
    pull: float = 1.0,
    least: Float[np.ndarray, " signal"] | None = None,
    offset: Float[np.ndarray, " item"] | None = None,
) -> Float[np.ndarray, " signal"]:
    """The weights w of largest posterior probability.

    Args:
        signals: of each possible answer.
        question: that it answers; the items of a question need not stand together.
        right: whether it is the right one; exactly one of each question is.
        start: mean of the prior, and where the search begins.
        pull: precision of the prior, in questions or so.
        least: lower bounds of the weights.
        offset: added to w . signals; 0 when None.
    """
    start = np.asarray(start, np.float64)
    if not len(question):
        return start
    order = np.argsort(question, kind="stable")
    values, correct, owner = signals[order].astype(np.float64), right[order], question[order]
    known = np.zeros(len(order)) if offset is None else np.asarray(offset, np.float64)[order]
    first = np.flatnonzero(np.r_[True, np.diff(owner) != 0])
    of_item = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(owner)]))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total = values @ w + known
        total = total - np.maximum.reduceat(total, first)[of_item]
        grown = np.exp(total)
        normaliser = np.add.reduceat(grown, first)
        value = np.log(normaliser).sum() - total[correct].sum() + 0.5 * pull * ((w - start) ** 2).sum()
        slope = values.T @ (grown / normaliser[of_item] - correct) + pull * (w - start)
        return float(value), slope

    bounds = None if least is None else [(bound, None) for bound in least]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def yes_or_no(
    signals: Float[np.ndarray, "question signal"], yes: Bool[np.ndarray, " question"]
) -> tuple[Float[np.ndarray, "item signal"], Int[np.ndarray, " item"], Bool[np.ndarray, " item"]]:
    """Questions of yes or no as choices, in the form that `fit_choice` takes; a constant is one more signal, 1."""
    items = np.concatenate([signals, np.zeros_like(signals)])
    question = np.tile(np.arange(len(signals)), 2)
    return items, question, np.concatenate([yes, ~yes])
