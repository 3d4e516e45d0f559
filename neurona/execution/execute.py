"""Execution: compiled programs on concept scores, all questions in one call.

The interpreter walks a template's tree once, while JAX traces; each sub-expression's value is an array
`[question, entity of v0, entity of v1, ...]` with one axis per variable of the template (size 1 where it is not free).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.compile import ProgramBatch
from neurona.execution.logics import Logic
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    walk,
)

MARGIN, TEMPERATURE = 0.25, 0.25  # of compared counts, as in the reference


class Scores(NamedTuple):
    """Concept scores on entities, logits."""

    unary: Float[Array, "recording entity concept"]


class Answers(NamedTuple):
    """Answers of a batch; the rows beyond its questions are padding.

    Attributes:
        yes_no: logit of yes; the expected number for count questions.
        describe: score of each word of the category; -inf beyond its words and for other questions.
    """

    yes_no: Float[Array, " question"]
    describe: Float[Array, "question word"]


def execute(batch: ProgramBatch, scores: Scores, logic: Logic) -> Answers:
    """Answer every question of a batch. Pure and differentiable; jit it with `logic` static or closed over."""
    yes_no = jnp.zeros(batch.n_questions)
    describe = jnp.full((batch.n_questions, batch.n_words), -jnp.inf)
    for shape, group in zip(batch.templates, batch.groups, strict=True):
        on_entities = scores.unary[group.recording[:, None], :, jnp.maximum(group.concepts, 0)]  # [Q, slot, P]
        if isinstance(shape, Describe):
            words = jnp.where(group.concepts >= 0, logic.any(on_entities, 2), -jnp.inf)
            describe = describe.at[group.position].set(words, mode="drop")
        else:
            variables = sorted({node.variable for node in walk(shape) if hasattr(node, "variable")})
            value = _value(shape, on_entities, variables, logic)
            yes_no = yes_no.at[group.position].set(value.reshape(len(value)), mode="drop")
    return Answers(yes_no, describe)


def _value(node: Any, on_entities: Array, variables: list[str], logic: Logic) -> Array:
    def of(part: Any) -> Array:
        return _value(part, on_entities, variables, logic)

    def axis(name: str) -> int:
        return 1 + variables.index(name)

    match node:
        case Atom(name, (term,)):
            scores = on_entities[:, int(name[1:])]
            shape = [scores.shape[0]] + [1] * len(variables)
            shape[axis(term.name)] = scores.shape[1]  # type: ignore[union-attr]
            return scores.reshape(shape)
        case Not(body):
            return -of(body)
        case And(parts):
            return logic.all(_stack([of(part) for part in parts]), 0)
        case Or(parts):
            return logic.any(_stack([of(part) for part in parts]), 0)
        case Implies(left, right):
            return logic.any(_stack([-of(left), of(right)]), 0)
        case Iff(left, right):
            a, b = _stack([of(left), of(right)])
            return logic.all(_stack([logic.any(_stack([-a, b]), 0), logic.any(_stack([a, -b]), 0)]), 0)
        case Exists(variable, body):
            value = of(body)
            return jnp.expand_dims(logic.any(value, axis(variable)), axis(variable))
        case Forall(variable, body):
            value = of(body)
            return jnp.expand_dims(logic.all(value, axis(variable)), axis(variable))
        case Count(variable, body):
            return jax.nn.sigmoid(of(body)).sum(axis(variable), keepdims=True)
        case Number(value):
            return jnp.full((on_entities.shape[0],) + (1,) * len(variables), float(value))
        case Compare(operator, left, right):
            return _compare(operator, of(left) - of(right))
    raise TypeError(f"no meaning for {type(node).__name__}")


def _compare(operator: str, difference: Array) -> Array:
    """Logit of a comparison of two counts, from their difference."""
    greater = (difference - 1 + MARGIN) / TEMPERATURE
    less = (-difference - 1 + MARGIN) / TEMPERATURE
    equal = (1 - MARGIN - jnp.abs(difference)) / TEMPERATURE
    return {">": greater, "<": less, ">=": -less, "<=": -greater, "=": equal, "!=": -equal}[operator]


def _stack(values: list[Array]) -> Array:
    return jnp.stack(jnp.broadcast_arrays(*values))
