"""The typed syntax tree of the query language: immutable, hashable, the same for all four surfaces.

A *query* is one of three things, by the kind of its answer:

    formula   yes / no       exists x. person(x) & hold(x, the y. bat(y))
    Count     a number       count x. person(x)
    Describe  a word         describe Position(the x. piano(x), the y. room(y))

Variables range over entities. `The(y, body)` is Russell's iota: *the* entity of which the body holds.
`Describe(category, terms)` asks which word k of the category holds of the terms; with no terms it asks
which word holds of the recording at all, i.e. which k has the highest `exists x. k(x)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Comparison: TypeAlias = Literal[">", "<", ">=", "<=", "=", "!="]


class _Hashed:
    """Room for a node's hash: that of a tree is made of all its parts', and programs are looked up again and again."""

    __slots__ = ("_hash",)


@dataclass(frozen=True, slots=True)
class Variable(_Hashed):
    """A variable bound by exists, forall, count or the."""

    name: str


@dataclass(frozen=True, slots=True)
class The(_Hashed):
    """The entity of which `body` holds (iota)."""

    variable: str
    body: Formula


@dataclass(frozen=True, slots=True)
class Atom(_Hashed):
    """A concept (one term) or a relation (two terms: subject, object) applied to terms."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Not(_Hashed):
    body: Formula


@dataclass(frozen=True, slots=True)
class And(_Hashed):
    """N-ary conjunction, at least two parts; nested conjunctions stay nested."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or(_Hashed):
    """N-ary disjunction, at least two parts; nested disjunctions stay nested."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Implies(_Hashed):
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Iff(_Hashed):
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Exists(_Hashed):
    variable: str
    body: Formula


@dataclass(frozen=True, slots=True)
class Forall(_Hashed):
    variable: str
    body: Formula


@dataclass(frozen=True, slots=True)
class Count(_Hashed):
    """The number of entities of which `body` holds."""

    variable: str
    body: Formula


@dataclass(frozen=True, slots=True)
class Number(_Hashed):
    """A non-negative whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Compare(_Hashed):
    """A comparison of two numbers: `((count x. cat(x)) > (count y. dog(y)))`, `((count x. cat(x)) = 2)`."""

    operator: Comparison
    left: Count | Number
    right: Count | Number


@dataclass(frozen=True, slots=True)
class Describe(_Hashed):
    """Which word of `category` holds of the terms (none, one or two of them)."""

    category: str
    terms: tuple[Term, ...] = ()


def _remembered(of_parts: Callable[[Any], int]) -> Callable[[Any], int]:
    def own(node: Any) -> int:
        try:
            found: int = node._hash
        except AttributeError:
            found = of_parts(node)
            object.__setattr__(node, "_hash", found)
        return found

    return own


for _kind in _Hashed.__subclasses__():
    setattr(_kind, "__hash__", _remembered(_kind.__hash__))  # noqa: B010  # mypy lets nobody assign it

Term: TypeAlias = Variable | The
Formula: TypeAlias = Atom | Not | And | Or | Implies | Iff | Exists | Forall | Compare
Query: TypeAlias = Formula | Count | Describe
Node: TypeAlias = Query | Term | Number


def children(node: Node) -> tuple[Node, ...]:
    """The direct sub-expressions of a node, in reading order."""
    match node:
        case Atom(_, terms) | Describe(_, terms):
            return terms
        case Not(body) | The(_, body) | Exists(_, body) | Forall(_, body) | Count(_, body):
            return (body,)
        case And(parts) | Or(parts):
            return parts
        case Implies(left, right) | Iff(left, right) | Compare(_, left, right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """All sub-expressions of a node, itself first, depth first in reading order. Uses no recursion."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def names(node: Node) -> tuple[str, ...]:
    """Concepts and relations in a node, in reading order, with repeats."""
    return tuple(part.name for part in walk(node) if isinstance(part, Atom))


def free_variables(node: Node) -> frozenset[str]:
    """The variables of a node that nothing in it binds."""
    if isinstance(node, Variable):
        return frozenset([node.name])
    found: frozenset[str] = frozenset().union(*map(free_variables, children(node)))
    return found - {node.variable} if isinstance(node, Exists | Forall | Count | The) else found


def size(node: Node) -> int:
    """The number of nodes of a tree."""
    return sum(1 for _ in walk(node))
