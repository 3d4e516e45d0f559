"""What the text surfaces share: limits, names, places of words and errors, and the actions that build the tree.

A tree holds no positions, so that equal queries are equal trees. Where each name stood is kept beside it, in a `Reading`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from lark import Lark, Token, Transformer, Tree, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

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
    Query,
    The,
    Variable,
    children,
)
from neurona.programs.vocabulary import RESERVED

MAX_CHARACTERS = 10_000
MAX_DEPTH = 100
MOST_VARIABLES = 4
"""That one quantifier binds (`exists x, y. a` is `exists x. exists y. a`), so that depth stays bounded."""

NAME = rf"""
NAME: /(?!({"|".join(sorted(RESERVED, key=len, reverse=True))})\b)[A-Za-z_][A-Za-z0-9_]*/
"""
"""Grammar rule: words of the language, in whichever surface, are no names."""

Path: TypeAlias = tuple[int, ...]
"""The way from the root of a tree to a node: indices into `children`."""

Place: TypeAlias = tuple[int, int]
"""Line and column, from 1."""


class Reading(NamedTuple):
    """A query with the place in the text of each of its atoms, variables and categories."""

    query: Query
    place: Callable[[Path], Place]


def read(parser: Lark, actions: TreeActions, text: str, tokens: list[Token] | None = None) -> Reading:
    """Parse a text and build the tree.

    Args:
        parser: of the surface's grammar.
        actions: a new object.
        text: the query.
        tokens: the text in tokens, where the surface has a way of its own to find them.

    Raises:
        QueryError: not a query, longer than 10,000 characters or its parse deeper than 100 levels; with position.
    """
    refuse_long(text, MAX_CHARACTERS)
    try:
        found = parser.parse(text if tokens is None else tokens)
    except UnexpectedEOF as error:
        raise at_the_end(text) from error
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise at_the_end(text) from error
        raise QueryError("this does not fit here", text, error.line, error.column) from error
    except UnexpectedCharacters as error:
        raise QueryError("this does not fit here", text, error.line, error.column) from error
    except UnexpectedInput as error:
        raise QueryError("not a query", text) from error
    check_depth(found, text)
    try:
        query = actions.transform(found)
    except VisitError as error:
        if isinstance(error.orig_exc, QueryError):
            raise QueryError(error.orig_exc.reason, text, error.orig_exc.line, error.orig_exc.column) from error
        raise
    places = actions.places_in(query)
    return Reading(query, lambda path: places.get(path, (1, 1)))


def refuse_long(text: str, limit: int) -> None:
    """Raise a QueryError that points at the first character too many."""
    if len(text) > limit:
        reason = f"the query has {len(text)} characters; at most {limit} are read"
        raise QueryError(reason, text, *line_and_column(text, limit))


def line_and_column(text: str, offset: int) -> Place:
    """The place of a character, for people: from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def place_of(token: Token) -> Place:
    """Where a token begins."""
    return token.line or 1, token.column or 1


def at_the_end(text: str) -> QueryError:
    """The error of a text that stops too soon."""
    return QueryError("the query ends too early", text, *line_and_column(text, len(text)))


def check_depth(found: Tree, text: str) -> None:
    """Refuse what recursion over the tree could not bear. The parser itself does not recurse."""
    stack: list[tuple[object, int]] = [(found, 1)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, Tree):
            stack.extend((child, depth + 1) for child in node.children)
        elif isinstance(node, Token) and depth > MAX_DEPTH:
            raise QueryError(f"nested deeper than {MAX_DEPTH} levels", text, *place_of(node))


@v_args(inline=True)
class TreeActions(Transformer):
    """Rule name -> node; the grammars of all text surfaces name their rules alike. One object reads one text."""

    def __init__(self) -> None:
        super().__init__()
        # By identity, as equal nodes stand at several places; the node is kept, else its identity could be given away.
        self._places: dict[int, tuple[Node, Place]] = {}

    def at(self, token: Token, node: Any) -> Any:
        """The node, its place noted."""
        self._places[id(node)] = (node, place_of(token))
        return node

    def places_in(self, query: Node) -> dict[Path, Place]:
        """Path -> place, of every node whose place was noted."""
        found: dict[Path, Place] = {}
        stack: list[tuple[Path, Node]] = [((), query)]
        while stack:
            path, node = stack.pop()
            if id(node) in self._places:
                found[path] = self._places[id(node)][1]
            stack.extend(((*path, k), child) for k, child in enumerate(children(node)))
        return found

    def variable(self, name: Token) -> Variable:
        return self.at(name, Variable(str(name)))

    def the(self, name: Token, body) -> The:
        return The(str(name), body)

    def atom(self, name: Token, *terms) -> Atom:
        return self.at(name, Atom(str(name), terms))

    def not_(self, body) -> Not:
        return Not(body)

    def and_(self, *parts):
        return parts[0] if len(parts) == 1 else And(parts)

    def or_(self, *parts):
        return parts[0] if len(parts) == 1 else Or(parts)

    def implies(self, left, right) -> Implies:
        return Implies(left, right)

    def iff(self, left, right) -> Iff:
        return Iff(left, right)

    def quantified(self, kind: Token, *names_and_body):
        *names, body = names_and_body
        if len(names) > MOST_VARIABLES:
            reason = f"a quantifier takes {MOST_VARIABLES} variables at most; write a further one inside"
            raise QueryError(reason, "", *place_of(names[MOST_VARIABLES]))
        for name in reversed(names):
            body = (Exists if kind == "exists" else Forall)(str(name), body)
        return body

    def counting(self, name: Token, body) -> Count:
        return Count(str(name), body)

    def whole(self, value: Token) -> Number:
        return Number(int(value))

    def compare(self, left, operator: Token, right) -> Compare:
        return Compare(str(operator), left, right)  # type: ignore[arg-type]

    def describe(self, category: Token, *terms) -> Describe:
        return self.at(category, Describe(str(category), tuple(term for term in terms if term is not None)))
