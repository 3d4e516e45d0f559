"""Logic syntax: `exists x. person(x) & hold(x, the y. bat(y))`, to the tree and back.

Binding strength, tightest first: `~`, `&`, `|`, `->` (right), `<->`. The body of a quantifier reaches as far right as
it can.
"""

from __future__ import annotations

from lark import Lark

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


_PARSER = Lark(_GRAMMAR, parser="lalr")


def parse_logic(text: str) -> Query:
    """Read a query in logic syntax; raises a QueryError as `read` does."""
    return read(_PARSER, TreeActions(), text)


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
