"""SymPy's smallest sum of products or product of sums, of the parts that connectives join."""

from __future__ import annotations

from typing import Any

from sympy import Symbol
from sympy.logic import boolalg

from neurona.programs.tree import And, Iff, Implies, Node, Not, Or, size


def smallest_form(node: Node, most: int) -> Node | None:
    """An equivalent formula of the same parts; None where they are more than `most`."""
    leaves: dict[Node, Symbol] = {}
    expression = _expression(node, leaves)
    if len(leaves) > most:
        return None
    shortest = min(leaves, key=size)
    found = boolalg.simplify_logic(expression)
    if found in (boolalg.true, boolalg.false):
        kind = Or if found == boolalg.true else And
        return kind((shortest, Not(shortest)))  # type: ignore[arg-type]
    formula: Node = _formula(found, {symbol: leaf for leaf, symbol in leaves.items()})
    return formula


def _expression(node: Any, leaves: dict[Node, Symbol]) -> Any:
    match node:
        case Not(body):
            return boolalg.Not(_expression(body, leaves))
        case And(parts) | Or(parts):
            kind = boolalg.And if isinstance(node, And) else boolalg.Or
            return kind(*(_expression(part, leaves) for part in parts))
        case Implies(left, right):
            return boolalg.Implies(_expression(left, leaves), _expression(right, leaves))
        case Iff(left, right):
            return boolalg.Equivalent(_expression(left, leaves), _expression(right, leaves))
    # SymPy orders by name: these keep the order of reading.
    return leaves.setdefault(node, Symbol(f"p{len(leaves):04d}"))


def _formula(found: Any, leaves: dict[Symbol, Node]) -> Any:
    if isinstance(found, Symbol):
        return leaves[found]
    parts = tuple(_formula(part, leaves) for part in found.args)
    if isinstance(found, boolalg.Not):
        return Not(parts[0])
    return {boolalg.And: And, boolalg.Or: Or}[type(found)](parts)
