"""Logic syntax: `exists x. person(x) & hold(x, the y. bat(y))`, to the tree and back.

Binding strength, tightest first: `~`, `&`, `|`, `->` (right), `<->`. The body of a quantifier reaches as far right as
it can.
"""

from __future__ import annotations

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

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
)

MAX_CHARACTERS = 10_000
MAX_DEPTH = 50

_GRAMMAR = r"""
?start: describe | counting | formula
describe: "describe" NAME ["(" term ("," term)* ")"]
?formula: iff
?iff: implies | iff "<->" implies -> iff
?implies: or_ | or_ "->" implies -> implies
or_: and_ ("|" and_)*
and_: unary ("&" unary)*
?unary: "~" unary -> not_ | quantified | compare | atom | "(" formula ")"
quantified: (EXISTS | FORALL) NAME "." formula
counting: "count" NAME "." formula
compare: "(" number COMPARISON number ")"
?number: "(" counting ")" | INT -> whole
atom: NAME "(" term ("," term)* ")"
?term: NAME -> variable | "the" NAME "." formula -> the
EXISTS.2: "exists"
FORALL.2: "forall"
COMPARISON: ">=" | "<=" | "!=" | ">" | "<" | "="
NAME: /(?!(exists|forall|count|the|describe)\b)[A-Za-z_][A-Za-z0-9_]*/
INT: /[0-9]{1,6}/
%ignore /\s+/
"""


@v_args(inline=True)
class _Tree(Transformer):
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


_PARSER = Lark(_GRAMMAR, parser="lalr")


def parse_logic(text: str) -> Query:
    """Read a query in logic syntax.

    Raises:
        QueryError: not a query, longer than 10,000 characters or nested deeper than 50 levels; with position.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"the query has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    depth = 0
    for column, character in enumerate(text, start=1):
        depth += (character in "(~.") - (character == ")")
        if depth > MAX_DEPTH:
            raise QueryError(f"nested deeper than {MAX_DEPTH} levels", text, column=column)
    try:
        return _Tree().transform(_PARSER.parse(text))
    except UnexpectedEOF as error:
        raise QueryError("the query ends too early", text, column=len(text) + 1) from error
    except (UnexpectedCharacters, UnexpectedToken) as error:
        raise QueryError("this does not fit here", text, max(error.line, 1), max(error.column, 1)) from error
    except UnexpectedInput as error:
        raise QueryError("not a query", text) from error


def to_logic(node: Node) -> str:
    """Print a tree in logic syntax; `parse_logic` reads it back to the same tree."""
    match node:
        case Variable(name):
            return name
        case Number(value):
            return str(value)
        case The(variable, body):
            return f"the {variable}. {to_logic(body)}"
        case Atom(name, terms):
            return f"{name}({', '.join(map(to_logic, terms))})"
        case Describe(category, terms):
            return f"describe {category}" + (f"({', '.join(map(to_logic, terms))})" if terms else "")
        case Not(body):
            return "~" + _inner(body)
        case And(parts):
            return " & ".join(map(_inner, parts))
        case Or(parts):
            return " | ".join(map(_inner, parts))
        case Implies(left, right):
            return f"{_inner(left)} -> {_inner(right)}"
        case Iff(left, right):
            return f"{_inner(left)} <-> {_inner(right)}"
        case Exists(variable, body):
            return f"exists {variable}. {to_logic(body)}"
        case Forall(variable, body):
            return f"forall {variable}. {to_logic(body)}"
        case Count(variable, body):
            return f"count {variable}. {to_logic(body)}"
        case Compare(operator, left, right):
            return f"({_number(left)} {operator} {_number(right)})"


def _inner(node: Node) -> str:
    text = to_logic(node)
    return text if isinstance(node, Atom | Not | Compare) else f"({text})"


def _number(node: Count | Number) -> str:
    return f"({to_logic(node)})" if isinstance(node, Count) else to_logic(node)
