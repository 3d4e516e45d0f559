"""Queries on a world that is fully known: the two-valued meaning that every rewriting keeps.

    exists x. a     a holds of one individual or more      forall x. a    a holds of all
    count x. a      how many it holds of                   r(x, the y. a) exactly one y has a, and r(x, y) (Russell)

A term `the y. a` that names nothing, or more than one thing, makes the atom around it false, and no more than that atom:
`~r(x, the y. a)` is then true. In a world without individuals `exists` fails, `forall` holds and every count is 0.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from neurona.errors import QueryError
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
    Node,
    Not,
    Number,
    Or,
    Term,
    Variable,
)

Fact: TypeAlias = tuple[str, tuple[int, ...]]
"""A concept or relation with the individuals that it holds of."""

MAX_STEPS = 200_000
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


class World(NamedTuple):
    """Individuals 0, 1, ..., individuals - 1, and all that holds of them."""

    individuals: int
    facts: frozenset[Fact]


def value(query: Node, world: World, bound: Mapping[str, int] | None = None) -> bool | int:
    """What a formula (yes or no) or a count (a number) is in a world.

    Args:
        query: a formula, a count or a number.
        world: what holds.
        bound: individuals of the free variables.

    Raises:
        QueryError: a free variable without an individual, a `describe`, or more than 200,000 steps.
    """
    return _Evaluation(world).value(query, dict(bound or {}))


class _Evaluation:
    def __init__(self, world: World):
        self.world, self.steps = world, 0

    def value(self, node: Node, bound: dict[str, int]) -> bool | int:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise QueryError(f"the query needs more than {MAX_STEPS} steps in a world of {self.world.individuals}")
        match node:
            case Atom(name, terms):
                individuals = [self.individual(term, bound) for term in terms]
                return None not in individuals and (name, tuple(individuals)) in self.world.facts
            case Not(body):
                return not self.value(body, bound)
            case And(parts):
                return all(self.value(part, bound) for part in parts)
            case Or(parts):
                return any(self.value(part, bound) for part in parts)
            case Implies(left, right):
                return not self.value(left, bound) or bool(self.value(right, bound))
            case Iff(left, right):
                return self.value(left, bound) == self.value(right, bound)
            case Exists(variable, body):
                return any(self.value(body, {**bound, variable: k}) for k in range(self.world.individuals))
            case Forall(variable, body):
                return all(self.value(body, {**bound, variable: k}) for k in range(self.world.individuals))
            case Count(variable, body):
                return sum(bool(self.value(body, {**bound, variable: k})) for k in range(self.world.individuals))
            case Number(number):
                return number
            case Compare(comparison, left, right):
                return COMPARISONS[comparison](self.value(left, bound), self.value(right, bound))
            case Describe():
                raise QueryError("a describe question is neither true nor false, nor a number")
        raise QueryError(f"a term alone has no value: {node}")

    def individual(self, term: Term, bound: dict[str, int]) -> int | None:
        if isinstance(term, Variable):
            if term.name not in bound:
                raise QueryError(f"variable {term.name!r} is not bound")
            return bound[term.name]
        found = [k for k in range(self.world.individuals) if self.value(term.body, {**bound, term.variable: k})]
        return found[0] if len(found) == 1 else None
