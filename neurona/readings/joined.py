"""Readings of different recordings as one: the folds of a run, each read by the decoder that did not learn from it.

Each question goes to the reading of its recording; nothing else is changed, so an answer is that reading's own, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from jaxtyping import Int, Shaped

from neurona.errors import DataError
from neurona.execution import Explanation
from neurona.graphs.source import Carriers
from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact
from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief
from neurona.readings.reading import About, Reading, Said


@dataclass(frozen=True, eq=False)
class JoinedReading(Reading):
    """Several readings, no recording in two of them.

    Attributes:
        parts: name (of a fold) -> reading; all of one vocabulary.
        recordings: in which order; those of the first part first unless given.
        asking: of the first part; each part's own decides its answers.

    Raises:
        DataError: no parts, or a recording that stands in two.
    """

    parts: Mapping[str, Reading] = field(repr=False)
    recordings: tuple[str, ...] = ()
    vocabulary: Vocabulary = field(init=False, repr=False)
    about: About = field(init=False)
    asking: AskingModel = field(init=False, repr=False)
    entity_evidence: None = field(init=False, repr=False, default=None)
    subjects: tuple[str, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        if not self.parts:
            raise DataError("a joined reading needs one part or more")
        names = [name for part in self.parts.values() for name in part.recordings]
        if len(set(names)) < len(names):
            raise DataError(f"recording {max(names, key=names.count)!r} stands in two parts of a reading")
        first = next(iter(self.parts.values()))
        for name in ("vocabulary", "about", "asking"):
            object.__setattr__(self, name, getattr(first, name))
        object.__setattr__(self, "recordings", tuple(self.recordings) or tuple(names))

    @cached_property
    def _part(self) -> Int[np.ndarray, " recording"]:
        """Number of each recording's part."""
        return np.array([self._owner[name][0] for name in self.recordings], dtype=np.int64)

    @cached_property
    def _row(self) -> Int[np.ndarray, " recording"]:
        """Place of each recording in its part."""
        return np.array([self._owner[name][1] for name in self.recordings], dtype=np.int64)

    @cached_property
    def _owner(self) -> dict[str, tuple[int, int]]:
        parts = enumerate(self.parts.values())
        return {name: (k, row) for k, part in parts for row, name in enumerate(part.recordings)}

    @property
    def things(self) -> tuple[str, ...]:
        """Of any part."""
        found = {word for part in self.parts.values() for word in part.things}
        return tuple(word for word in self.vocabulary.concepts if word in found)

    def believe(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], given: Query | None = None
    ) -> Belief:
        """Beliefs of each recording's own part."""
        dealt = self._dealt(queries, rows)
        found = [(at, part.believe(asked, own, given)) for part, at, asked, own in dealt]
        return Belief(*_together(found, len(queries)))

    def ask_each(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], *, given: Query | None = None
    ) -> Said:
        """One question a row, answered by each recording's own part."""
        dealt = self._dealt(queries, rows)
        found = [(at, part.ask_each(asked, own, given=given)) for part, at, asked, own in dealt]
        return Said(*_together([(at, tuple(vars(said).values())) for at, said in found], len(queries)))

    def answer_sets(self, said: Said, rows: Int[np.ndarray, " question"], coverage: float) -> list[tuple[str, ...]]:
        """By the recording's own part."""
        found: list[tuple[str, ...]] = [()] * len(said.answer)
        for number, part in enumerate(self.parts.values()):
            at = np.flatnonzero(self._part[rows] == number)
            if len(at):
                own = Said(*(_taken(one, at) for one in vars(said).values()))
                for k, one in zip(at.tolist(), part.answer_sets(own, self._row[rows[at]], coverage), strict=True):
                    found[k] = one
        return found

    def explain(self, query: str | Query, recording: str, *, given: str | Query | None = None) -> Explanation:
        """By the recording's own part."""
        return self.part_of(recording).explain(query, recording, given=given)

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        """By the recording's own part."""
        return self.part_of(recording).likely_facts(recording, threshold)

    def graph(self, recording: str, **options: Any) -> nx.MultiDiGraph:
        """By the recording's own part."""
        return self.part_of(recording).graph(recording, **options)

    def carriers(self, recording: str, words: Sequence[str]) -> Carriers | None:
        """By the recording's own part."""
        return self.part_of(recording).carriers(recording, words)

    def take(self, recordings: Sequence[str]) -> JoinedReading:
        """The reading of some of the recordings, in this order."""
        rows = self.rows(recordings)
        names, readings = list(self.parts), list(self.parts.values())
        taken = {}
        for k in np.unique(self._part[rows]).tolist():
            own = [name for name, row in zip(recordings, rows, strict=True) if self._part[row] == k]
            taken[names[k]] = readings[k].take(own)
        return JoinedReading(taken, tuple(recordings))

    def with_asking(self, asking: AskingModel) -> JoinedReading:
        """The same recordings, every part under another asking model."""
        return JoinedReading({name: part.with_asking(asking) for name, part in self.parts.items()}, self.recordings)

    def of_subjects(self, subjects: Sequence[str]) -> JoinedReading:
        """The same recordings, every part told whose each is."""
        whose = dict(zip(self.recordings, subjects, strict=True))
        told = {name: part.of_subjects([whose[one] for one in part.recordings]) for name, part in self.parts.items()}
        return JoinedReading(told, self.recordings)

    def part_of(self, recording: str) -> Reading:
        """The reading that a recording stands in.

        Raises:
            DataError: no such recording.
        """
        return list(self.parts.values())[self._part[self.rows([recording])[0]]]

    def _dealt(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"]
    ) -> list[tuple[Reading, Int[np.ndarray, " _own"], list[Query], Int[np.ndarray, " _own"]]]:
        """Of each part that is asked: which questions, and the rows of their recordings in it. No question is asked of the first."""
        of = self._part[np.asarray(rows, np.int64)]
        readings, found = list(self.parts.values()), []
        for k in sorted(set(of.tolist())) or [0]:
            at = np.flatnonzero(of == k)
            found.append((readings[k], at, [queries[q] for q in at.tolist()], self._row[np.asarray(rows)[at]]))
        return found


