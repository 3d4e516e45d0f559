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
from neurona.programs.printer import Style, write
from neurona.programs.reader import NAME, Reading, TreeActions, place_of, read
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
describing: _DESCRIBE "(" NAME "," _LAMBDA NAME ":" NAME "(" NAME ["," term (_AND term)*] ")" ")"
?formula: or_
or_: and_ (_OR and_)*
and_: unary (_AND unary)*
?unary: _NOT unary -> not_ | quantified | comparing | two | atom | "(" formula ")"
?two: _IMPLIES "(" formula "," formula ")" -> implies | _IFF "(" formula "," formula ")" -> iff
quantified: (EXISTS | FORALL) "(" _type _LAMBDA NAME ":" formula ")"
counting: _COUNT "(" _type _LAMBDA NAME ":" formula ")"
comparing: COMPARISON "(" number "," number ")"
?number: counting | INT -> whole
atom: NAME "(" term ("," term)* ")"
?term: NAME -> variable | _IOTA "(" _type _LAMBDA NAME ":" formula ")" -> the
_type: _OBJECT ","
EXISTS.2: /exists\b/
FORALL.2: /forall\b/
COMPARISON.2: /(greater_than|less_than|greater_equal|less_equal|not_equal|equal)\b/
_DESCRIBE.2: /describe\b/
_LAMBDA.2: /lambda\b/
_AND.2: /and\b/
_OR.2: /or\b/
_NOT.2: /not\b/
_IMPLIES.2: /implies\b/
_IFF.2: /iff\b/
_COUNT.2: /count\b/
_IOTA.2: /iota\b/
_OBJECT.2: /Object\b/
INT: /[0-9]{1,6}/
%ignore /\s+/
"""


@v_args(inline=True)
class _Actions(TreeActions):
    def comparing(self, name: Token, left, right) -> Compare:
        return Compare(COMPARISONS[name], left, right)  # type: ignore[arg-type]

    def describing(self, category: Token, variable: Token, word: Token, asked: Token, *terms) -> Describe:
        if str(word) != category.lower():
            raise QueryError(f"expected {category.lower()!r}, the category in small letters", "", *place_of(word))
        if asked != variable:
            raise QueryError(f"expected {str(variable)!r}, the variable of this lambda", "", *place_of(asked))
        return self.describe(category, *terms)


_PARSER = Lark(_GRAMMAR + NAME, parser="lalr")
_STYLE = Style(
    forms={
        Variable: "{name}",
        Number: "{value}",
        The: "iota(Object, lambda {variable}: {body})",
        Atom: "{name}({terms})",
        Not: "not {body_}",
        And: " and ",
        Or: " or ",
        Implies: "implies({left}, {right})",
        Iff: "iff({left}, {right})",
        Exists: "exists(Object, lambda {variable}: {body})",
        Forall: "forall(Object, lambda {variable}: {body})",
        Count: "count(Object, lambda {variable}: {body})",
        Compare: "{operator}({left}, {right})",
    },
    bare=(Atom, Not, Compare, Exists, Forall, Implies, Iff),
    no_terms="",
    comparisons={symbol: name for name, symbol in COMPARISONS.items()},
    special=lambda node: _describe(node) if isinstance(node, Describe) else None,
)


def parse_lambda(text: str) -> Query:
    """Read a query in the reference's lambda syntax; raises a QueryError as `read` does."""
    return read_lambda(text).query


def read_lambda(text: str) -> Reading:
    """As `parse_lambda`, with the places of names."""
    return read(_PARSER, _Actions(), text)


def to_lambda(node: Node) -> str:
    """Print a tree in lambda syntax; `parse_lambda` reads it back to the same tree."""
    return write(node, _STYLE)


def _describe(node: Describe) -> str:
    told = f", {' and '.join(map(to_lambda, node.terms))}" if node.terms else ""
    return f"describe({node.category}, lambda k: {node.category.lower()}(k{told}))"
