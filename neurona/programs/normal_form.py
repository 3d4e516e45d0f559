"""Negation normal form, and a canonical form that spots queries that differ in nothing but writing.

Every step towards negation normal form holds in every logic of the executor, not in classical logic alone: there, denial is the change
of a score's sign and "any" the dual of "all" (De Morgan), a -> b is ~a | b, and a <-> b is (a -> b) & (b -> a).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from neurona.errors import QueryError
from neurona.programs.logic_syntax import to_logic
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
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
    Variable,
)

MAX_NODES = 10_000
OPPOSITE = {">": "<=", "<=": ">", "<": ">=", ">=": "<", "=": "!=", "!=": "="}
"""Comparison -> the one that holds exactly where it does not."""


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
                return Compare(operator if positive else OPPOSITE[operator], *sides)  # type: ignore[arg-type]
            case Atom(_, terms) | Describe(_, terms):
                made: Any = replace(node, terms=tuple(self.formula(term, True) for term in terms))
                return made if positive else Not(made)
            case Count(_, body) | The(_, body):
                return replace(node, body=self.formula(body, True))
        return node


def canonical(query: Query) -> str:
    """A text that is the same for queries that differ in the names of bound variables, in the order, nesting and repetition of
    the parts of `&` and `|`, and in how negations are written.
    """
    return to_logic(_ordered(negation_normal_form(query), {}, 0))


def body_about(query: Count, variable: str) -> Formula:
    """What a count counts, canonical, said of a variable of another name."""
    return _ordered(negation_normal_form(query).body, {query.variable: variable}, 0)  # type: ignore[union-attr]


def _ordered(node: Any, bound: dict[str, str], depth: int) -> Any:
    match node:
        case Variable(name):
            return Variable(bound.get(name, name))
        case Exists(variable, body) | Forall(variable, body) | Count(variable, body) | The(variable, body):
            # No written name begins with a digit, so a free variable is never taken for a bound one.
            inner = {**bound, variable: str(depth)}
            return replace(node, variable=str(depth), body=_ordered(body, inner, depth + 1))
        case And() | Or():
            parts = {_ordered(part, bound, depth) for part in flat(node)}
            ordered = tuple(sorted(parts, key=to_logic))
            return type(node)(ordered) if len(ordered) > 1 else ordered[0]
        case Atom(_, terms) | Describe(_, terms):
            return replace(node, terms=tuple(_ordered(term, bound, depth) for term in terms))
        case Not(body):
            return Not(_ordered(body, bound, depth))
        case Compare(_, left, right):
            return replace(node, left=_ordered(left, bound, depth), right=_ordered(right, bound, depth))
    return node


def flat(node: And | Or) -> tuple[Formula, ...]:
    """The parts of a conjunction (disjunction), those of conjunctions (disjunctions) among them instead of these."""
    parts: list[Formula] = []
    for part in node.parts:
        parts += flat(part) if type(part) is type(node) else (part,)
    return tuple(parts)
