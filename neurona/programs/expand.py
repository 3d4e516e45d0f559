"""Definitions of the ontology replaced by what they mean, and templates of programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from neurona.errors import QueryError
from neurona.programs.logic_syntax import parse_logic
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
    Or,
    Query,
    The,
    Variable,
)
from neurona.programs.vocabulary import Vocabulary


def rebuild(node: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with `change` applied to every node, leaves first."""
    match node:
        case Atom(name, terms) | Describe(name, terms):
            node = type(node)(name, tuple(rebuild(term, change) for term in terms))
        case And(parts) | Or(parts):
            node = type(node)(tuple(rebuild(part, change) for part in parts))
        case Not(body):
            node = Not(rebuild(body, change))
        case The(name, body) | Exists(name, body) | Forall(name, body) | Count(name, body):
            node = type(node)(name, rebuild(body, change))
        case Implies(left, right) | Iff(left, right):
            node = type(node)(rebuild(left, change), rebuild(right, change))
        case Compare(operator, left, right):
            node = Compare(operator, rebuild(left, change), rebuild(right, change))
    return change(node)


def expand(query: Query, vocabulary: Vocabulary) -> Query:
    """Replace defined concepts, at any depth, by their definitions (open formulas over x, without quantifiers).

    Raises:
        QueryError: a definition leads back to itself.
    """
    return _expanded(query, vocabulary, ())


def _expanded(query: Any, vocabulary: Vocabulary, within: tuple[str, ...]) -> Any:
    def meaning(node: Any) -> Any:
        if not isinstance(node, Atom) or node.name not in vocabulary.definitions:
            return node
        if node.name in within:
            circle = " -> ".join((*within[within.index(node.name) :], node.name))
            raise QueryError(
                f"the vocabulary defines {node.name!r} by itself ({circle}); mend one of these definitions"
            )
        term = node.terms[0]
        body = parse_logic(vocabulary.definitions[node.name])
        here = rebuild(body, lambda part: term if part == Variable("x") else part)
        return _expanded(here, vocabulary, (*within, node.name))

    return rebuild(query, meaning)


def template(query: Query) -> tuple[Query, tuple[str, ...]]:
    """A query's shape: words replaced by slots `_0`, `_1`, ..., variables by how deep they are bound; and its words.

        exists x. face(x) | cat(x)     ->     exists v0. _0(v0) | _1(v0),     (face, cat)

    Programs that differ in their words and in the names of their variables alone share a template.
    """
    found: list[str] = []

    def slot(node: Any) -> Any:
        if not isinstance(node, Atom):
            return node
        found.append(node.name)
        return replace(node, name=f"_{len(found) - 1}")

    return rebuild(_by_depth(query, {}), slot), tuple(found)


def _by_depth(node: Any, bound: dict[str, str], depth: int = 0) -> Any:
    """The tree with every variable named after the number of binders above its own: v0, v1, ... (de Bruijn levels)."""

    def below(part: Any) -> Any:
        return _by_depth(part, bound, depth)

    match node:
        case Variable(name):
            return Variable(bound.get(name, name))
        case The(name, body) | Exists(name, body) | Forall(name, body) | Count(name, body):
            level = f"v{depth}"
            return replace(node, variable=level, body=_by_depth(body, {**bound, name: level}, depth + 1))
        case Atom(_, terms) | Describe(_, terms):
            return replace(node, terms=tuple(map(below, terms)))
        case And(parts) | Or(parts):
            return replace(node, parts=tuple(map(below, parts)))
        case Not(body):
            return Not(below(body))
        case Implies(left, right) | Iff(left, right) | Compare(_, left, right):
            return replace(node, left=below(left), right=below(right))
    return node
