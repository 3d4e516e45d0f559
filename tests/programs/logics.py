"""Formulas where "and" multiplies probabilities: a logic in which a & a is not a."""

from math import prod

from neurona.programs.tree import And, Atom, Exists, Forall, Iff, Implies, Not, Or, Variable


class _Beyond(Exception):
    """Terms and numbers have no value here."""


def probability(formula, bound=None):
    """Of a formula over three entities; None where it holds `the` or numbers."""
    try:
        return _probability(formula, bound or {"x": 0, "y": 1, "z2": 2})
    except _Beyond:
        return None


def _probability(node, bound):
    def of(part):
        return _probability(part, bound)

    def each():
        return [_probability(node.body, {**bound, node.variable: k}) for k in range(3)]

    match node:
        case Atom(name, terms):
            if not all(isinstance(term, Variable) for term in terms):
                raise _Beyond
            seed = sum(map(ord, name)) + sum(7**k * (3 + bound[term.name]) for k, term in enumerate(terms))
            return 0.05 + 0.9 * (seed % 17) / 17
        case Not(body):
            return 1 - of(body)
        case And(parts):
            return prod(map(of, parts))
        case Or(parts):
            return 1 - prod(1 - of(part) for part in parts)
        case Implies(left, right):
            return 1 - of(left) * (1 - of(right))
        case Iff(left, right):
            return of(And((Implies(left, right), Implies(right, left))))
        case Exists():
            return 1 - prod(1 - p for p in each())
        case Forall():
            return prod(each())
    raise _Beyond
