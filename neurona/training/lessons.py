"""Lessons: a recording with its questions, compiled once and kept on the device.

A step takes N lessons. Lessons differ in their numbers of questions, so the questions of each template lie in one table, sorted by
lesson, and a step reads the N stretches of it one after another: slot s holds

    question start[l_i] + s - (n_0 + ... + n_{i-1}),    i the lesson for which n_0 + ... + n_{i-1} <= s < n_0 + ... + n_i,

and is padding past their sum. Only the sum over N lessons is padded, to the largest that any step meets, not each lesson.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from neurona.execution import Compiler, ProgramBatch
from neurona.execution.compile import Group, relation_slots
from neurona.programs import Query, Vocabulary
from neurona.programs.tree import Describe, walk
from neurona.questions import Asked
from neurona.training.worst_group import Groups

Numbers = Array | np.ndarray


class Part(NamedTuple):
    """All questions of one template, sorted by lesson; one lesson more, without questions, stands at the end.

    Attributes:
        words: see `Group`; places on the word axis of the lesson's scores.
        target: of `answer_losses`.
        weight: in the loss.
        size: nodes of the program.
        question: row of the table that they came from.
        group: of the recording, see `worst_group`.
        start, length: the stretch of each lesson.
    """

    words: Int[Numbers, "question slot"]
    target: Int[Numbers, " question"]
    weight: Float[Numbers, " question"]
    size: Int[Numbers, " question"]
    question: Int[Numbers, " question"]
    group: Int[Numbers, " question"]
    start: Int[Numbers, " lesson"]
    length: Int[Numbers, " lesson"]


class Slots(NamedTuple):
    """What is known of the questions in a step's slots; padding has weight 0 and question -1."""

    target: Int[Array, " slot"]
    is_describe: Bool[Array, " slot"]
    weight: Float[Array, " slot"]
    size: Int[Array, " slot"]
    question: Int[Array, " slot"]
    group: Int[Array, " slot"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Lessons:
    """Lessons, L of them and an empty one at the end.

    Attributes:
        recording: row of each lesson's recording `[L + 1]`.
        parts: one a template.
        concepts, relations: the words that each lesson asks for `[L + 1, word]`; None: the whole vocabulary.
        templates, n_words: see `ProgramBatch`.
        n_groups: how many groups of recordings are told apart.
    """

    recording: Int[Numbers, " lesson"]
    parts: tuple[Part, ...]
    concepts: Int[Numbers, "lesson concept"] | None
    relations: Int[Numbers, "lesson relation"] | None
    templates: tuple[Query, ...] = field(metadata={"static": True})
    n_words: int = field(metadata={"static": True})
    n_groups: int = field(default=1, metadata={"static": True})

    def __len__(self) -> int:
        return len(self.recording) - 1

    @property
    def n_questions(self) -> int:
        """Number of questions."""
        return sum(len(part.words) for part in self.parts)

    @classmethod
    def of(
        cls,
        asked: Asked,
        vocabulary: Vocabulary,
        *,
        asked_only: bool,
        limit: int = 64,
        balance_types: bool = False,
        groups: Groups | None = None,
        seed: int = 0,
    ) -> Lessons:
        """Compile questions, as NumPy arrays.

        Args:
            asked: at least one question.
            vocabulary: of the questions.
            asked_only: score each recording on the words that its lesson asks for, instead of on the whole vocabulary.
            limit: most questions of a lesson; a recording with more has several lessons.
            balance_types: see `TrainingSettings`.
            groups: of recordings; one when None.
            seed: of the draw that shares out a recording's questions among its lessons.
        """
        lesson, recording = _shared_out(asked.recording, limit, np.random.default_rng(seed))
        places = _Places(asked, vocabulary)
        parts, words = [], ([], [])  # type: ignore[var-annotated]
        for shape, rows, template_words in places.by_template():
            order = np.argsort(lesson[rows], kind="stable")
            rows, template_words = rows[order], template_words[order]
            count = np.bincount(lesson[rows], minlength=len(recording) + 1)
            parts.append(
                Part(
                    template_words,
                    asked.target[rows].astype(np.int32),
                    _type_weights(asked)[rows] if balance_types else np.ones(len(rows), np.float32),
                    np.full(len(rows), sum(1 for _ in walk(shape)), np.int32),
                    rows.astype(np.int32),
                    np.zeros(len(rows), np.int32) if groups is None else groups.of[asked.recording[rows]],
                    (np.cumsum(count) - count).astype(np.int32),
                    count.astype(np.int32),
                )
            )
            for kind, slots in enumerate(_slots(shape, template_words.shape[1], places.n_words)):
                words[kind].append((len(parts) - 1, slots, lesson[rows]))
        # The empty lesson has a recording that is learned from, for it has a part in the moments of its batch.
        rows = np.append(recording, recording[0]).astype(np.int32)
        number = 1 if groups is None else len(groups.names)
        found = cls(rows, tuple(parts), None, None, places.templates, places.n_words, number)
        return _with_own_words(found, words) if asked_only else found


def largest(lessons: Lessons, orders: Int[np.ndarray, "*step lesson"]) -> tuple[int, ...]:
    """Slots a template that no step of these orders exceeds.

    Args:
        orders: lessons of each step (of each device).
    """
    return tuple(max(1, int(np.asarray(part.length)[orders].sum(-1).max())) for part in lessons.parts)


def step_batch(
    lessons: Lessons, chosen: Int[Array, " N"], capacity: tuple[int, ...]
) -> tuple[Int[Array, " N"], ProgramBatch, Slots]:
    """What a step learns from; pure, for use under jit.

    Args:
        chosen: N lessons.
        capacity: slots a template, see `largest`; static.

    Returns:
        Rows of the recordings, their questions, and what is known of these, template after template.
    """
    groups, slots, yes_no, describe, starts = [], [], [], [], [0, 0]
    for shape, part, size in zip(lessons.templates, lessons.parts, capacity, strict=True):
        counts = part.length[chosen]
        ends = jnp.cumsum(counts)
        slot = jnp.arange(size)
        owner = jnp.minimum(jnp.searchsorted(ends, slot, side="right", method="compare_all"), len(chosen) - 1)
        inside = slot < ends[-1]
        row = jnp.where(inside, (part.start[chosen] + counts - ends)[owner] + slot, 0)
        groups.append(Group(part.words[row], owner.astype(jnp.int32)))
        kind = isinstance(shape, Describe)
        slots.append(
            Slots(
                part.target[row],
                jnp.full(size, kind),
                jnp.where(inside, part.weight[row], 0.0),
                part.size[row],
                jnp.where(inside, part.question[row], -1),
                part.group[row],
            )
        )
        place, none = starts[kind] + jnp.arange(size), jnp.full(size, np.iinfo(np.int32).max)
        yes_no.append(none if kind else place)
        describe.append(place if kind else none)
        starts[kind] += size
    concepts, relations = (None if words is None else words[chosen] for words in (lessons.concepts, lessons.relations))
    programs = ProgramBatch(
        tuple(groups),
        jnp.concatenate(yes_no),
        jnp.concatenate(describe),
        concepts,
        relations,
        lessons.templates,
        lessons.n_words,
    )
    return lessons.recording[chosen], programs, jax.tree.map(lambda *parts: jnp.concatenate(parts), *slots)


class _Places:
    """Which template each question has, and its words; every distinct program is compiled once."""

    def __init__(self, asked: Asked, vocabulary: Vocabulary):
        # Questions of the same text share one object, and identity is told faster than equality of trees.
        first: dict[int, int] = {}
        self.distinct = np.array([first.setdefault(id(query), len(first)) for query in asked.queries])
        by_id = {id(query): query for query in asked.queries}
        queries = [by_id[key] for key in first]
        batch = Compiler(vocabulary, headroom=False)(queries, [0] * len(queries))
        self.batch, self.templates, self.n_words = batch, batch.templates, batch.n_words
        self.yes_no, self.describe = np.asarray(batch.yes_no), np.asarray(batch.describe)

    def by_template(self):
        """Template, rows of its questions, and their words."""
        starts = [0, 0]
        for shape, group in zip(self.batch.templates, self.batch.groups, strict=True):
            kind = isinstance(shape, Describe)
            words = np.asarray(group.words)
            place = (self.describe if kind else self.yes_no)[self.distinct] - starts[kind]
            rows = np.flatnonzero((place >= 0) & (place < len(words)))
            yield shape, rows, words[place[rows]]
            starts[kind] += len(words)


def _shared_out(
    recording: Int[np.ndarray, " question"], limit: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " question"], Int[np.ndarray, " lesson"]]:
    """Lesson of each question, and recording of each lesson; a recording's lessons differ by one question at most."""
    order = np.lexsort((rng.random(len(recording)), recording))
    rows, first, count = np.unique(recording[order], return_index=True, return_counts=True)
    n_lessons = -(-count // limit)
    before = np.cumsum(n_lessons) - n_lessons
    turn = np.arange(len(recording)) - np.repeat(first, count)
    lesson = np.empty(len(recording), np.int64)
    lesson[order] = np.repeat(before, count) + turn % np.repeat(n_lessons, count)
    return lesson, np.repeat(rows, n_lessons)


def _type_weights(asked: Asked) -> Float[np.ndarray, " question"]:
    """Inverse to the number of questions of the same type; mean 1."""
    types = asked.table.type
    return (len(types) / types.nunique() / types.groupby(types).transform("size")).to_numpy(np.float32)


def _slots(shape: Query, n_slots: int, n_words: int) -> tuple[list[int], list[int]]:
    """Slots of a template that hold concepts, and those that hold relations."""
    related = set(relation_slots(shape))
    if isinstance(shape, Describe) and len(shape.terms) == 2:
        related |= set(range(n_slots - n_words, n_slots))
    return [k for k in range(n_slots) if k not in related], sorted(related)


def _with_own_words(lessons: Lessons, words: tuple[list, list]) -> Lessons:
    """Word indices replaced by their places among the words that the lesson asks for."""
    new, own = [part.words.copy() for part in lessons.parts], []
    for kind in words:
        cells = [(k, slots, np.broadcast_to(lesson[:, None], (len(lesson), len(slots)))) for k, slots, lesson in kind]
        word = np.concatenate([lessons.parts[k].words[:, slots].ravel() for k, slots, _ in cells]).astype(np.int64)
        lesson = np.concatenate([rows.ravel() for _, _, rows in cells])
        base = int(word.max(initial=0)) + 1
        keys, inverse = np.unique(lesson[word >= 0] * base + word[word >= 0], return_inverse=True)
        of = keys // base
        count = np.bincount(of, minlength=len(lessons) + 1)
        place = np.arange(len(keys)) - (np.cumsum(count) - count)[of]
        told = np.full(len(word), -1)
        told[word >= 0] = place[inverse]
        table = np.zeros((len(lessons) + 1, max(1, int(count.max(initial=0)))), np.int32)
        table[of, place] = keys % base
        own.append(table)
        start = 0
        for k, slots, rows in cells:
            new[k][:, slots] = told[start : start + rows.size].reshape(rows.shape)
            start += rows.size
    parts = tuple(part._replace(words=array) for part, array in zip(lessons.parts, new, strict=True))
    return replace(lessons, parts=parts, concepts=own[0], relations=own[1])
