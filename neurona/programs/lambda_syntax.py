"""The reference's lambda syntax, to the tree and back.

    exists(Object, lambda x: person(x) and hold(x, iota(Object, lambda y: bat(y))))
    describe(Position, lambda k: position(k, iota(Object, lambda x: piano(x)) and iota(Object, lambda y: room(y))))
    greater_than(count(Object, lambda x: cat(x)), count(Object, lambda y: dog(y)))

`not` binds tighter than `and`, `and` tighter than `or`, as in Python. What the reference cannot say is written as
a call: `implies(a, b)`, `iff(a, b)`, `greater_equal`, `less_equal`, `not_equal`; `describe(Category, lambda k: category(k))` has no terms.
"""

from __future__ import annotations

from lark import Lark, Token, v_args

from neurona.errors import QueryError
from neurona.programs.reader import TreeActions, read
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

COMPARISONS = {
    "greater_than": ">",
    "less_than": "<",
    "greater_equal": ">=",
    "less_equal": "<=",
    "equal": "=",
    "not_equal": "!=",
}

_GRAMMAR = r"""
?start: describing | counting | formula
describing: "describe" "(" NAME "," "lambda" NAME ":" NAME "(" NAME ["," term ("and" term)*] ")" ")"
?formula: or_
or_: and_ ("or" and_)*
and_: unary ("and" unary)*
?unary: "not" unary -> not_ | quantified | comparing | two | atom | "(" formula ")"
?two: "implies" "(" formula "," formula ")" -> implies | "iff" "(" formula "," formula ")" -> iff
quantified: (EXISTS | FORALL) "(" _type "lambda" NAME ":" formula ")"
counting: "count" "(" _type "lambda" NAME ":" formula ")"
comparing: COMPARISON "(" number "," number ")"
?number: counting | INT -> whole
atom: NAME "(" term ("," term)* ")"
?term: NAME -> variable | "iota" "(" _type "lambda" NAME ":" formula ")" -> the
_type: "Object" ","
EXISTS.2: "exists"
FORALL.2: "forall"
COMPARISON.2: "greater_than" | "less_than" | "greater_equal" | "less_equal" | "not_equal" | "equal"
NAME: /(?!(exists|forall|count|describe|iota|lambda|not|and|or|implies|iff|greater_than|less_than|greater_equal|less_equal|not_equal|equal)\b)[A-Za-z_][A-Za-z0-9_]*/
INT: /[0-9]{1,6}/
%ignore /\s+/
"""


@v_args(inline=True)
class _Actions(TreeActions):
    def comparing(self, name: Token, left, right) -> Compare:
        return Compare(COMPARISONS[name], left, right)  # type: ignore[arg-type]

    def describing(self, category: Token, variable: Token, word: Token, asked: Token, *terms) -> Describe:
        if str(word) != category.lower():
            raise QueryError(f"expected {category.lower()!r}, the category in small letters", "", *_place(word))
        if asked != variable:
            raise QueryError(f"expected {str(variable)!r}, the variable of this lambda", "", *_place(asked))
        return self.describe(category, *terms)


_PARSER = Lark(_GRAMMAR, parser="lalr")


def parse_lambda(text: str) -> Query:
    """Read a query in the reference's lambda syntax; raises a QueryError as `read` does."""
    return read(_PARSER, _Actions(), text)


def to_lambda(node: Node) -> str:
    """Print a tree in lambda syntax; `parse_lambda` reads it back to the same tree."""
    match node:
        case Variable(name):
            return name
        case Number(value):
            return str(value)
        case The(variable, body):
            return f"iota(Object, lambda {variable}: {to_lambda(body)})"
        case Atom(name, terms):
            return f"{name}({', '.join(map(to_lambda, terms))})"
        case Describe(category, terms):
            told = f", {' and '.join(map(to_lambda, terms))}" if terms else ""
            return f"describe({category}, lambda k: {category.lower()}(k{told}))"
        case Not(body):
            return "not " + _inner(body)
        case And(parts):
            return " and ".join(map(_inner, parts))
        case Or(parts):
            return " or ".join(map(_inner, parts))
        case Implies(left, right):
            return f"implies({to_lambda(left)}, {to_lambda(right)})"
        case Iff(left, right):
            return f"iff({to_lambda(left)}, {to_lambda(right)})"
        case Exists(variable, body):
            return f"exists(Object, lambda {variable}: {to_lambda(body)})"
        case Forall(variable, body):
            return f"forall(Object, lambda {variable}: {to_lambda(body)})"
        case Count(variable, body):
            return f"count(Object, lambda {variable}: {to_lambda(body)})"
        case Compare(operator, left, right):
            name = next(name for name, symbol in COMPARISONS.items() if symbol == operator)
            return f"{name}({to_lambda(left)}, {to_lambda(right)})"


def _inner(node: Node) -> str:
    text = to_lambda(node)
    return f"({text})" if isinstance(node, And | Or) else text


def _place(token: Token) -> tuple[int, int]:
    return token.line or 1, token.column or 1
