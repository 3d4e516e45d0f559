"""Programs that are written otherwise by a law of logic, and mean the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from neurona.programs.expand import rebuild
from neurona.programs.tree import And, Compare, Count, Exists, Forall, Formula, Implies, Not, Number, Or, The, Variable


def equal_programs(program: Formula, other: Formula) -> dict[str, Formula]:
    """Law -> the program by that law.

    Args:
        program: closed.
        other: closed; what absorption adds, and takes away.
    """
    return {
        "parts exchanged": rebuild(program, _exchanged),
        "double negation": Not(Not(rebuild(program, _twice_denied))),
        "De Morgan": rebuild(program, _de_morgan),
        "contraposition": rebuild(program, _contraposed),
        "variables renamed": rebuild(program, _renamed),
        "idempotence of and": And((program, program)),
        "idempotence of or": Or((program, program)),
        "absorption by and": And((program, Or((other, program)))),
        "absorption by or": Or((program, And((other, program)))),
        "exists as not forall": rebuild(program, _dual),
        "exists as count": rebuild(program, _counted),
    }


def _exchanged(node: Any) -> Any:
    return type(node)(node.parts[::-1]) if isinstance(node, And | Or) else node


def _twice_denied(node: Any) -> Any:
    return replace(node, body=Not(Not(node.body))) if isinstance(node, Exists | Forall | Count | Not) else node


def _de_morgan(node: Any) -> Any:
    if isinstance(node, And | Or):
        dual: Callable[..., Any] = Or if isinstance(node, And) else And
        return Not(dual(tuple(Not(part) for part in node.parts)))
    return node


def _contraposed(node: Any) -> Any:
    return Implies(Not(node.right), Not(node.left)) if isinstance(node, Implies) else node


def _renamed(node: Any) -> Any:
    if isinstance(node, Variable):
        return Variable(f"{node.name}_other")
    return replace(node, variable=f"{node.variable}_other") if isinstance(node, Exists | Forall | Count | The) else node


def _dual(node: Any) -> Any:
    if isinstance(node, Exists | Forall):
        kind = Forall if isinstance(node, Exists) else Exists
        return Not(kind(node.variable, Not(node.body)))
    return node


def _counted(node: Any) -> Any:
    return Compare(">=", Count(node.variable, node.body), Number(1)) if isinstance(node, Exists) else node
