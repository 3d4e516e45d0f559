"""What a template means: the value of every sub-expression, for one question about one recording.

A value is an array with one axis for each level of binding (v0, v1, ...), of size P where it depends on that variable and 1
where not. Formulas have logits, numbers expected numbers, `the y. b(y)` how much of it lies on each entity:

    the y. b(y)                 the logic's `the`: softmax over entities of b, w(y)
    c(the y. b(y))              sum_y w(y) c(y)
    r(x, the y. b(y))           sum_y w(y) g_r(x, y), as the hypothesis allows (see `relations`)
    exists x. a, forall x. a    the logic's `exists` and `forall` over entities
    count x. a                  the logic's `count`: the expected number, unless it says otherwise

The connectives are the logic's. A logic that `guides` gives `r(x, the y. b(y))` a meaning of its own, which may depend on what
stands beside it in a conjunction. The interpreter walks the tree once, while JAX traces.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.hypotheses import Hypothesis
from neurona.execution.logics import Logic
from neurona.execution.relations import Pairs, attended
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
        evaluation: whether gradients do not matter, so that a logic may count in whole numbers.
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
    return setting.logic.the(jnp.broadcast_to(body, shape), axis)


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
            return logic.not_(of(0, body))
        case And(parts):
            if logic.guides and any(_is_related(part) for part in parts):
                return _guided_conjunction(node, setting, path)
            return logic.all(_stack([of(k, part) for k, part in enumerate(parts)]), 0)
        case Or(parts):
            return logic.any(_stack([of(k, part) for k, part in enumerate(parts)]), 0)
        case Implies(left, right):
            return logic.any(_stack([logic.not_(of(0, left)), of(1, right)]), 0)
        case Iff(left, right):
            a, b = _stack([of(0, left), of(1, right)])
            both_ways = [logic.any(_stack([logic.not_(a), b]), 0), logic.any(_stack([a, logic.not_(b)]), 0)]
            return logic.all(_stack(both_ways), 0)
        case Exists(variable, body):
            return jnp.expand_dims(logic.exists(of(0, body), _axis(variable)), _axis(variable))
        case Forall(variable, body):
            return jnp.expand_dims(logic.forall(of(0, body), _axis(variable)), _axis(variable))
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
    if setting.logic.guides and _is_related(atom):
        return _guided_relation(atom, setting, path, None)
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
    exists, levels = setting.logic.exists, setting.levels
    parts = [exists(setting.relations[atom.name].region, 0).reshape((1,) * levels)]
    for k, term in enumerate(atom.terms):
        if isinstance(term, The):
            body = _body(term, setting, (*path, k))
            parts.append(jnp.expand_dims(exists(body, _axis(term.variable)), _axis(term.variable)))
    return setting.logic.all(_stack(parts), 0)


def _is_related(node: Any) -> bool:
    """`r(x, the y. ...)`, the one form of a relation that a logic may guide."""
    return (
        isinstance(node, Atom)
        and len(node.terms) == 2
        and isinstance(node.terms[0], Variable)
        and isinstance(node.terms[1], The)
    )


def _guided_conjunction(node: And, setting: Setting, path: tuple[int, ...]) -> Array:
    """A conjunction in which what stands beside a relation guides it."""
    rest = [value(part, setting, (*path, k)) for k, part in enumerate(node.parts) if not _is_related(part)]
    subject = setting.logic.all(_stack(rest), 0) if rest else None
    related = []
    for k, part in enumerate(node.parts):
        if _is_related(part):
            found = (
                _apart(part, setting, (*path, k))  # type: ignore[arg-type]
                if setting.hypothesis.apart
                else _guided_relation(part, setting, (*path, k), subject)  # type: ignore[arg-type]
            )
            related.append(found)
            if setting.trace is not None:
                setting.trace[_key((*path, k))] = found
    return setting.logic.all(_stack(rest + related), 0)


def _guided_relation(atom: Atom, setting: Setting, path: tuple[int, ...], of_subject: Array | None) -> Array:
    term, object_ = atom.terms
    assert isinstance(term, Variable)
    assert isinstance(object_, The)
    body = _axis_last(_body(object_, setting, (*path, 1)), _axis(object_.variable))
    told = [body] if of_subject is None else [body, _axis_last(of_subject, _axis(term.name))]
    outer = jnp.broadcast_shapes(*(part.shape[:-1] for part in told))
    rows = [jnp.broadcast_to(part, (*outer, setting.size)).reshape(-1, setting.size) for part in told]
    pairs, hypothesis = setting.relations[atom.name], setting.hypothesis

    def one(of_object: Array, of_subject: Array | None = None) -> Array:
        return setting.logic.relation(pairs, of_subject, of_object, hypothesis)

    return _placed(jax.vmap(one)(*rows).reshape(*outer, setting.size), _axis(term.name))


def _count(body: Array, axis: int, setting: Setting) -> Array:
    shape = [setting.size if k == axis else size for k, size in enumerate(body.shape)]
    number = setting.logic.count(jnp.broadcast_to(body, shape), axis, setting.evaluation)
    return jnp.expand_dims(number, axis)


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
