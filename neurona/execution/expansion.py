"""A program with its quantifiers expanded over things: a propositional formula over facts.

    exists x. a(x)         a(1) & there(1) | a(2) & there(2) | ...
    F(the y. b(y))         cases over things t: t alone has b, and F(t); or no thing alone has b, and F without it

A term `the y. b(y)` is looked up where all that it speaks of is known, once for all that is said of it, and its cases exclude each other:
probabilities add up, and what is said of the thing looked up stays read-once. The meaning is that of `neurona.programs.worlds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from neurona.errors import QueryError
from neurona.execution.propositions import FALSE, Propositions, TooLarge
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    The,
    Variable,
    children,
    free_variables,
)
from neurona.programs.worlds import COMPARISONS

_NOTHING = -1
"""What a term names that names no thing."""


class Expansion:
    """Programs over some things.

    Args:
        things: how many.
        atom: the formula of a concept or relation of things, which includes that these are there.
        there: that a thing is there.
        propositions: what the formulas are made in.
        holders: things that a concept may hold of; None: of all.
        steps: sub-expressions that are expanded at most.
    """

    def __init__(
        self,
        things: int,
        atom: Callable[[str, tuple[int, ...]], int],
        there: Callable[[int], int],
        propositions: Propositions | None = None,
        *,
        holders: Callable[[str], Sequence[int] | None] = lambda _: None,
        steps: int = 20_000,
    ):
        self.things, self.atom, self.there = range(things), atom, there
        self.made, self._holders = propositions or Propositions(), holders
        self._looked_up = 0
        self._left = steps

    def formula(self, node: Formula, bound: dict[str, int] | None = None) -> int:
        """The formula of a program that is true or false.

        Args:
            node: without defined words.
            bound: things of its free variables.

        Raises:
            TooLarge: more parts than are computed.
            QueryError: a free variable, or a `describe`.
        """
        bound = bound or {}
        self._left -= 1
        if self._left < 0:
            raise TooLarge("more sub-expressions than are expanded")
        term = self._to_look_up(node, frozenset(bound))
        if term is not None:
            return self._by_case(node, term, bound)
        match node:
            case Atom(name, terms):
                of = tuple(self._thing(term, bound) for term in terms)
                return FALSE if _NOTHING in of else self.atom(name, of)
            case Not(body):
                return self.formula(body, bound) ^ 1
            case And(parts):
                return self._joined(parts, bound)
            case Or(parts):
                return self._joined([Not(part) for part in parts], bound) ^ 1
            case Implies(left, right):
                return self.made.any([self.formula(left, bound) ^ 1, self.formula(right, bound)])
            case Iff(left, right):
                both = [(self.formula(left, bound), 1), (self.formula(right, bound), -1)]
                return self.made.tally(both, lambda total: total == 0)
            case Exists(variable, body):
                return self.made.any(self.instances(variable, body, bound))
            case Forall(variable, body):
                return self.made.any(self.instances(variable, Not(body), bound)) ^ 1
            case Compare(operator, left, right):
                sides = [*self._counted(left, 1, bound), *self._counted(right, -1, bound)]
                more = sum(side.value for side in (left,) if isinstance(side, Number))
                more -= sum(side.value for side in (right,) if isinstance(side, Number))
                return self.made.tally(sides, lambda total: COMPARISONS[operator](total + more, 0))
        raise QueryError(f"no formula: {type(node).__name__} is neither true nor false")

    def instances(self, variable: str, body: Formula, bound: dict[str, int] | None = None) -> list[int]:
        """That each thing is there and the body holds of it."""
        found = []
        for thing in self._candidates(variable, body):
            holds = self.formula(body, {**(bound or {}), variable: thing})
            if holds != FALSE:
                found.append(self.made.every([self.there(thing), holds]))
        return found

    def _candidates(self, variable: str, body: Formula) -> Sequence[int]:
        """Things of which the body may hold, by the concepts that it affirms."""
        found: Sequence[int] = self.things
        for word in _affirmed(body, variable):
            holders = self._holders(word)
            if holders is not None and len(holders) < len(found):
                found = holders
        return found

    def _joined(self, parts: Sequence[Formula], bound: dict[str, int]) -> int:
        """A conjunction; what is simple decides first, so that most things need no more than that."""
        found = []
        for part in sorted(parts, key=_depth):
            found.append(self.formula(part, bound))
            if found[-1] == FALSE:
                return FALSE
        return self.made.every(found)

    def _counted(self, side: Count | Number, sign: int, bound: dict[str, int]) -> list[tuple[int, int]]:
        if isinstance(side, Number):
            return []
        return [(part, sign) for part in self.instances(side.variable, side.body, bound)]

    def _thing(self, term: Any, bound: dict[str, int]) -> int:
        if term.name not in bound:
            raise QueryError(f"variable {term.name!r} is not bound")
        return bound[term.name]

    def _to_look_up(self, node: Any, known: frozenset[str]) -> The | None:
        """A term that can be looked up here, and not only further inside: it stands in several parts, in an atom, or below a quantifier."""
        inside = known - {node.variable} if hasattr(node, "variable") else known
        found = [term for part in children(node) if (term := next(_known(part, inside), None)) is not None]
        if not found or (len(found) == 1 and isinstance(node, Not | And | Or | Implies | Iff)):
            return None
        return found[0]

    def _by_case(self, node: Any, term: The, bound: dict[str, int]) -> int:
        self._looked_up += 1
        name = f"#{self._looked_up}"
        without = _with(node, term, Variable(name))
        has = {
            t: self.made.every([self.there(t), self.formula(term.body, {**bound, term.variable: t})])
            for t in self._candidates(term.variable, term.body)
        }
        several = [t for t in has if has[t] != FALSE]
        cases, alone = [], []
        for t in several:
            alone.append(self.made.every(has[s] if s == t else has[s] ^ 1 for s in several))
            cases.append(self.made.every([alone[-1], self.formula(without, {**bound, name: t})]))
        otherwise = self.formula(without, {**bound, name: _NOTHING})
        if otherwise != FALSE:
            cases.append(self.made.every([self.made.cases(alone) ^ 1, otherwise]))
        return self.made.cases(cases)


def _affirmed(body: Any, variable: str, holds: bool = True) -> Iterator[str]:
    """Concepts that a thing must have for a formula to hold of it, or not to hold."""
    match body:
        case Atom(name, (Variable(x),)) if holds and x == variable:
            yield name
        case Not(inner):
            yield from _affirmed(inner, variable, not holds)
        case And(parts) if holds:
            for part in parts:
                yield from _affirmed(part, variable)
        case Or(parts) if not holds:
            for part in parts:
                yield from _affirmed(part, variable, False)
        case Implies(left, right) if not holds:
            yield from _affirmed(left, variable)
            yield from _affirmed(right, variable, False)
        case Exists(x, inner) if holds and x != variable:
            yield from _affirmed(inner, variable)


def _depth(part: Any) -> bool:
    """False of literals, which are known at once."""
    while isinstance(part, Not):
        part = part.body
    return not isinstance(part, Atom)


def _known(node: Any, known: frozenset[str]) -> Iterator[The]:
    """Terms `the ...` all of whose free variables are known, inner ones first."""
    inside = known - {node.variable} if hasattr(node, "variable") else known
    for part in children(node):
        yield from _known(part, inside)
    if isinstance(node, The) and free_variables(node) <= known:
        yield node


def _with(node: Any, term: The, variable: Variable) -> Any:
    """An expression with a variable in place of a term."""
    if node == term:
        return variable
    if hasattr(node, "variable") and node.variable in free_variables(term):
        return node
    match node:
        case Atom(name, terms):
            return Atom(name, tuple(_with(part, term, variable) for part in terms))
        case And(parts) | Or(parts):
            return type(node)(tuple(_with(part, term, variable) for part in parts))
        case Variable() | Number():
            return node
    changed = {
        name: _with(getattr(node, name), term, variable) for name in ("body", "left", "right") if hasattr(node, name)
    }
    return replace(node, **changed)
