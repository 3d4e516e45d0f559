"""Duplicate questions: queries that have the same answer in every world of the ontology."""

from __future__ import annotations

from collections.abc import Sequence

from neurona.errors import QueryError
from neurona.programs.entailment import answerable, kind_of, telling_apart
from neurona.programs.expand import expand
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import Query, free_variables
from neurona.programs.vocabulary import Vocabulary
from neurona.programs.worlds import World, value


def remove_duplicates(queries: Sequence[Query], vocabulary: Vocabulary | None = None) -> list[Query]:
    """The first query of each class of equivalent ones, in their order.

    Three tests, the cheapest first: the same normal form is the same class; different answers in a world already
    met are different classes; else a world that tells the two apart is searched, and kept for the queries to come. Only equivalence
    that is settled counts (see `entailment`): what the search cannot settle stays.

    Args:
        queries: of any kind.
        vocabulary: its definitions and axioms hold; none unless given.
    """
    kept: list[Query] = []
    forms: set[Query] = set()
    classes: dict[tuple[str, ...], _Classes] = {}
    for query in queries:
        meant = expand(query, vocabulary) if vocabulary is not None else query
        form = _normal(meant)
        if form in forms:
            continue
        forms.add(form)
        if classes.setdefault(kind_of(meant), _Classes(vocabulary)).is_new(meant):
            kept.append(query)
    return kept


def _normal(query: Query) -> Query:
    try:
        return normal_form(query)
    except QueryError:  # too long; the tree itself will do
        return query


class _Classes:
    """One query of each class met so far, and the worlds that tell them apart."""

    def __init__(self, vocabulary: Vocabulary | None):
        self.vocabulary = vocabulary
        self.worlds: list[World] = []
        self.queries: list[Query] = []
        self.answers: list[list[bool | int | None]] = []

    def is_new(self, query: Query) -> bool:
        mine = [_answer(query, world) for world in self.worlds]
        for k, other in enumerate(self.queries):
            if any(a != b for a, b in zip(mine, self.answers[k], strict=True) if a is not None and b is not None):
                continue
            try:
                found = telling_apart(query, other, self.vocabulary)
            except QueryError:  # too large a search: not settled
                continue
            if found.world is None and found.settled:
                return False
            if found.world is not None:
                self.worlds.append(found.world)
                mine.append(_answer(query, found.world))
                for known, answers in zip(self.queries, self.answers, strict=True):
                    answers.append(_answer(known, found.world))
        self.queries.append(query)
        self.answers.append(mine)
        return True


def _answer(query: Query, world: World) -> bool | int | None:
    """The answer in a world; None where it is not known for lack of an individual, or not in good time."""
    if free_variables(query):
        return None
    try:
        return value(answerable(query), world)
    except QueryError:
        return None
