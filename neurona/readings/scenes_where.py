"""The scenes of one recording in which a formula is true, and the value of every part of a query there.

Where scenes are drawn by chance, a number that `ask` gives is better than the share of those drawn: it is exact where facts are independent, and knows of facts that
none of them holds. So every part of a query that can be asked by itself is: formulas, and what is said of one thing. The rest are shares of the scenes drawn, with
their Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from jaxtyping import Float

from neurona.errors import QueryError
from neurona.execution import Explanation, Worlds, trace_worlds, truth
from neurona.programs import Query, expand, to_logic
from neurona.programs.facts import Fact
from neurona.programs.literals import literals
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import (
    And,
    Atom,
    Count,
    Describe,
    Exists,
    Node,
    Number,
    The,
    Variable,
    children,
    free_variables,
)
from neurona.readings.belief import Belief

if TYPE_CHECKING:
    from neurona.readings.world_reading import WorldReading

Case: TypeAlias = "tuple[tuple[Fact, ...], Float[np.ndarray, ' world']]"
MOST_UNHELD = 4
"""Facts that no world holds which a program is evaluated with; further ones, the least probable, count as false."""


def scenes_where(reading: WorldReading, row: int, condition: Query | None) -> list[tuple[float, Worlds]]:
    """Worlds of one recording in which alone those have a share where the condition is true, in one table or several; before each its own share.

    Facts that the condition states and no world drawn holds are added, as probable as they are given each world.

    Raises:
        QueryError: the condition is true in no scene that is thought possible.
    """
    plain = reading.worlds.take([row])
    if condition is None:
        return [(1.0, plain)]
    formula, found = expand(condition, reading.vocabulary), []
    for added, weight in _cases(reading, row, condition):
        worlds = reading.with_facts(row, added) if added else plain
        share = weight * truth(worlds, [formula], np.zeros(1, np.int64))[0]
        if (total := float(share.sum())) > 0:
            found.append((total, replace(worlds, share=share[None] / total)))
    if not found:
        raise QueryError(
            f"given: {to_logic(condition)} is true in no world of {reading.recordings[row]}, so nothing can be traced there"
        )
    whole = sum(total for total, _ in found)
    return [(total / whole, worlds) for total, worlds in found]


def _cases(reading: WorldReading, row: int, condition: Query) -> list[Case]:
    share = np.asarray(reading.worlds.share[row], np.float64)
    if reading.sampled is None:
        return [((), share)]
    stated = dict.fromkeys(one.fact for one in literals(normal_form(condition, reading.vocabulary), reading.nouns))
    missing = [fact for fact in stated if fact not in reading.held(row)]
    given = dict(zip(missing, reading.sampled.given_worlds(row, missing), strict=True)) if missing else {}
    return cases(missing, given, {fact: float((each * share).sum()) for fact, each in given.items()}, share)


def cases(
    missing: Sequence[Fact],
    given: Mapping[Fact, Float[np.ndarray, " world"]],
    mean: Mapping[Fact, float],
    share: Float[np.ndarray, " world"],
) -> list[Case]:
    """Which of some facts that no world holds are there, and the share of each world together with that.

    Args:
        missing: the facts.
        given: probability of each with each world.
        mean: over the worlds.
        share: of the worlds.
    """
    kept = sorted(missing, key=lambda fact: -mean[fact])[:MOST_UNHELD]
    found = []
    for there in product((False, True), repeat=len(kept)):
        weight = share
        for fact, yes in zip(kept, there, strict=True):
            weight = weight * (given[fact] if yes else 1 - given[fact])
        found.append((tuple(fact for fact, yes in zip(kept, there, strict=True) if yes), weight))
    return found


def explained(reading: WorldReading, query: Query, row: int, condition: Query | None) -> Explanation:
    """The trace of a query in the scenes of a recording where the condition is true, of several tables in the most probable one.

    Raises:
        QueryError: as `scenes_where`.
    """
    _, worlds = max(scenes_where(reading, row, condition), key=lambda one: one[0])
    words = reading.vocabulary.categories[query.category] if isinstance(query, Describe) else ()
    asked = expand(query, reading.vocabulary)
    traced = trace_worlds(worlds, asked, 0, words)
    if reading.sampled is None:
        return traced
    error = 1 / np.sqrt(max(float(reading.sampled.effective[row]), 1.0))
    return _Asking(reading, row, condition, error).better(traced, asked)


class _Asking:
    """Puts what the reading says in the place of shares of scenes."""

    def __init__(self, reading: WorldReading, row: int, condition: Query | None, error: float):
        self.reading, self.row, self.condition, self.error = reading, row, condition, error
        self.concepts = set(reading.vocabulary.concepts)

    def better(self, traced: Explanation, node: Node) -> Explanation:
        values, error = self._values(traced, node)
        nodes = [part for part in children(node) if not isinstance(part, Variable)]
        parts = tuple(self.better(part, of) for part, of in zip(traced.parts, nodes, strict=True))
        return replace(traced, values=values, error=error, parts=parts)

    def _values(self, traced: Explanation, node: Node) -> tuple[np.ndarray, np.ndarray]:
        """Values and their errors, 0 where they are exact."""
        if isinstance(node, Number):
            return traced.values, np.zeros(traced.values.shape)
        free = sorted(free_variables(node))
        if isinstance(node, Count | Describe) and not free:
            return self._chosen(node)
        if not isinstance(node, The | Count | Describe) and len(free) < 2 and self.concepts.issuperset(traced.names):
            asked = [node] if not free else [_of_thing(name, free[0], node) for name in traced.names]
            said = self._believe(asked)
            shape = traced.values.shape
            return said.probability[:, 0].reshape(shape), said.error[:, 0].reshape(shape)
        spread = np.clip(traced.values * (1 - traced.values), 0, None) if traced.kind == "share" else traced.values
        return traced.values, self.error * np.sqrt(spread)

    def _chosen(self, node: Count | Describe) -> tuple[np.ndarray, np.ndarray]:
        """Of a description each word's probability; of a count what is expected."""
        said = self._believe([node])
        size = len(said.choices[0])
        each, error = said.probability[0, :size], np.nan_to_num(said.error[0, :size])
        if isinstance(node, Describe):
            return each, error
        number = np.arange(size)
        return np.asarray((each * number).sum()), np.asarray(np.sqrt(((error * number) ** 2).sum()))

    def _believe(self, queries: list) -> Belief:
        return self.reading.believe(queries, np.full(len(queries), self.row), self.condition)


def _of_thing(name: str, variable: str, node: Node) -> Exists:
    return Exists(variable, And((Atom(name, (Variable(variable),)), node)))  # type: ignore[arg-type]
