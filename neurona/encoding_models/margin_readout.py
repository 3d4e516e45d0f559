"""Answers from two kinds of evidence: ratios, which take the rest of the scene as noise, and margins, which search for it.

    logit P(yes) = w_1 logit + w_2 f(margin) + w_3 f(toggle) + b      one w for facts of 0, 1 and 2 arguments
    log P(word)  = w_1 log p + w_2 f(margin) + w_3 f(toggle), normalised over the words

with f(m) = sign(m) log(1 + |m|), as margins of a model that is a little wrong are far too sure. Weights come from validation
questions: where signal is strong margins decide, where it is weak ratios do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize
from scipy.special import log_softmax

from neurona.encoding_models.calibration import LEAST, logistic_weights

Parts = Float[np.ndarray, "_ 3"]


def parts_of(
    logit: Float[np.ndarray, " fact"], margin: Float[np.ndarray, " fact"], toggle: Float[np.ndarray, " fact"]
) -> Parts:
    """The columns that are weighed; a fact that no search knows of has margins of 0."""
    return np.stack([logit, compressed(margin), compressed(toggle)], axis=1)


def compressed(margin: Float[np.ndarray, " fact"]) -> Float[np.ndarray, " fact"]:
    """f."""
    known = np.nan_to_num(margin, nan=0.0)
    return np.sign(known) * np.log1p(np.abs(known))


@dataclass
class MarginReadout:
    """Weights by number of arguments, the last one the bias, and of words; without validation questions, ratios alone decide."""

    weights: dict[int, Float[np.ndarray, " 4"]] = field(default_factory=dict)
    of_words: Float[np.ndarray, " 3"] = field(default_factory=lambda: np.array([1.0, 0.0, 0.0]))

    def logits(self, parts: Parts, arity: Int[np.ndarray, " fact"]) -> Float[np.ndarray, " fact"]:
        """Logit of each fact."""
        found = parts[:, 0].copy()
        for size, weights in self.weights.items():
            of = arity == size
            found[of] = parts[of] @ weights[:-1] + weights[-1]
        return found

    def words(self, parts: Sequence[Parts]) -> list[Float[np.ndarray, " word"]]:
        """Log probability of each word of each question."""
        return [log_softmax(part @ self.of_words) for part in parts]


def fit_margin_readout(
    parts: Parts,
    arity: Int[np.ndarray, " fact"],
    holds: Bool[np.ndarray, " fact"],
    words: Sequence[Parts],
    target: Int[np.ndarray, " question"],
) -> MarginReadout:
    """Weights from validation questions about facts, and from those that ask which word holds.

    Args:
        parts, arity, holds: of facts.
        words, target: of the words of each question, and the place of the right one.
    """
    readout = MarginReadout()
    for size in np.unique(arity).tolist():
        of = arity == size
        if of.sum() >= LEAST and 0 < holds[of].mean() < 1:
            readout.weights[size] = logistic_weights(parts[of], holds[of])
    if len(words) >= LEAST:

        def loss(weights: Float[np.ndarray, " 3"]) -> float:
            told = [log_softmax(part @ weights)[k] for part, k in zip(words, target, strict=True)]
            return float(-np.mean(told) + 1e-3 * (weights**2).sum())

        found = minimize(loss, np.array([0.8, 0.2, 0.2]), method="L-BFGS-B", bounds=[(0, None)] * 3).x
        readout.of_words = np.asarray(found)
    return readout
