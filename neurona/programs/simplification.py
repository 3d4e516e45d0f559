"""Shorter queries that mean the same.

    exists x. ~~face(x) & face(x)                          exists x. face(x)
    ~(exists x. ~face(x))                                  forall x. face(x)
    ((count x. face(x)) >= 1)                              exists x. face(x)
    exists x. dog(x) & animal(x), every dog an animal      exists x. dog(x)

A rule turns one node into one of fewer nodes, so rewriting ends. All rules are sound for classical logic over worlds (see
`worlds`), the one without individuals among them. Only some hold in every logic of the executor: a & a is not a where "and" multiplies
probabilities. `every_logic=True` keeps to those: double negation, De Morgan, nested conjunctions made one,
contraposition, quantifiers of one kind drawn together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from neurona.errors import QueryError
from neurona.programs.entailment import search
from neurona.programs.expand import rebuild
from neurona.programs.negation import OPPOSITE, TURNED, flat
from neurona.programs.tree import (
    And,
    Compare,
    Count,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Node,
    Not,
    Number,
    Or,
    Query,
    free_variables,
    size,
)
from neurona.programs.vocabulary import Vocabulary

Rule: TypeAlias = Callable[[Any], Any]

MAX_NODES = 1_000
MAX_LEAVES = 6
MAX_PARTS = 12
MAX_DECISIONS = 200


def simplify(query: Query, vocabulary: Vocabulary | None = None, every_logic: bool = False) -> Query:
    """An equivalent query, never of more nodes; simplifying it again changes nothing.

    Args:
        query: any query.
        vocabulary: parts that follow from others by its definitions and axioms are left out.
        every_logic: use only what holds in every logic of the executor; the vocabulary is not used then.

    Raises:
        QueryError: more than 1,000 nodes.
    """
    if size(query) > MAX_NODES:
        raise QueryError(f"the query has {size(query)} nodes; at most {MAX_NODES} are simplified")
    rules: list[Rule] = [_flattened, _denial, _contraposed, _drawn_together]
    if not every_logic:
        rules += [_vacuous, _counted, _without_repeats, _propositional]
        if vocabulary is not None and (vocabulary.axioms or vocabulary.definitions):
            rules.append(_Redundant(vocabulary).rule)
    done: dict[Node, Node] = {}

    def smaller(node: Any) -> Any:
        if node not in done:
            done[node] = _first_smaller(node, rules)
        return done[node]

    while True:
        shorter = rebuild(query, smaller)
        if shorter == query:
            return query
        query = shorter


def _first_smaller(node: Any, rules: Sequence[Rule]) -> Any:
    for rule in rules:
        found = rule(node)
        if found is not None and size(found) < size(node):
            return found
    return node


# Rules of every logic: node -> an equivalent node, or None where the rule does not apply.


def _flattened(node: Node) -> Node | None:
    return type(node)(flat(node)) if isinstance(node, And | Or) else None


def _denial(node: Node) -> Node | None:
    """~~a: a.  ~(exists x. ~a): forall x. a.  ~(a > b): a <= b.  ~a & ~b: ~(a | b)."""
    match node:
        case Not(Not(body)):
            return body
        case Not(Exists(variable, Not(body))):
            return Forall(variable, body)
        case Not(Forall(variable, Not(body))):
            return Exists(variable, body)
        case Not(Compare(operator, left, right)):
            return Compare(OPPOSITE[operator], left, right)
        case And(parts) | Or(parts) if all(isinstance(part, Not) for part in parts):
            kind = Or if isinstance(node, And) else And
            return Not(kind(tuple(part.body for part in parts if isinstance(part, Not))))
    return None


def _contraposed(node: Node) -> Node | None:
    match node:
        case Implies(Not(left), Not(right)):
            return Implies(right, left)
        case Iff(Not(left), Not(right)):
            return Iff(left, right)
    return None


def _drawn_together(node: Node) -> Node | None:
    """(exists x. a) | (exists x. b): exists x. a | b.  (forall x. a) & (forall x. b): forall x. a & b."""
    if not isinstance(node, And | Or):
        return None
    kind: type[Exists] | type[Forall] = Exists if isinstance(node, Or) else Forall
    variable = next((part.variable for part in node.parts if isinstance(part, kind)), None)
    alike = [part for part in node.parts if isinstance(part, kind) and part.variable == variable]
    if len(alike) < 2:
        return None
    joined = kind(alike[0].variable, type(node)(tuple(part.body for part in alike)))
    parts = [joined if part is alike[0] else part for part in node.parts if part is alike[0] or part not in alike]
    return parts[0] if len(parts) == 1 else type(node)(tuple(parts))


# Rules of classical logic.


def _vacuous(node: Node) -> Node | None:
    """exists x. exists y. a: exists y. a, where x is not in a. Not for any a: `exists x. forall y. b` says that there is something."""
    match node:
        case Exists(variable, Exists() as body) | Forall(variable, Forall() as body) if variable not in free_variables(
            body
        ):
            return body
    return None


def _counted(node: Node) -> Node | None:
    """At least one, and none."""
    match node:
        case Compare(operator, Number() as left, Count() as right):
            return _counted(Compare(TURNED[operator], right, left))
        case Compare(operator, Count(variable, body), Number(value)):
            if (operator, value) in ((">", 0), (">=", 1), ("!=", 0)):
                return Exists(variable, body)
            if (operator, value) in (("=", 0), ("<", 1), ("<=", 0)):
                return Not(Exists(variable, body))
    return None


def _without_repeats(node: Node) -> Node | None:
    if not isinstance(node, And | Or):
        return None
    parts = tuple(dict.fromkeys(node.parts))
    return parts[0] if len(parts) == 1 else type(node)(parts)


def _propositional(node: Node) -> Node | None:
    """The smallest sum of products or product of sums, of the parts that connectives join."""
    if not isinstance(node, And | Or | Not | Implies | Iff):
        return None
    from neurona.programs.smallest_form import smallest_form  # SymPy: half a second of CPU that few queries need

    return smallest_form(node, MAX_LEAVES)


class _Redundant:
    """Leaves out a part of a conjunction that follows from the others, or of a disjunction from which another follows."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary

    def rule(self, node: Node) -> Node | None:
        if not isinstance(node, And | Or) or len(node.parts) > MAX_PARTS:
            return None
        # From the end: where two parts say the same, the first stays.
        for k in reversed(range(len(node.parts))):
            part, others = node.parts[k], node.parts[:k] + node.parts[k + 1 :]
            rest: Formula = others[0] if len(others) == 1 else type(node)(others)
            surplus = And((rest, Not(part))) if isinstance(node, And) else And((part, Not(rest)))
            if self._impossible(surplus):
                return rest
        return None

    def _impossible(self, formula: Formula) -> bool:
        try:
            found = search(formula, self.vocabulary, decisions=MAX_DECISIONS)
        except QueryError:  # too large a search: the part stays
            return False
        return found.world is None and found.settled
