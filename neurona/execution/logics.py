"""Logics: what the connectives mean on scores. Scores are logits: yes when above 0.

A logic says what "all of these" and "any of these" mean along an axis; negation is the sign change of the logit in every
logic, so p(~a) = 1 - p(a), and `any` is the dual of `all` (De Morgan). Quantifiers over entities are the same two.

| name | all | source |
|---|---|---|
| `goedel` | min of logits | Hajek (1998), Metamathematics of Fuzzy Logic |
| `reference` | the same, with the released code's own arithmetic of relations and counts (see `meaning`) | NEURONA's released code |
| `product` | product of probabilities: independent events | Hajek (1998) |
| `lukasiewicz` | max(0, sum of probabilities - (n - 1)) | Hajek (1998) |
| `smooth` | -t log sum exp(-s / t), t = 0.25: a soft minimum whose gradient reaches every part | |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.errors import ConfigError, nearest_name

SMOOTH_TEMPERATURE = 0.25


class Logic(NamedTuple):
    """Conjunction and disjunction along an axis."""

    name: str
    all: Callable[[Array, int], Array]
    any: Callable[[Array, int], Array]


def logic_of(name: str, all_: Callable[[Array, int], Array]) -> Logic:
    """A logic from its conjunction; the disjunction is the dual."""
    return Logic(name, all_, lambda scores, axis: -all_(-scores, axis))


def smooth(temperature: float = SMOOTH_TEMPERATURE) -> Logic:
    """Soft minimum and maximum; towards `reference` as the temperature (logits, positive) goes to 0."""

    def soft_minimum(scores: Float[Array, ...], axis: int) -> Float[Array, ...]:
        return -temperature * jax.nn.logsumexp(-scores / temperature, axis)

    return logic_of("smooth", soft_minimum)


def _product_all(scores: Float[Array, ...], axis: int) -> Float[Array, ...]:
    log_p = jnp.minimum(jax.nn.log_sigmoid(scores).sum(axis), -1e-6)
    # logit(p) = log p - log(1 - p); the bound above keeps 1 - p and its gradient finite.
    return log_p - jnp.log(-jnp.expm1(log_p))


def _lukasiewicz_all(scores: Float[Array, ...], axis: int) -> Float[Array, ...]:
    # 1 - p = min(1, sum of the parts' 1 - p), computed from the small side, where float32 is exact.
    lacking = jnp.clip(jax.nn.sigmoid(-scores).sum(axis), 1e-6, 1 - 1e-6)
    return jnp.log1p(-lacking) - jnp.log(lacking)


LOGICS = {
    logic.name: logic
    for logic in (
        logic_of("reference", lambda scores, axis: scores.min(axis)),
        logic_of("goedel", lambda scores, axis: scores.min(axis)),
        logic_of("product", _product_all),
        logic_of("lukasiewicz", _lukasiewicz_all),
        smooth(),
    )
}


def get_logic(name: str) -> Logic:
    """The logic of that name.

    Raises:
        ConfigError: no such logic.
    """
    if name not in LOGICS:
        raise ConfigError(f"unknown logic {name!r}{nearest_name(name, LOGICS)}")
    return LOGICS[name]
