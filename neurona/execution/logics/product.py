"""Product logic: the parts of a conjunction are independent events.

p(all) = product of p                                     P. Hajek (1998), Metamathematics of Fuzzy Logic
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.logics.logic import Logic, register_logic

SUREST = -1e-6
"""Largest log p: keeps 1 - p and its gradient finite."""


@register_logic
@dataclass(frozen=True)
class Product(Logic):
    """Two equal parts are two events: `a & a` is less probable than `a`."""

    name = "product"
    laws = frozenset({"commutativity", "associativity", "double_negation", "de_morgan"})

    def all(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        log_p = jnp.minimum(jax.nn.log_sigmoid(scores).sum(axis), SUREST)
        return log_p - jnp.log(-jnp.expm1(log_p))  # logit(p) = log p - log(1 - p)
