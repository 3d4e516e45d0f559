"""Negation normal form: `~` before atoms alone, no `->`, no `<->`.

Every step holds in every logic of the executor, not in classical logic alone: there, denial is the change of a score's sign and "any" the
dual of "all" (De Morgan), a -> b is ~a | b, and a <-> b is (a -> b) & (b -> a).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from neurona.errors import QueryError
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Comparison,
    Count,
    Describe,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Not,
    Or,
    Query,
    The,
)

MAX_NODES = 10_000
OPPOSITE: dict[Comparison, Comparison] = {">": "<=", "<=": ">", "<": ">=", ">=": "<", "=": "!=", "!=": "="}
"""Comparison -> the one that holds exactly where it does not."""
TURNED: dict[Comparison, Comparison] = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "=", "!=": "!="}
"""Comparison -> the one that holds of the same two numbers in the other order."""


def negation_normal_form(query: Query) -> Query:
    """The query with `~` before atoms alone, and without `->` and `<->`.

    A denied comparison becomes its opposite. Bodies of counts and terms are rewritten too.

    Raises:
        QueryError: the result would have more than 10,000 nodes; each `<->` doubles its sides.
    """
    return _Pusher().formula(query, True)


class _Pusher:
    """Pushes negations inwards."""

    def __init__(self) -> None:
        self.made = 0

    def formula(self, node: Any, positive: bool) -> Any:
        self.made += 1
        if self.made > MAX_NODES:
            raise QueryError(f"the negation normal form has more than {MAX_NODES} nodes")
        match node:
            case Not(body):
                return self.formula(body, not positive)
            case And(parts) | Or(parts):
                kind = type(node) if positive else {And: Or, Or: And}[type(node)]
                return kind(tuple(self.formula(part, positive) for part in parts))
            case Implies(left, right):
                kind = Or if positive else And
                return kind((self.formula(left, not positive), self.formula(right, positive)))
            case Iff(left, right):
                return self.formula(And((Implies(left, right), Implies(right, left))), positive)
            case Exists(variable, body) | Forall(variable, body):
                some = isinstance(node, Exists) == positive
                return (Exists if some else Forall)(variable, self.formula(body, positive))
            case Compare(operator, left, right):
                sides = self.formula(left, True), self.formula(right, True)
                return Compare(operator if positive else OPPOSITE[operator], *sides)
            case Atom(_, terms) | Describe(_, terms):
                made: Any = replace(node, terms=tuple(self.formula(term, True) for term in terms))
                return made if positive else Not(made)
            case Count(_, body) | The(_, body):
                return replace(node, body=self.formula(body, True))
        return node


def flat(node: And | Or) -> tuple[Formula, ...]:
    """The parts of a conjunction (disjunction), those of conjunctions (disjunctions) among them instead of these."""
    parts: list[Formula] = []
    for part in node.parts:
        parts += flat(part) if type(part) is type(node) else (part,)
    return tuple(parts)