def joined(parts: Mapping[str, Reading]) -> Reading:
    """Readings of different recordings as one; a single one is itself.

    Raises:
        DataError: no parts, or a recording that stands in two.
    """
    return next(iter(parts.values())) if len(parts) == 1 else JoinedReading(parts)


def _taken(values: Any, at: Int[np.ndarray, " _own"]) -> Any:
    return values[at] if isinstance(values, np.ndarray) else tuple(values[k] for k in at.tolist())


def _together(found: Sequence[tuple[Int[np.ndarray, " _own"], Sequence[Any]]], count: int) -> list[Any]:
    """Fields of Q values each, those of the parts in the places of their questions: arrays, of the largest width, and tuples."""
    if len(found) == 1:
        return list(found[0][1])
    fields = list(zip(*(values for _, values in found), strict=True))
    joined: list[Any] = []
    for parts in fields:
        if isinstance(parts[0], np.ndarray):
            joined.append(_wide([(at, part) for (at, _), part in zip(found, parts, strict=True)], count))
            continue
        cells: list[Any] = [None] * count
        for (at, _), part in zip(found, parts, strict=True):
            for q, cell in zip(at.tolist(), part, strict=True):
                cells[q] = cell
        joined.append(tuple(cells))
    return joined


def _wide(
    parts: Sequence[tuple[Int[np.ndarray, " _own"], Shaped[np.ndarray, "_own ..."]]], count: int
) -> Shaped[np.ndarray, "question ..."]:
    shape = np.max([part.shape[1:] for _, part in parts], axis=0).astype(int)
    filler = np.nan if parts[0][1].dtype.kind == "f" else 0
    found = np.full((count, *shape), filler, parts[0][1].dtype)
    for at, part in parts:
        widths = [(0, 0), *((0, most - size) for most, size in zip(shape, part.shape[1:], strict=True))]
        found[at] = np.pad(part, widths, constant_values=filler)
    return found
