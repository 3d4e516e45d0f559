"""Product of experts: two fitted decoders, their logits added with weights learned on validation questions.

    logit = b1 logit_1 + b2 logit_2 (yes/no),      log score of a word = c1 log p_1 + c2 log p_2 + constant (describe)

A product of probabilities p_1^b1 p_2^b2 (Hinton 2002, Neural Computation 14:1771). Without validation questions both weigh 1/2.
Weights below 0 are set to 0: no expert is turned against itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from neurona.decoders.problem import Asked, Decoder, Problem
from neurona.execution import Answers


@dataclass(frozen=True)
class ProductOfExpertsSettings:
    """Which decoders.

    Attributes:
        kind: of decoder.
        experts: kinds of the two; each is fitted with its own defaults, unless fitted decoders are given.
        pull: how strongly weights are drawn to 1/2, in questions.
    """

    kind: Literal["product_of_experts"] = "product_of_experts"
    experts: tuple[str, str] = ("relational_evidence", "explain")
    pull: float = 10.0


@dataclass(frozen=True)
class ProductOfExperts:
    """Two experts and their weights.

    Attributes:
        experts: fitted decoders.
        yes_no, describe: their weights.
    """

    experts: tuple[Decoder, Decoder] = field(repr=False)
    yes_no: Float[np.ndarray, " expert"]
    describe: Float[np.ndarray, " expert"]

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """`yes_no` `[Q]`: weighted sum of the experts' logits; `describe` `[Q, words]`: the same of their log probabilities."""
        yes_no, describe = _told(self.experts, features, asked)
        added = np.tensordot(self.describe, np.where(np.isfinite(describe), describe, 0.0), axes=1)
        return Answers(self.yes_no @ yes_no, np.where(np.isfinite(describe[0]), added, -np.inf))  # type: ignore[arg-type]


def fit_product_of_experts(
    problem: Problem, settings: ProductOfExpertsSettings, experts: tuple[Decoder, Decoder]
) -> ProductOfExperts:
    """Weigh two decoders that are fitted on `problem.train`."""
    asked = problem.validation
    half = np.full(2, 0.5)
    if not len(asked):
        return ProductOfExperts(experts, half, half)
    yes_no, describe = _told(experts, problem.entities.features, asked)
    is_describe = asked.is_describe
    sign = np.where(asked.target > 0, 1.0, -1.0)[~is_describe]
    told, words, target = yes_no[:, ~is_describe], describe[:, is_describe], asked.target[is_describe]

    def yes_no_loss(b: np.ndarray) -> float:
        return float(np.logaddexp(0, -sign * (b @ told)).sum()) + _prior(b)

    def describe_loss(c: np.ndarray) -> float:
        added = np.tensordot(c, np.where(np.isfinite(words), words, 0.0), axes=1)
        added = np.where(np.isfinite(words[0]), added, -np.inf)
        return float((np.logaddexp.reduce(added, axis=1) - added[np.arange(len(target)), target]).sum()) + _prior(c)

    def _prior(b: np.ndarray) -> float:
        return float(settings.pull * ((b - 0.5) ** 2).sum())

    def least(loss) -> np.ndarray:
        return minimize(loss, half, method="L-BFGS-B", bounds=[(0, None)] * 2).x

    return ProductOfExperts(
        experts, least(yes_no_loss) if len(sign) else half, least(describe_loss) if len(target) else half
    )


def _told(experts: tuple[Decoder, Decoder], features: np.ndarray, asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    """Logits and log scores of both, `[expert, question]` and `[expert, question, word]`; log scores are normalised."""
    answers = [expert.answer(features, asked) for expert in experts]
    describe = np.stack([np.asarray(given.describe, np.float64) for given in answers])
    # Of yes/no questions no word is possible, and the sum over words is empty.
    total = np.logaddexp.reduce(describe, axis=2, keepdims=True)
    describe = describe - np.where(np.isfinite(total), total, 0.0)
    return np.stack([np.asarray(given.yes_no, np.float64) for given in answers]), describe
