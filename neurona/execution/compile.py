"""Programs compiled to data: questions grouped by template, their words as index arrays.

    exists x. face(x) | cat(x)   ->   template exists v0. _0(v0) | _1(v0), words [3, 1]

Sizes are padded, so new words and new questions of known templates meet the same shapes and nothing is traced again. A
`Compiler` remembers the templates and sizes it has met; `compile_programs` compiles one batch as tightly as it goes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Int

from neurona.programs import Query, Vocabulary, expand, template
from neurona.programs.tree import Atom, Describe, walk


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Group:
    """Questions of one template, Q of them with the padding; batches of many steps may be stacked along a first axis.

    Attributes:
        words: place of each word of the template on the word axis of the scores; of a describe question, after those of
            its terms, the members of the category (-1: none) `[Q, slots]`.
        recording: row of the scores `[Q]`.
    """

    words: Int[Array | np.ndarray, "*step question slot"]
    recording: Int[Array | np.ndarray, "*step question"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ProgramBatch:
    """A batch of mixed questions; the templates and sizes are static, all else is data.

    Attributes:
        groups: one for each template.
        yes_no, describe: where the answer of each question stands among all yes/no (describe) rows of the groups, one after
            another; past their end for a question of the other kind and for padding `[n_questions]`.
        concepts, relations: the words that each recording must be scored on `[recording, word]`; None: the whole vocabulary.
        templates: what the groups' questions have in common.
        n_words: size of the largest category.
    """

    groups: tuple[Group, ...]
    yes_no: Int[Array | np.ndarray, "*step question"]
    describe: Int[Array | np.ndarray, "*step question"]
    concepts: Int[Array, "*step recording concept"] | None
    relations: Int[Array, "*step recording relation"] | None
    templates: tuple[Query, ...] = field(metadata={"static": True})
    n_words: int = field(metadata={"static": True})

    @property
    def n_questions(self) -> int:
        """Number of questions, padding included."""
        return len(self.yes_no)


def relation_slots(shape: Query) -> tuple[int, ...]:
    """The slots of a template that hold relations."""
    return tuple(int(node.name[1:]) for node in walk(shape) if isinstance(node, Atom) and len(node.terms) == 2)


@lru_cache(maxsize=1 << 15)
def slotted(query: Query, vocabulary: Vocabulary) -> tuple[Query, tuple[int, ...]]:
    """A query's template without its category, and the word in each of its slots; of a describe question, after those the members of the
    category (-1: none). Words are places among the vocabulary's concepts, or among its relations.
    """
    shape, names = template(expand(query, vocabulary))
    words = [_places(vocabulary)[name] for name in names]
    if isinstance(shape, Describe):
        members = vocabulary.categories[shape.category]
        shape = replace(shape, category="")
        words += [_places(vocabulary)[name] for name in members] + [-1] * (_widest(vocabulary) - len(members))
    return _one(shape), tuple(words)


@lru_cache(maxsize=1 << 12)
def _one(shape: Query) -> Query:
    """The same object for equal templates, so that they are told apart without a look inside."""
    return shape


@lru_cache
def _places(vocabulary: Vocabulary) -> dict[str, int]:
    return {word: k for names in (vocabulary.concepts, vocabulary.relations) for k, word in enumerate(names)}


@lru_cache
def _widest(vocabulary: Vocabulary) -> int:
    return max([len(members) for members in vocabulary.categories.values()], default=1)


class _Asked:
    """The words asked about each recording, in the order in which they come up."""

    def __init__(self, n_recordings: int):
        self.places: list[dict[int, int]] = [{} for _ in range(n_recordings)]

    def place(self, recording: int, word: int) -> int:
        return self.places[recording].setdefault(word, len(self.places[recording]))

    @property
    def longest(self) -> int:
        return max(map(len, self.places), default=0)

    def array(self, size: int) -> Int[Array, "recording word"]:
        rows = np.zeros((len(self.places), size), np.int32)
        for row, places in zip(rows, self.places, strict=True):
            row[: len(places)] = list(places)
        return jax.device_put(rows)


class Compiler:
    """Compiles batches of questions to arrays whose sizes only grow, so that a jitted `execute` is soon traced no more.

    Args:
        vocabulary: gives the order of concepts, and of relations, in the scores.
        asked_only: score each recording on the words that its questions ask for, instead of on the whole vocabulary.
        headroom: leave room for batches that hold more questions of a template than this one (4 standard deviations of a
            Poisson count), at the price of padding.
    """

    def __init__(self, vocabulary: Vocabulary, *, asked_only: bool = False, headroom: bool = True):
        self.vocabulary, self.asked_only, self.headroom = vocabulary, asked_only, headroom
        self._n_words = _widest(vocabulary)
        self._capacity: dict[Query, int] = {}
        self._sizes = {"questions": 0, "concepts": 0, "relations": 0}

    def __call__(
        self, queries: Sequence[Query], recordings: Sequence[int], n_recordings: int | None = None
    ) -> ProgramBatch:
        """Compile questions about recordings.

        Args:
            queries: checked programs; defined concepts are expanded here.
            recordings: row of the scores that each question is about.
            n_recordings: rows of the scores; only needed with `asked_only`, 1 + the highest of `recordings` unless given.
        """
        n_recordings = n_recordings or max(recordings, default=0) + 1
        asked = _Asked(n_recordings), _Asked(n_recordings)
        rows: dict[Query, list[tuple[list[int], int, int]]] = {shape: [] for shape in self._capacity}
        for position, (query, recording) in enumerate(zip(queries, recordings, strict=True)):
            shape, words = slotted(query, self.vocabulary)
            places = self._asked_places(shape, words, recording, asked) if self.asked_only else list(words)
            rows.setdefault(shape, []).append((places, recording, position))
        for shape, items in rows.items():
            self._capacity[shape] = self._room(len(items), self._capacity.get(shape, 0))
        total = self._grown("questions", len(queries))
        concepts, relations = (
            part.array(self._grown(kind, part.longest)) if self.asked_only else None
            for kind, part in zip(("concepts", "relations"), asked, strict=True)
        )
        groups, yes_no, describe = self._groups(rows, total)
        return ProgramBatch(groups, yes_no, describe, concepts, relations, tuple(rows), self._n_words)

    def _asked_places(
        self, shape: Query, words: Sequence[int], recording: int, asked: tuple[_Asked, _Asked]
    ) -> list[int]:
        related = set(relation_slots(shape))
        if isinstance(shape, Describe) and len(shape.terms) == 2:
            related |= set(range(len(words) - self._n_words, len(words)))
        return [asked[slot in related].place(recording, word) if word >= 0 else -1 for slot, word in enumerate(words)]

    def _room(self, count: int, before: int) -> int:
        """The size so far where it holds `count`; else a power of two, or one and a quarter, a half, three quarters of it."""
        if 0 < count <= before or (before and not count):
            return before
        if self.headroom and count:
            count += math.ceil(4 * math.sqrt(count))
        step = 1 << max((count - 1).bit_length() - 3, 0) if count else 1
        return -(-max(count, 1) // step) * step

    def _grown(self, what: str, count: int) -> int:
        self._sizes[what] = self._room(count, self._sizes[what])
        return self._sizes[what]

    def _groups(
        self, rows: dict[Query, list[tuple[list[int], int, int]]], total: int
    ) -> tuple[tuple[Group, ...], Int[Array, " question"], Int[Array, " question"]]:
        groups, starts, places = [], [0, 0], np.full((2, total), np.iinfo(np.int32).max, np.int32)
        for shape, items in rows.items():
            capacity, kind = self._capacity[shape], int(isinstance(shape, Describe))
            slots = len({node.name for node in walk(shape) if isinstance(node, Atom)}) + kind * self._n_words
            words, recording = np.zeros((capacity, slots), np.int32), np.zeros(capacity, np.int32)
            if items:
                words[: len(items)] = [item[0] for item in items]
                recording[: len(items)] = [item[1] for item in items]
                places[kind, [item[2] for item in items]] = starts[kind] + np.arange(len(items))
            starts[kind] += capacity
            groups.append(Group(jax.device_put(words), jax.device_put(recording)))
        return tuple(groups), jax.device_put(places[0]), jax.device_put(places[1])


def numbered(queries: Sequence[Query]) -> tuple[tuple[Query, ...], Int[np.ndarray, " question"]]:
    """Each different query once, in the order in which they come up, and the number of each question's among them.

    A query that is asked many times is looked into once: objects are compared before what they hold.
    """
    objects = np.fromiter(map(id, queries), np.int64, len(queries))
    _, first, place = np.unique(objects, return_index=True, return_inverse=True)
    number, distinct = np.empty(len(first), np.int64), dict[Query, int]()
    for k in np.argsort(first).tolist():
        number[k] = distinct.setdefault(queries[first[k]], len(distinct))
    return tuple(distinct), number[place.reshape(-1)]


class OneTemplate(NamedTuple):
    """Questions of one template, each about a row of its own, so that sizes do not depend on how many recordings and words there are.

    Attributes:
        batch: on the scores that `scores.looked_at` takes for the questions' recordings and these words.
        concepts, relations: words of each question.
    """

    batch: ProgramBatch
    concepts: Int[np.ndarray, "question concept"]
    relations: Int[np.ndarray, "question relation"]


def one_template(shape: Query, words: Int[np.ndarray, "question slot"], vocabulary: Vocabulary) -> OneTemplate:
    """Questions of one template, as NumPy arrays; shape and words are those of `slotted`."""
    widest, is_describe = _widest(vocabulary), isinstance(shape, Describe)
    slots = words.shape[1] - widest * is_describe
    related = sorted(set(relation_slots(shape)))
    plain = [slot for slot in range(slots) if slot not in related]
    members = range(slots, words.shape[1])
    (related if isinstance(shape, Describe) and len(shape.terms) == 2 else plain).extend(members)
    own = np.empty(words.shape[1], np.int32)
    own[plain], own[related] = np.arange(len(plain)), np.arange(len(related))
    here, nowhere = np.arange(len(words), dtype=np.int32), np.full(len(words), np.iinfo(np.int32).max, np.int32)
    places = (nowhere, here) if is_describe else (here, nowhere)
    group = Group(np.where(words < 0, np.int32(-1), own), here)
    batch = ProgramBatch((group,), *places, None, None, (shape,), widest)
    return OneTemplate(batch, words[:, plain], words[:, related])


def compile_programs(
    queries: Sequence[Query], vocabulary: Vocabulary, recordings: Sequence[int], *, asked_only: bool = False
) -> ProgramBatch:
    """Compile one batch of questions, without room for others; see `Compiler`."""
    return Compiler(vocabulary, asked_only=asked_only, headroom=False)(queries, recordings)
