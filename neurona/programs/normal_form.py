"""The normal form of a program: what differs in writing alone becomes the same tree.

    exists x. a(x) | a(x) & b(x)             exists v0. a(v0)
    ~(forall x. ~a(x) | ~b(x))               exists v0. a(v0) & b(v0)
    ((count x. a(x)) >= 1)                   exists v0. a(v0)
    exists x. a(x) & (b(x) | c(x))           (exists v0. a(v0) & b(v0)) | (exists v0. a(v0) & c(v0))
    exists y. exists x. p(x) & q(y)          (exists v0. p(v0)) & (exists v0. q(v0))

Definitions are expanded, negations pushed to the atoms (`negation`), `&` and `|` made flat and rid of what repeats, of what another part
says already (absorption) and of what contradicts; `exists` is drawn into the alternatives of its body and put around what shares its
variables only, `forall` likewise around `|`; comparisons of counts are written with `>=`, `<=`, `=` and `!=`; then all is put in order
(`ordering`). Every step keeps the value in every world, in one without individuals too (`exists` fails there, `forall` holds, a count
is 0). Truth and falsehood are `(0 = 0)` and `(0 != 0)`. Not every equivalence is seen: `entailment` decides those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count, product
from math import prod
from typing import Any, TypeAlias

from neurona.errors import QueryError
from neurona.programs.expand import expand, rebuild
from neurona.programs.implication import FALSE, TRUE, denied, implies
from neurona.programs.negation import MAX_NODES, TURNED, negation_normal_form
from neurona.programs.ordering import ordered
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Comparison,
    Count,
    Describe,
    Exists,
    Forall,
    Formula,
    Not,
    Number,
    Or,
    Query,
    The,
    Variable,
    free_variables,
    size,
)
from neurona.programs.vocabulary import Vocabulary
from neurona.programs.worlds import COMPARISONS

MAX_ALTERNATIVES = 16
"""Into how many alternatives the body of a quantifier is multiplied out at most; beyond, it stays as it is."""
MAX_ABSORBED = 300
"""Nodes of a conjunction or disjunction up to which absorption is looked for; beyond, equal parts alone are left out."""
MAX_ROUNDS = 5
"""How often the result is worked over; what absorption leaves can be multiplied out further."""

Joined: TypeAlias = type[And] | type[Or]
Quantifier: TypeAlias = type[Exists] | type[Forall]


@lru_cache(maxsize=1 << 15)
def normal_form(query: Query, vocabulary: Vocabulary | None = None) -> Query:
    """The normal form of a query; that of a normal form is itself.

    Args:
        query: any query.
        vocabulary: its definitions are expanded; none unless given.

    Raises:
        QueryError: more than 10,000 nodes are made on the way, or a definition leads back to itself.
    """
    if vocabulary is not None and vocabulary.definitions:
        query = expand(query, vocabulary)
    words: dict[str, str] = {}
    shape = rebuild(
        query,
        lambda node: (
            Atom(words.setdefault(node.name, f"_{len(words)}"), node.terms) if isinstance(node, Atom) else node
        ),
    )
    word_of = {slot: word for word, slot in words.items()}
    named = rebuild(
        _shape(shape), lambda node: Atom(word_of[node.name], node.terms) if isinstance(node, Atom) else node
    )
    found: Query = ordered(named)
    return found


@lru_cache(maxsize=1 << 14)
def _shape(query: Query) -> Query:
    """The normal form of a query, but for the order of parts; many queries differ in their words alone, and are worked out once."""
    for _ in range(MAX_ROUNDS):
        found: Query = ordered(_Builder().made(negation_normal_form(query), {}))
        if found == query:
            break
        query = found
    return query


class _Builder:
    """Rebuilds a negation normal form from its leaves; every binder gets a variable of its own."""

    def __init__(self) -> None:
        self.fresh: Iterator[str] = (f"bound {k}" for k in count())  # no written name holds a space
        self.nodes = 0
        self.keys: dict[Any, Any] = {}

    def made(self, node: Any, names: dict[str, str]) -> Any:
        match node:
            case Variable(name):
                return Variable(names.get(name, name))
            case Atom(_, terms) | Describe(_, terms):
                terms = tuple(self.made(term, names) for term in terms)
                nameless = isinstance(node, Atom) and any(
                    isinstance(term, The) and term.body == FALSE for term in terms
                )
                return FALSE if nameless else replace(node, terms=terms)
            case Not(body):
                inner = self.made(body, names)
                return TRUE if inner == FALSE else Not(inner)
            case And(parts) | Or(parts):
                return self.joined(type(node), [self.made(part, names) for part in parts])
            case Exists(variable, body) | Forall(variable, body):
                own = next(self.fresh)
                return self.quantified(type(node), [own], self.made(body, {**names, variable: own}))
            case Count(variable, body) | The(variable, body):
                own = next(self.fresh)
                return replace(node, variable=own, body=self.made(body, {**names, variable: own}))
            case Compare(operator, left, right):
                return self.compared(operator, self.made(left, names), self.made(right, names))
        return node

    def key(self, node: Any) -> Any:
        """The same for parts that differ in the names of bound variables alone."""
        if node not in self.keys:
            self.keys[node] = ordered(node)
        return self.keys[node]

    def tick(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise QueryError(f"the normal form needs more than {MAX_NODES} nodes; ask a shorter query")

    def joined(self, kind: Joined, parts: Iterable[Formula]) -> Formula:
        """The conjunction or disjunction of parts that are in normal form."""
        unit, zero = (TRUE, FALSE) if kind is And else (FALSE, TRUE)
        found: dict[Any, Formula] = {}
        for part in parts:
            for piece in part.parts if isinstance(part, kind) else (part,):
                if piece == zero:
                    return zero
                if piece != unit:
                    found.setdefault(self.key(piece), piece)
        nodes = sum(map(size, found))
        self.tick(1 + nodes)
        if any(self.key(denied(key)) in found for key in found):
            return zero
        if nodes <= MAX_ABSORBED:
            _absorb(found, kind)
        kept = tuple(found.values())
        return unit if not kept else kept[0] if len(kept) == 1 else kind(kept)

    def quantified(self, kind: Quantifier, variables: Sequence[str], body: Formula) -> Formula:
        """`exists` (`forall`) all variables, around a body in normal form."""
        inner: Joined = And if kind is Exists else Or
        outer: Joined = Or if kind is Exists else And
        if isinstance(body, outer):
            return self.joined(outer, [self.quantified(kind, variables, part) for part in body.parts])
        variables, parts = self._drawn_in(kind, inner, variables, body)
        own = [part for part in parts if free_variables(part) & set(variables)]
        rest = [part for part in parts if part not in own]
        choices = [part.parts for part in own if isinstance(part, outer)]
        if choices and prod(map(len, choices)) <= MAX_ALTERNATIVES:
            fixed = [part for part in own if not isinstance(part, outer)]
            each = [self.joined(inner, [*fixed, *chosen]) for chosen in product(*choices)]
            whole = self.joined(outer, [self.quantified(kind, variables, one) for one in each])
            return self.joined(inner, [*rest, whole])
        return self.joined(inner, [*rest, *self._components(kind, inner, variables, own)])

    def _drawn_in(
        self, kind: Quantifier, inner: Joined, variables: Sequence[str], body: Formula
    ) -> tuple[list[str], tuple[Formula, ...]]:
        """The variables and those of parts that begin with a quantifier of this kind, and the parts without these quantifiers."""
        variables, parts = list(variables), list(body.parts) if isinstance(body, inner) else [body]
        while True:
            nested = next((p for p in parts if isinstance(p, kind) and free_variables(p) & set(variables)), None)
            if nested is None:
                joined = self.joined(inner, parts)
                return variables, joined.parts if isinstance(joined, inner) else (joined,)
            parts.remove(nested)
            own = next(self.fresh)
            variables.append(own)
            opened = self.made(nested.body, {nested.variable: own})
            parts += opened.parts if isinstance(opened, inner) else [opened]

    def _components(
        self, kind: Quantifier, inner: Joined, variables: Sequence[str], parts: Sequence[Formula]
    ) -> list[Formula]:
        """A quantified formula for each group of variables that parts link."""
        groups: list[tuple[set[str], list[Formula]]] = [({name}, []) for name in variables]
        for part in parts:
            used = free_variables(part)
            linked = [group for group in groups if group[0] & used]
            groups = [group for group in groups if not group[0] & used]
            names = set().union(*(group[0] for group in linked))
            groups.append((names, [*(one for group in linked for one in group[1]), part]))
        found = []
        for names, own in groups:
            made = self.joined(inner, own)
            if own and made == (FALSE if inner is And else TRUE):
                return [made]  # exists x. false, forall x. true: the same in an empty world
            for name in reversed([name for name in variables if name in names]):
                made = kind(name, made)
            found.append(made)
        return found

    def compared(self, operator: Comparison, left: Count | Number, right: Count | Number) -> Formula:
        """A comparison in its one form: a number on the right, `>=`, `<=`, `=` or `!=`; whether there are any is `exists`."""
        left, right = (Number(0) if isinstance(side, Count) and side.body == FALSE else side for side in (left, right))
        if isinstance(left, Number) and isinstance(right, Number):
            return TRUE if COMPARISONS[operator](left.value, right.value) else FALSE
        if isinstance(left, Number) or (isinstance(right, Count) and operator in ("<", "<=")):
            operator, left, right = TURNED[operator], right, left
        if isinstance(right, Count):
            if self.key(left) == self.key(right):
                return TRUE if operator in (">=", "=") else FALSE
            return Compare(operator, left, right)
        assert isinstance(left, Count)
        value = right.value + {">": 1, "<": -1}.get(operator, 0)
        operator = {">": ">=", "<": "<="}.get(operator, operator)  # type: ignore[assignment]
        if value < 0 or (operator, value) == (">=", 0):
            return FALSE if value < 0 else TRUE
        if (operator, value) in ((">=", 1), ("!=", 0)):
            return self.quantified(Exists, [left.variable], left.body)
        if (operator, value) in (("<=", 0), ("=", 0)):
            return self.quantified(Forall, [left.variable], self.made(denied(left.body), {}))
        return Compare(operator, left, Number(value))


def _absorb(found: dict[Any, Formula], kind: Joined) -> None:
    """Leave out what follows from other parts of a conjunction, or what other parts of a disjunction follow from."""
    dual: Joined = Or if kind is And else And
    for key in list(found):
        others = [other for other in found if other != key]
        one = any(implies(other, key) if kind is And else implies(key, other) for other in others)
        # a & b & (c | (a & b)): several parts together.
        wholes = [part.parts for part in key.parts if isinstance(part, kind)] if isinstance(key, dual) else []
        if one or any(all(piece in others for piece in pieces) for pieces in wholes):
            del found[key]
