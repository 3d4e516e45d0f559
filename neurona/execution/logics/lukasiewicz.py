"""Lukasiewicz's logic: what the parts of a conjunction lack adds up.

p(all) = max(0, 1 - sum of (1 - p))                       P. Hajek (1998), Metamathematics of Fuzzy Logic
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.logics.logic import Logic, register_logic

SMALLEST = 1e-6
"""Probabilities stay so far from 0 and 1, where logits have no end."""


@register_logic
@dataclass(frozen=True)
class Lukasiewicz(Logic):
    """`a | ~a` is sure."""

    name = "lukasiewicz"
    laws = frozenset({"commutativity", "associativity", "double_negation", "de_morgan", "excluded_middle"})

    def all(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        # Computed from the small side, 1 - p, where float32 is exact.
        lacking = jnp.clip(jax.nn.sigmoid(-scores).sum(axis), SMALLEST, 1 - SMALLEST)
        return jnp.log1p(-lacking) - jnp.log(lacking)
