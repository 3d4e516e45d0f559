"""Types of a query: known words, right arities, bound variables."""

from __future__ import annotations

from collections.abc import Callable

from neurona.errors import QueryError, nearest_name
from neurona.programs.logic_syntax import read_logic, to_logic
from neurona.programs.reader import Path, Place
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


def check(
    query: Query, vocabulary: Vocabulary, text: str | None = None, place: Callable[[Path], Place] | None = None
) -> None:
    """Raise a QueryError at the first unknown word, wrong arity or unbound variable.

    Args:
        query: the tree.
        vocabulary: known words.
        text: what was read; the query in logic syntax unless given.
        place: path of a node -> where it stands in `text`, as a `Reading` has it.
    """
    try:
        _check(query, vocabulary, frozenset(), ())
    except _Fault as fault:
        if text is None or place is None:
            text = to_logic(query)
            place = _places(query, text)
        raise QueryError(fault.reason, text, *place(fault.path)) from None


class _Fault(Exception):
    """What is wrong, and at which node."""

    def __init__(self, reason: str, path: Path):
        self.reason, self.path = reason, path


def _places(query: Query, text: str) -> Callable[[Path], Place]:
    try:
        reading = read_logic(text)
    except QueryError:  # a tree built by hand can be deeper than any text that is read
        return lambda path: (1, 1)
    return reading.place if reading.query == query else lambda path: (1, 1)


def _check(node: Node, vocabulary: Vocabulary, bound: frozenset[str], path: Path) -> None:
    match node:
        case Describe(category, terms):
            _check_category(category, len(terms), vocabulary, path)
        case Variable(name) if name not in bound:
            raise _Fault(f"variable {name!r} is not bound{nearest_name(name, bound)}", path)
        case Atom(name, terms):
            arity = vocabulary.arity(name)
            if name in vocabulary.paired:
                hint = "ask pairs: `neurona query RUN QUERY --pair ID,ID`, or `paired(reading, [(ID, ID)])`"
                raise _Fault(f"{name!r} relates the things of two recordings, and this is asked of one; {hint}", path)
            if arity is None:
                words = [*vocabulary.concepts, *vocabulary.definitions, *vocabulary.relations]
                raise _Fault(f"unknown concept {name!r}{nearest_name(name, words)}", path)
            if arity != len(terms):
                raise _Fault(f"{name!r} takes {arity} term(s), found {len(terms)}", path)
        case Exists(variable, _) | Forall(variable, _) | Count(variable, _) | The(variable, _):
            bound = bound | {variable}
    for k, child in enumerate(children(node)):
        _check(child, vocabulary, bound, (*path, k))


def _check_category(category: str, terms: int, vocabulary: Vocabulary, path: Path) -> None:
    if category not in vocabulary.categories:
        raise _Fault(f"unknown category {category!r}{nearest_name(category, vocabulary.categories)}", path)
    arity = vocabulary.arity(vocabulary.categories[category][0])
    if terms not in ((0, 1) if arity == 1 else (2,)):
        expected = "no term or one" if arity == 1 else "two terms"
        raise _Fault(f"category {category!r} takes {expected}, found {terms}", path)
