"""What a template means: the value of every sub-expression, for one question about one recording.

A value is an array with one axis for each level of binding (v0, v1, ...), of size P where it depends on that variable and 1
where not. Formulas have logits, numbers expected numbers, `the y. b(y)` how much of it lies on each entity:

    the y. b(y)                 softmax over entities of b, w(y)
    c(the y. b(y))              sum_y w(y) c(y)
    r(x, the y. b(y))           sum_y w(y) g_r(x, y), as the hypothesis allows (see `relations`)
    exists x. a, forall x. a    the logic's `any` and `all` over entities
    count x. a                  sum of probabilities over entities; under the logic `reference` in evaluation, how many
                                are above 0
    ~a                          sign change

The interpreter walks the tree once, while JAX traces.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.hypotheses import Hypothesis
from neurona.execution.logics import Logic
from neurona.execution.relations import Pairs, as_the_reference, attended
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Exists,
    Forall,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    The,
    Variable,
)

MARGIN, TEMPERATURE = 0.25, 0.25  # of compared counts, as in the reference

Trace = dict[str, Array]
"""Path to a sub-expression (places among its parents' children, joined by dots; the whole is "") -> its value."""


class Setting(NamedTuple):
    """What every sub-expression is evaluated with.

    Attributes:
        concepts, relations: scores of the template's slots.
        size, levels: P, and how deep variables are bound.
        evaluation: whether the logic `reference` counts what is above 0 instead of adding probabilities.
        trace: filled on the way, where asked for.
    """

    concepts: dict[str, Float[Array, " P"]]
    relations: dict[str, Pairs]
    size: int
    levels: int
    logic: Logic
    hypothesis: Hypothesis
    evaluation: bool = False
    trace: Trace | None = None


def value(node: Any, setting: Setting, path: tuple[int, ...] = ()) -> Float[Array, ...]:
    """Value of a formula or a number."""
    found = _value(node, setting, path)
    if setting.trace is not None:
        setting.trace[_key(path)] = found
    return found


def weights(term: The, setting: Setting, path: tuple[int, ...] = ()) -> Float[Array, ...]:
    """How much of `the y. b(y)` lies on each entity: a further, last axis of size P in place of y's."""
    return _axis_last(_share(term, _body(term, setting, path), setting), _axis(term.variable))


def _body(term: The, setting: Setting, path: tuple[int, ...]) -> Array:
    """Value of the formula in `the y. ...`."""
    body = value(term.body, setting, (*path, 0))
    if setting.trace is not None:
        setting.trace[_key(path)] = _share(term, body, setting)
    return body


def _share(term: The, body: Array, setting: Setting) -> Array:
    axis = _axis(term.variable)
    shape = [setting.size if k == axis else size for k, size in enumerate(body.shape)]
    return jax.nn.softmax(jnp.broadcast_to(body, shape), axis)


def _value(node: Any, setting: Setting, path: tuple[int, ...]) -> Array:
    logic = setting.logic

    def of(k: int, part: Any) -> Array:
        return value(part, setting, (*path, k))

    match node:
        case Atom(_, (_,)):
            return _concept(node, setting, path)
        case Atom():
            return _relation(node, setting, path)
        case Not(body):
            return -of(0, body)
        case And(parts):
            if logic.name == "reference" and any(_is_related(part) for part in parts):
                return _conjunction_of_the_reference(node, setting, path)
            return logic.all(_stack([of(k, part) for k, part in enumerate(parts)]), 0)
        case Or(parts):
            return logic.any(_stack([of(k, part) for k, part in enumerate(parts)]), 0)
        case Implies(left, right):
            return logic.any(_stack([-of(0, left), of(1, right)]), 0)
        case Iff(left, right):
            a, b = _stack([of(0, left), of(1, right)])
            return logic.all(_stack([logic.any(_stack([-a, b]), 0), logic.any(_stack([a, -b]), 0)]), 0)
        case Exists(variable, body):
            return jnp.expand_dims(logic.any(of(0, body), _axis(variable)), _axis(variable))
        case Forall(variable, body):
            return jnp.expand_dims(logic.all(of(0, body), _axis(variable)), _axis(variable))
        case Count(variable, body):
            return _count(of(0, body), _axis(variable), setting)
        case Number(whole):
            return jnp.full((1,) * setting.levels, float(whole))
        case Compare(operator, left, right):
            return _compare(operator, of(0, left) - of(1, right))
    raise TypeError(f"no meaning for {type(node).__name__}")


def _concept(atom: Atom, setting: Setting, path: tuple[int, ...]) -> Array:
    scores, (term,) = setting.concepts[atom.name], atom.terms
    if isinstance(term, Variable):
        return _along(scores, _axis(term.name), setting.levels)
    return weights(term, setting, (*path, 0)) @ scores


def _relation(atom: Atom, setting: Setting, path: tuple[int, ...]) -> Array:
    pairs, hypothesis = setting.relations[atom.name], setting.hypothesis
    if hypothesis.apart:
        return _apart(atom, setting, path)
    if setting.logic.name == "reference" and _is_related(atom):
        return _relation_of_the_reference(atom, setting, path, None)
    sides = [weights(term, setting, (*path, k)) if isinstance(term, The) else None for k, term in enumerate(atom.terms)]
    outer = jnp.broadcast_shapes((1,) * setting.levels, *(side.shape[:-1] for side in sides if side is not None))
    told = [side for side in sides if side is not None]
    flat = [jnp.broadcast_to(side, (*outer, setting.size)).reshape(-1, setting.size) for side in told]
    found = _attended_many(pairs, [side is not None for side in sides], flat, hypothesis)
    found = found.reshape(*(outer if told else (1,) * setting.levels), *found.shape[1:])
    for term in reversed(atom.terms):  # the object's axis is the last
        found = _placed(found, _axis(term.name)) if isinstance(term, Variable) else found[..., 0]
    return found


def _attended_many(pairs: Pairs, told: list[bool], flat: list[Array], hypothesis: Hypothesis) -> Array:
    """`attended` for each row of the told sides' weights."""

    def one(*rows: Array) -> Array:
        given = iter(rows)
        subject, object_ = (next(given) if side else None for side in told)
        return attended(pairs, subject, object_, hypothesis)

    return jax.vmap(one)(*flat) if flat else one()[None]


def _apart(atom: Atom, setting: Setting, path: tuple[int, ...]) -> Array:
    """Hypothesis H1: some entity carries the relation, and some entity each of the terms that are described."""
    any_, levels = setting.logic.any, setting.levels
    parts = [any_(setting.relations[atom.name].region, 0).reshape((1,) * levels)]
    for k, term in enumerate(atom.terms):
        if isinstance(term, The):
            body = _body(term, setting, (*path, k))
            parts.append(jnp.expand_dims(any_(body, _axis(term.variable)), _axis(term.variable)))
    return setting.logic.all(_stack(parts), 0)


def _is_related(node: Any) -> bool:
    """`r(x, the y. ...)`, the reference's one form of a relation in a yes/no question."""
    return (
        isinstance(node, Atom)
        and len(node.terms) == 2
        and isinstance(node.terms[0], Variable)
        and isinstance(node.terms[1], The)
    )


def _conjunction_of_the_reference(node: And, setting: Setting, path: tuple[int, ...]) -> Array:
    """The released code's conjunction: what stands beside a relation guides it with its raw score."""
    rest = [value(part, setting, (*path, k)) for k, part in enumerate(node.parts) if not _is_related(part)]
    subject = setting.logic.all(_stack(rest), 0) if rest else None
    related = []
    for k, part in enumerate(node.parts):
        if _is_related(part):
            found = (
                _apart(part, setting, (*path, k))  # type: ignore[arg-type]
                if setting.hypothesis.apart
                else _relation_of_the_reference(part, setting, (*path, k), subject)  # type: ignore[arg-type]
            )
            related.append(found)
            if setting.trace is not None:
                setting.trace[_key((*path, k))] = found
    return setting.logic.all(_stack(rest + related), 0)


def _relation_of_the_reference(atom: Atom, setting: Setting, path: tuple[int, ...], of_subject: Array | None) -> Array:
    term, object_ = atom.terms
    assert isinstance(term, Variable)
    assert isinstance(object_, The)
    body = _axis_last(_body(object_, setting, (*path, 1)), _axis(object_.variable))
    told = [body] if of_subject is None else [body, _axis_last(of_subject, _axis(term.name))]
    outer = jnp.broadcast_shapes(*(part.shape[:-1] for part in told))
    rows = [jnp.broadcast_to(part, (*outer, setting.size)).reshape(-1, setting.size) for part in told]
    pairs, hypothesis = setting.relations[atom.name], setting.hypothesis

    def one(of_object: Array, of_subject: Array | None = None) -> Array:
        return as_the_reference(pairs, of_subject, of_object, hypothesis)

    return _placed(jax.vmap(one)(*rows).reshape(*outer, setting.size), _axis(term.name))


def _count(body: Array, axis: int, setting: Setting) -> Array:
    shape = [setting.size if k == axis else size for k, size in enumerate(body.shape)]
    hard = setting.evaluation and setting.logic.name == "reference"
    share = jnp.where(body > 0, 1.0, 0.0) if hard else jax.nn.sigmoid(body)
    return jnp.broadcast_to(share, shape).sum(axis, keepdims=True)


def _compare(operator: str, difference: Array) -> Array:
    """Logit of a comparison of two counts, from their difference."""
    greater = (difference - 1 + MARGIN) / TEMPERATURE
    less = (-difference - 1 + MARGIN) / TEMPERATURE
    equal = (1 - MARGIN - jnp.abs(difference)) / TEMPERATURE
    return {">": greater, "<": less, ">=": -less, "<=": -greater, "=": equal, "!=": -equal}[operator]


def _axis(variable: str) -> int:
    return int(variable[1:])


def _along(row: Float[Array, " P"], axis: int, levels: int) -> Array:
    return row.reshape([-1 if k == axis else 1 for k in range(levels)])


def _axis_last(found: Array, axis: int) -> Array:
    """The level `axis` as a further, last axis; 1 is left in its place."""
    return jnp.swapaxes(found[..., None], axis, -1)


def _placed(found: Array, axis: int) -> Array:
    """The last axis on the level `axis`; where the value depends on that level already, the diagonal of both."""
    if found.shape[axis] == 1:
        return jnp.swapaxes(found, axis, -1)[..., 0]
    if found.shape[-1] == 1:
        return found[..., 0]
    return jnp.moveaxis(jnp.diagonal(found, 0, axis, found.ndim - 1), -1, axis)


def _stack(values: list[Array]) -> Array:
    return jnp.stack(jnp.broadcast_arrays(*values))


def _key(path: tuple[int, ...]) -> str:
    return ".".join(map(str, path))
