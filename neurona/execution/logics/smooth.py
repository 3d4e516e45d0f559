"""Smooth minimum and maximum of logits, whose gradients reach every part; Goedel's logic as the temperature goes to 0.

all = -t log sum exp(-s / t)
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jaxtyping import Array, Float

from neurona.execution.logics.logic import Logic, register_logic


@register_logic
@dataclass(frozen=True)
class Smooth(Logic):
    """Attributes: temperature: t, in logits, positive."""

    temperature: float = 0.25

    name = "smooth"
    laws = frozenset({"commutativity", "associativity", "double_negation", "de_morgan"})

    def all(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        return -self.temperature * jax.nn.logsumexp(-scores / self.temperature, axis)
