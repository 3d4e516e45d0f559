"""What follows from what by the form of two formulas alone: quick, sound, and far from complete (see `entailment`).

a & b implies a        a implies a | b        exists x. a & b implies exists x. a        count >= 3 implies count >= 2
"""

from __future__ import annotations

from typing import Any

from neurona.programs.negation import OPPOSITE, TURNED
from neurona.programs.tree import And, Atom, Compare, Count, Exists, Forall, Formula, Not, Number, Or

TRUE = Compare("=", Number(0), Number(0))
FALSE = Compare("!=", Number(0), Number(0))


def denied(formula: Formula) -> Formula:
    """The denial of a formula in negation normal form, in negation normal form; comparisons stay in the form of `normal_form`."""
    match formula:
        case Atom():
            return Not(formula)
        case Not(body):
            return body
        case And(parts) | Or(parts):
            kind = Or if isinstance(formula, And) else And
            return kind(tuple(map(denied, parts)))
        case Exists(variable, body) | Forall(variable, body):
            other = Forall if isinstance(formula, Exists) else Exists
            return other(variable, denied(body))
        case Compare(">=", left, Number(value)):
            return Compare("<=", left, Number(value - 1)) if value else FALSE
        case Compare("<=", left, Number(value)):
            return Compare(">=", left, Number(value + 1))
        case Compare(">" | ">=" as operator, left, right):
            return Compare(TURNED[OPPOSITE[operator]], right, left)
        case Compare(operator, left, right):
            return Compare(OPPOSITE[operator], left, right)
    raise TypeError(f"not in negation normal form: {formula}")


def implies(a: Any, b: Any) -> bool:
    """Whether `b` is seen to follow from `a`, in every world; both with bound variables named by depth (`ordering`)."""
    if a in (b, FALSE) or b == TRUE:
        return True
    if isinstance(a, Or):
        return all(implies(part, b) for part in a.parts)
    if isinstance(b, And):
        return all(implies(a, part) for part in b.parts)
    if isinstance(a, And) and any(implies(part, b) for part in a.parts):
        return True
    if isinstance(b, Or) and any(implies(a, part) for part in b.parts):
        return True
    match a, b:
        case (Exists(x, left), Exists(y, right)) | (Forall(x, left), Forall(y, right)):
            return x == y and implies(left, right)
        case Compare(">=", Count(x, left), Number(more)), Compare(">=", Count(y, right), Number(fewer)):
            return x == y and more >= fewer and implies(left, right)
        case Compare("<=", Count(x, left), Number(fewer)), Compare("<=", Count(y, right), Number(more)):
            return x == y and fewer <= more and implies(right, left)
        case Compare(">=", Count(x, left), Number()), Exists(y, right):
            return x == y and implies(left, right)
    return False
