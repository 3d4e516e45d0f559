"""What the text surfaces share: limits, positions of errors, and the actions that build the tree."""

from __future__ import annotations

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
    Not,
    Number,
    Or,
    Query,
    The,
    Variable,
)

MAX_CHARACTERS = 10_000
MAX_DEPTH = 100


def read(parser: Lark, actions: Transformer, text: str) -> Query:
    """Parse a text and build the tree.

    Raises:
        QueryError: not a query, longer than 10,000 characters or its parse deeper than 100 levels; with position.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"the query has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    try:
        found = parser.parse(text)
    except UnexpectedEOF as error:
        raise _at_the_end(text) from error
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise _at_the_end(text) from error
        raise QueryError("this does not fit here", text, max(error.line, 1), max(error.column, 1)) from error
    except UnexpectedCharacters as error:
        raise QueryError("this does not fit here", text, max(error.line, 1), max(error.column, 1)) from error
    except UnexpectedInput as error:
        raise QueryError("not a query", text) from error
    _check_depth(found, text)
    try:
        return actions.transform(found)
    except VisitError as error:
        if isinstance(error.orig_exc, QueryError):
            raise QueryError(error.orig_exc.reason, text, error.orig_exc.line, error.orig_exc.column) from error
        raise


def _at_the_end(text: str) -> QueryError:
    lines = text.split("\n")
    return QueryError("the query ends too early", text, len(lines), len(lines[-1]) + 1)


def _check_depth(found: Tree, text: str) -> None:
    """Refuse what recursion over the tree could not bear. The parser itself does not recurse."""
    stack: list[tuple[object, int]] = [(found, 1)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, Tree):
            stack.extend((child, depth + 1) for child in node.children)
        elif isinstance(node, Token) and depth > MAX_DEPTH:
            raise QueryError(f"nested deeper than {MAX_DEPTH} levels", text, node.line or 1, node.column or 1)


@v_args(inline=True)
class TreeActions(Transformer):
    """Rule name -> node; the grammars of all text surfaces name their rules alike."""

    def variable(self, name: Token) -> Variable:
        return Variable(str(name))

    def the(self, name: Token, body) -> The:
        return The(str(name), body)

    def atom(self, name: Token, *terms) -> Atom:
        return Atom(str(name), terms)

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

    def quantified(self, kind: Token, name: Token, body):
        return (Exists if kind == "exists" else Forall)(str(name), body)

    def counting(self, name: Token, body) -> Count:
        return Count(str(name), body)

    def whole(self, value: Token) -> Number:
        return Number(int(value))

    def compare(self, left, operator: Token, right) -> Compare:
        return Compare(str(operator), left, right)  # type: ignore[arg-type]

    def describe(self, category: Token, *terms) -> Describe:
        return Describe(str(category), tuple(term for term in terms if term is not None))
