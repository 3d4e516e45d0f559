"""One writing for trees that differ in the names of bound variables and in the order of what has no order.

Bound variables are named after the number of binders above their own (de Bruijn levels), parts of `&` and `|` and the sides of `=` and
`!=` stand in the order of their text, and of the orders of neighbouring quantifiers of one kind the one whose text comes first is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import permutations
from typing import Any

from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Not,
    Or,
    The,
    Variable,
    free_variables,
    size,
)

MAX_EXCHANGED = 3
MAX_NODES_EXCHANGED = 40
"""Quantifiers are put in order where no more of them than this stand together, in a tree of no more nodes than this."""


def ordered(node: Any) -> Any:
    """The tree in its one writing; variables that are free in it keep their names.

    exists y. b(y) & a(y)          exists v0. a(v0) & b(v0)
    """
    taken = [name for name in free_variables(node) if re.fullmatch(r"v+\d+", name)]
    stem = "v" * (1 + max((len(name.rstrip("0123456789")) for name in taken), default=0))
    made, _ = _Ordering(stem).of(node, {}, 0)
    return made


class _Ordering:
    """Writes a tree together with a text that its place among others is decided by."""

    def __init__(self, stem: str):
        self.stem = stem

    def of(self, node: Any, bound: Mapping[str, str], depth: int) -> tuple[Any, str]:
        match node:
            case Variable(name):
                name = bound.get(name, name)
                return Variable(name), name
            case Atom(name, terms) | Describe(name, terms):
                pairs = [self.of(term, bound, depth) for term in terms]
                return type(node)(
                    name, tuple(one for one, _ in pairs)
                ), f"{name}({', '.join(text for _, text in pairs)})"
            case Not(body):
                made, text = self.of(body, bound, depth)
                return Not(made), f"~{text}"
            case And(parts) | Or(parts):
                pairs = sorted((self.of(part, bound, depth) for part in parts), key=_text)
                sign = " & " if isinstance(node, And) else " | "
                return type(node)(tuple(one for one, _ in pairs)), f"({sign.join(text for _, text in pairs)})"
            case Exists() | Forall():
                return self._block(node, bound, depth)
            case Count(variable, body) | The(variable, body):
                level = f"{self.stem}{depth}"
                made, text = self.of(body, {**bound, variable: level}, depth + 1)
                return type(node)(level, made), f"{type(node).__name__} {level}. {text}"
            case Compare(operator, left, right):
                pairs = [self.of(left, bound, depth), self.of(right, bound, depth)]
                # A number stays on the right.
                if operator in ("=", "!=") and isinstance(right, Count):
                    pairs.sort(key=_text)
                return Compare(operator, pairs[0][0], pairs[1][0]), f"{pairs[0][1]} {operator} {pairs[1][1]}"
        return node, str(node)

    def _block(self, node: Exists | Forall, bound: Mapping[str, str], depth: int) -> tuple[Any, str]:
        kind, variables, body = type(node), [node.variable], node.body
        while isinstance(body, kind) and body.variable not in variables:
            variables.append(body.variable)
            body = body.body
        levels = [f"{self.stem}{depth + k}" for k in range(len(variables))]
        exchanged = 1 < len(variables) <= MAX_EXCHANGED and size(body) <= MAX_NODES_EXCHANGED
        found = [
            self.of(body, {**bound, **dict(zip(order, levels, strict=True))}, depth + len(levels))
            for order in (permutations(variables) if exchanged else [variables])
        ]
        made, text = min(found, key=_text)
        for level in reversed(levels):
            made, text = kind(level, made), f"{kind.__name__} {level}. {text}"
        return made, text


def _text(pair: tuple[Any, str]) -> str:
    return pair[1]
