"""Logic syntax: `exists x. person(x) & hold(x, the y. bat(y))`, to the tree and back.

Binding strength, tightest first: `~`, `&`, `|`, `->` (right), `<->`. The body of a quantifier reaches as far right as
it can.
"""

from __future__ import annotations

from lark import Lark

from neurona.programs.printer import Style, write
from neurona.programs.reader import NAME, Reading, TreeActions, read
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

_GRAMMAR = r"""
?start: describe | counting | formula
describe: _DESCRIBE NAME ["(" term ("," term)* ")"]
?formula: iff
?iff: implies | iff "<->" implies -> iff
?implies: or_ | or_ "->" implies -> implies
or_: and_ ("|" and_)*
and_: unary ("&" unary)*
?unary: "~" unary -> not_ | quantified | compare | atom | "(" formula ")"
quantified: (EXISTS | FORALL) NAME ("," NAME)* "." formula
counting: _COUNT NAME "." formula
compare: "(" number COMPARISON number ")"
?number: "(" counting ")" | INT -> whole
atom: NAME "(" term ("," term)* ")"
?term: NAME -> variable | _THE NAME "." formula -> the
EXISTS.2: /exists\b/
FORALL.2: /forall\b/
_DESCRIBE.2: /describe\b/
_COUNT.2: /count\b/
_THE.2: /the\b/
COMPARISON: ">=" | "<=" | "!=" | ">" | "<" | "="
INT: /[0-9]{1,6}/
%ignore /\s+/
"""

_PARSER = Lark(_GRAMMAR + NAME, parser="lalr")
_STYLE = Style(
    forms={
        Variable: "{name}",
        Number: "{value}",
        The: "the {variable}. {body}",
        Atom: "{name}({terms})",
        Describe: "describe {category}({terms})",
        Not: "~{body_}",
        And: " & ",
        Or: " | ",
        Implies: "{left_} -> {right_}",
        Iff: "{left_} <-> {right_}",
        Exists: "exists {variable}. {body}",
        Forall: "forall {variable}. {body}",
        Count: "count {variable}. {body}",
        Compare: "({left_} {operator} {right_})",
    },
    bare=(Atom, Not, Compare, Number),
    no_terms="describe {category}",
    comparisons={},
)


def parse_logic(text: str) -> Query:
    """Read a query in logic syntax; raises a QueryError as `read` does."""
    return read_logic(text).query


def read_logic(text: str) -> Reading:
    """As `parse_logic`, with the places of names."""
    return read(_PARSER, TreeActions(), text)


def to_logic(node: Node) -> str:
    """Print a tree in logic syntax; `parse_logic` reads it back to the same tree."""
    return write(node, _STYLE)
