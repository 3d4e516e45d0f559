"""Definitions of the ontology replaced by what they mean, and templates of programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

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
        case Atom(_, terms) | Describe(_, terms):
            node = replace(node, terms=tuple(rebuild(term, change) for term in terms))
        case And(parts) | Or(parts):
            node = replace(node, parts=tuple(rebuild(part, change) for part in parts))
        case Not(body) | The(_, body) | Exists(_, body) | Forall(_, body) | Count(_, body):
            node = replace(node, body=rebuild(body, change))
        case Implies(left, right) | Iff(left, right) | Compare(_, left, right):
            node = replace(node, left=rebuild(left, change), right=rebuild(right, change))
    return change(node)


def expand(query: Query, vocabulary: Vocabulary) -> Query:
    """Replace defined concepts, at any depth, by their definitions (open formulas over x, without quantifiers)."""

    def meaning(node: Any) -> Any:
        if not isinstance(node, Atom) or node.name not in vocabulary.definitions:
            return node
        term = node.terms[0]
        body = parse_logic(vocabulary.definitions[node.name])
        here = rebuild(body, lambda part: term if part == Variable("x") else part)
        return rebuild(here, meaning)

    return rebuild(query, meaning)


def template(query: Query) -> tuple[Query, tuple[str, ...]]:
    """A query's shape, its concept and relation names replaced by slots `_0`, `_1`, ..., and the names."""
    found: list[str] = []

    def slot(node: Any) -> Any:
        if not isinstance(node, Atom):
            return node
        found.append(node.name)
        return replace(node, name=f"_{len(found) - 1}")

    return rebuild(query, slot), tuple(found)
