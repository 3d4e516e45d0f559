"""Types of a query: known words, right arities, bound variables."""

from __future__ import annotations

import re

from neurona.errors import QueryError, nearest_name
from neurona.programs.tree import (
    Atom,
    Count,
    Describe,
    Exists,
    Forall,
    Node,
    Query,
    The,
    Variable,
    children,
)
from neurona.programs.vocabulary import Vocabulary


def check(query: Query, vocabulary: Vocabulary, text: str = "") -> None:
    """Raise a QueryError at the first unknown word, wrong arity or unbound variable.

    Args:
        query: the tree.
        vocabulary: known words.
        text: what was read, to point at the column.
    """
    if isinstance(query, Describe):
        if query.category not in vocabulary.categories:
            hint = nearest_name(query.category, vocabulary.categories)
            raise _error(f"unknown category {query.category!r}{hint}", text, query.category)
        arity = vocabulary.arity(vocabulary.categories[query.category][0])
        allowed = (0, 1) if arity == 1 else (2,)
        if len(query.terms) not in allowed:
            raise _error(
                f"category {query.category!r} takes {allowed} terms, found {len(query.terms)}",
                text,
                query.category,
            )
    _check(query, vocabulary, frozenset(), text)


def _check(node: Node, vocabulary: Vocabulary, bound: frozenset[str], text: str) -> None:
    match node:
        case Variable(name) if name not in bound:
            raise _error(f"variable {name!r} is not bound{nearest_name(name, bound)}", text, name)
        case Atom(name, terms):
            arity = vocabulary.arity(name)
            if arity is None:
                words = [*vocabulary.concepts, *vocabulary.definitions, *vocabulary.relations]
                raise _error(f"unknown concept {name!r}{nearest_name(name, words)}", text, name)
            if arity != len(terms):
                raise _error(f"{name!r} takes {arity} term(s), found {len(terms)}", text, name)
        case Exists(variable, _) | Forall(variable, _) | Count(variable, _) | The(variable, _):
            bound = bound | {variable}
    for child in children(node):
        _check(child, vocabulary, bound, text)


def _error(reason: str, text: str, name: str) -> QueryError:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    start = found.start() if found else 0
    line = text.count("\n", 0, start) + 1
    return QueryError(reason, text, line, start - (text.rfind("\n", 0, start) + 1) + 1)
