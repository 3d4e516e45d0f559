"""Execution: compiled programs on concept scores, all questions in one call.

The interpreter walks a template's tree once, while JAX traces; each sub-expression's value is an array
`[question, entity of v0, entity of v1, ...]` with one axis per variable of the template (size 1 where it is not free).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from neurona.errors import QueryError
from neurona.execution.compile import Group, ProgramBatch
from neurona.execution.logics import Logic
from neurona.execution.relations import (
    HYPOTHESES,
    Hypothesis,
    RelationScores,
    describe_relations,
    guided_relation,
)
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
    The,
    Variable,
    walk,
)

MARGIN, TEMPERATURE = 0.25, 0.25  # of compared counts, as in the reference


class Scores(NamedTuple):
    """Concept scores on entities, logits; and relation scores, where there are any."""

    unary: Float[Array, "recording entity concept"]
    relations: RelationScores | None = None


class Answers(NamedTuple):
    """Answers of a batch; the rows beyond its questions are padding.

    Attributes:
        yes_no: logit of yes; the expected number for count questions.
        describe: score of each word of the category; -inf beyond its words and for other questions.
    """

    yes_no: Float[Array, " question"]
    describe: Float[Array, "question word"]


def execute(batch: ProgramBatch, scores: Scores, logic: Logic, hypothesis: Hypothesis = HYPOTHESES["H5"]) -> Answers:
    """Answer every question of a batch. Pure and differentiable; jit it with the last two static or closed over.

    Raises:
        QueryError: a relation without relation scores or outside the forms that have a meaning so far:
            `r(x, the y. ...)` within a conjunction under the logic `reference`, and `describe Category(the x. ..., the y. ...)`.
    """
    yes_no = jnp.zeros(batch.n_questions)
    describe = jnp.full((batch.n_questions, batch.n_words), -jnp.inf)
    for shape, group in zip(batch.templates, batch.groups, strict=True):
        context = _Context(group, scores, logic, hypothesis)
        if isinstance(shape, Describe):
            words = _words(shape, context, batch.n_words)
            describe = describe.at[group.position].set(words, mode="drop")
        else:
            variables = sorted({node.variable for node in walk(shape) if hasattr(node, "variable")})
            value = _value(shape, context, variables)
            yes_no = yes_no.at[group.position].set(value.reshape(len(value)), mode="drop")
    return Answers(yes_no, describe)


class _Context(NamedTuple):
    """What every sub-expression of a group's template is evaluated with."""

    group: Group
    scores: Scores
    logic: Logic
    hypothesis: Hypothesis

    def concept(self, slot: int) -> Float[Array, "question entity"]:
        return self.scores.unary[self.group.recording, :, self.group.concepts[:, slot]]

    def relations(self, slots: Int[Array, "question slot"]) -> RelationScores:
        if self.scores.relations is None:
            raise QueryError("the program uses a relation, but this decoder scores none")
        rows = self.group.recording[:, None]
        return RelationScores(*(part[rows, :, slots].swapaxes(1, 2) for part in self.scores.relations))


def _words(shape: Describe, context: _Context, n_words: int) -> Float[Array, "question word"]:
    """Score of each word of the category; -inf beyond its words."""
    members = context.group.concepts[:, -n_words:]
    known = jnp.maximum(members, 0)
    if not shape.terms:
        on_entities = context.scores.unary[context.group.recording[:, None], :, known]
        words = context.logic.any(on_entities, 2)
    elif len(shape.terms) == 2 and all(isinstance(term, The) for term in shape.terms):
        first, second = (jax.nn.softmax(_open(term, context)) for term in shape.terms)  # type: ignore[arg-type]
        words = describe_relations(context.relations(known), first, second, context.hypothesis)
    else:
        raise QueryError("describe takes no term, or two of the form `the x. ...`, to be executed")
    return jnp.where(members >= 0, words, -jnp.inf)


def _open(term: The, context: _Context) -> Float[Array, "question entity"]:
    """Score of a definite description's body on every entity; its only free variable is its own."""
    variables = sorted({node.variable for node in walk(term) if hasattr(node, "variable")})
    free = {node.name for node in walk(term) if isinstance(node, Variable)} - set(variables)
    value = None if free else _value(term.body, context, variables)
    if value is None or sum(extent > 1 for extent in value.shape[1:]) > 1:
        raise QueryError("the body of `the y. ...` may speak of its own variable alone to be executed")
    size = context.scores.unary.shape[1]
    return jnp.broadcast_to(value.reshape(value.shape[0], -1), (value.shape[0], size))


def _conjunction(node: And, context: _Context, variables: list[str]) -> Array:
    """Conjunction; in the reference's logic its other parts are the subject that guides a relation."""
    related = [part for part in node.parts if isinstance(part, Atom) and len(part.terms) == 2]
    if not related or context.logic.name != "reference":
        return context.logic.all(_stack([_value(part, context, variables) for part in node.parts]), 0)
    rest = [_value(part, context, variables) for part in node.parts if part not in related]
    subject = context.logic.all(_stack(rest), 0) if rest else None
    return context.logic.all(_stack(rest + [_relation(part, context, variables, subject) for part in related]), 0)


def _relation(atom: Atom, context: _Context, variables: list[str], of_subject: Array | None) -> Array:
    first, second = atom.terms
    if context.logic.name != "reference" or not isinstance(first, Variable) or not isinstance(second, The):
        raise QueryError("relations are executed as `r(x, the y. ...)` under the logic `reference`, for now")
    axis = 1 + variables.index(first.name)
    slot = int(atom.name[1:])
    found = context.relations(context.group.concepts[:, slot : slot + 1])
    size = found.subject.shape[1]
    flat = None
    if of_subject is not None:
        if of_subject.size != of_subject.shape[0] * of_subject.shape[axis]:
            raise QueryError("what stands beside a relation may speak of its subject alone to be executed")
        flat = jnp.broadcast_to(of_subject.reshape(of_subject.shape[0], -1), (of_subject.shape[0], size))
    value = guided_relation(
        found.subject[..., 0],
        found.object[..., 0],
        found.region[..., 0],
        flat,
        _open(second, context),
        context.hypothesis,
    )
    shape = [len(value)] + [1] * len(variables)
    shape[axis] = size
    return value.reshape(shape)


def _value(node: Any, context: _Context, variables: list[str]) -> Array:
    logic = context.logic

    def of(part: Any) -> Array:
        return _value(part, context, variables)

    def axis(name: str) -> int:
        return 1 + variables.index(name)

    match node:
        case Atom(name, (Variable(variable),)):
            scores = context.concept(int(name[1:]))
            shape = [scores.shape[0]] + [1] * len(variables)
            shape[axis(variable)] = scores.shape[1]
            return scores.reshape(shape)
        case Atom(_, (The(),)):
            raise QueryError("`the y. ...` is executed as the object of a relation or in describe, for now")
        case Atom():
            return _relation(node, context, variables, None)
        case Not(body):
            return -of(body)
        case And():
            return _conjunction(node, context, variables)
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
            return jnp.full((len(context.group.recording),) + (1,) * len(variables), float(value))
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
