"""Logics: what the connectives mean on scores. Scores are logits: yes when above 0.

`reference` is Goedel's logic on logits (min, max, sign change). `product` treats sub-expressions as
independent events: p(a & b) = p(a) p(b), p(~a) = 1 - p(a), and is computed on log-probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.errors import ConfigError, nearest_name


class Logic(NamedTuple):
    """Conjunction and disjunction along an axis; negation is the sign change of a logit in every logic."""

    name: str
    all: Callable[[Array, int], Array]
    any: Callable[[Array, int], Array]


def _product_all(scores: Float[Array, ...], axis: int) -> Float[Array, ...]:
    log_p = jnp.minimum(jax.nn.log_sigmoid(scores).sum(axis), -1e-6)
    # logit(p) = log p - log(1 - p); the bound above keeps 1 - p and its gradient finite.
    return log_p - jnp.log(-jnp.expm1(log_p))


LOGICS = {
    "reference": Logic("reference", lambda s, axis: s.min(axis), lambda s, axis: s.max(axis)),
    "product": Logic("product", _product_all, lambda s, axis: -_product_all(-s, axis)),
}


def get_logic(name: str) -> Logic:
    """The logic of that name.

    Raises:
        ConfigError: no such logic.
    """
    if name not in LOGICS:
        raise ConfigError(f"unknown logic {name!r}{nearest_name(name, LOGICS)}")
    return LOGICS[name]
