"""What a template means on possible worlds: the value of every sub-expression, for many questions and all worlds at once.

Worlds are packed, 64 in the bits of a machine word, so that one operation is that on 64 worlds. A value has the axes

    question, v0, v1, ... (one for each variable that is bound: T where it depends on that variable, else 1), bits

and numbers have worlds in place of bits. A world's things are its individuals. `the y. b(y)` is Russell's: one-hot on the thing
that alone has b, else nothing, which makes the atom around it false and no more (`neurona.programs.worlds`, which the tests
compare with). Tables of a word are scattered from the facts when a group of questions needs them; a relation with `the` in it is
never made a table at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Int, UInt64

from neurona.execution.worlds import Worlds, pack, unpack
from neurona.programs import Query
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Exists,
    Forall,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    The,
    Variable,
    walk,
)
from neurona.programs.worlds import COMPARISONS

Kept = dict[tuple[int, ...], np.ndarray]
"""Path to a sub-expression (places among its parents' children) -> its value."""


@dataclass(frozen=True, eq=False)
class FactTable:
    """Facts of all recordings, sorted by recording and word.

    Attributes:
        present: where things are there; n_worlds: K.
        key: recording x number of words + word.
        subject, object, holds: of each.
        of_concept, of_relation: word -> number.
    """

    present: UInt64[np.ndarray, "recording thing bits"]
    n_worlds: int
    key: Int[np.ndarray, " fact"]
    subject: Int[np.ndarray, " fact"]
    object: Int[np.ndarray, " fact"]
    holds: UInt64[np.ndarray, "fact bits"]
    of_concept: dict[str, int]
    of_relation: dict[str, int]

    @classmethod
    def of(cls, worlds: Worlds) -> FactTable:
        """Of all recordings; made once for as long as the worlds live."""
        if worlds in _TABLES:
            return _TABLES[worlds]
        row, at = np.nonzero(worlds.word >= 0)
        key = row * (len(worlds.concepts) + len(worlds.relations)) + worlds.word[row, at]
        order = np.argsort(key, kind="stable")
        row, at = row[order], at[order]
        subject, object_, holds = (part[row, at] for part in (worlds.subject, worlds.object, worlds.holds))
        of_concept = {name: k for k, name in enumerate(worlds.concepts)}
        of_relation = {name: len(of_concept) + k for k, name in enumerate(worlds.relations)}
        found = cls(worlds.present, worlds.n_worlds, key[order], subject, object_, holds, of_concept, of_relation)
        return _TABLES.setdefault(worlds, found)

    def codes(self, shape: Query, names: Sequence[Sequence[str]]) -> Int[np.ndarray, "question slot"]:
        """Numbers of each question's words; -1 for words that no fact can use."""
        binary = {int(node.name[1:]) for node in walk(shape) if isinstance(node, Atom) and len(node.terms) == 2}
        tables = [self.of_relation if slot in binary else self.of_concept for slot in range(len(names[0]))]
        codes = [[table.get(name, -1) for table, name in zip(tables, row, strict=True)] for row in names]
        return np.array(codes, dtype=np.int64).reshape(len(names), len(tables))

    def find(
        self, row: Int[np.ndarray, " question"], word: Int[np.ndarray, " question"]
    ) -> tuple[Int[np.ndarray, " found"], Int[np.ndarray, " found"]]:
        """The facts of a word in a recording: place of the question, place of the fact."""
        words = len(self.of_concept) + len(self.of_relation)
        key = np.where(word >= 0, row * words + word, -1)
        first = np.searchsorted(self.key, key)
        count = np.searchsorted(self.key, key, side="right") - first
        question = np.repeat(np.arange(len(key)), count)
        return question, np.arange(len(question)) + np.repeat(first - np.cumsum(count) + count, count)


_TABLES: WeakKeyDictionary[Worlds, FactTable] = WeakKeyDictionary()


class Block:
    """Questions of one template; see the module for the axes of a value."""

    def __init__(
        self,
        facts: FactTable,
        row: Int[np.ndarray, " question"],
        words: Int[np.ndarray, "question slot"],
        shape: Query,
        kept: Kept | None = None,
    ):
        self.facts, self.row, self.words, self.kept = facts, row, words, kept
        bound = [int(node.variable[1:]) for node in walk(shape) if hasattr(node, "variable")]
        self.levels, self.number = 1 + max(bound, default=-1), facts.n_worlds
        self.present = facts.present[row]

    def value(self, node: Any, path: tuple[int, ...] = ()) -> np.ndarray:
        """Bits of a formula; numbers, one for each world, of a count."""
        found = self._value(node, path)
        if self.kept is not None:
            self.kept[path] = found
        return found

    def _value(self, node: Any, path: tuple[int, ...]) -> np.ndarray:
        def of(k: int, part: Any) -> np.ndarray:
            return self.value(part, (*path, k))

        match node:
            case Atom(name, (term,)):
                return self._concept(int(name[1:]), term, path)
            case Atom(name, (subject, object_)):
                return self._relation(int(name[1:]), subject, object_, path)
            case Not(body):
                return ~of(0, body)
            case And(parts):
                return _fold(np.bitwise_and, [of(k, part) for k, part in enumerate(parts)])
            case Or(parts):
                return _fold(np.bitwise_or, [of(k, part) for k, part in enumerate(parts)])
            case Implies(left, right):
                return ~of(0, left) | of(1, right)
            case Iff(left, right):
                return ~(of(0, left) ^ of(1, right))
            case Exists(variable, body):
                return np.expand_dims(_any(of(0, body) & self._there(variable), _axis(variable)), _axis(variable))
            case Forall(variable, body):
                return np.expand_dims(~_any(~of(0, body) & self._there(variable), _axis(variable)), _axis(variable))
            case Count(variable, body):
                each = unpack(of(0, body) & self._there(variable), self.number)
                return each.sum(axis=_axis(variable), keepdims=True, dtype=np.int32)
            case Number(whole):
                return np.full((1,) * (self.levels + 2), whole)
            case Compare(operator, left, right):
                compared: Any = COMPARISONS[operator](of(0, left), of(1, right))  # type: ignore[arg-type]
                every = (len(self.row), *compared.shape[1:-1], self.number)
                return pack(np.broadcast_to(compared, every))
        raise TypeError(f"no meaning for {type(node).__name__}")

    def _there(self, variable: str) -> UInt64[np.ndarray, "question ... bits"]:
        """Which things there are, along the variable's axis."""
        return self._along(self.present, variable)

    def _along(
        self, rows: UInt64[np.ndarray, "question thing bits"], variable: str
    ) -> UInt64[np.ndarray, "question ... bits"]:
        shape = [len(rows), *(1,) * self.levels, rows.shape[2]]
        shape[_axis(variable)] = rows.shape[1]
        return rows.reshape(shape)

    def _concept(self, slot: int, term: Any, path: tuple[int, ...]) -> UInt64[np.ndarray, "question ... bits"]:
        question, fact = self.facts.find(self.row, self.words[:, slot])
        rows = np.zeros_like(self.present)
        rows[question, self.facts.subject[fact]] = self.facts.holds[fact]
        if isinstance(term, Variable):
            return self._along(rows, term.name)
        last = rows.reshape(len(rows), *(1,) * self.levels, *rows.shape[1:])
        return _any(self._named(term, (*path, 0)) & last, -2)

    def _named(self, term: The, path: tuple[int, ...]) -> UInt64[np.ndarray, "question ... thing bits"]:
        """The thing that a term names, one-hot on a further axis; nothing where it names none or several."""
        axis = _axis(term.variable)
        body = self.value(term.body, (*path, 0)) & self._there(term.variable)
        once, twice = np.zeros((2, *body.shape[:axis], *body.shape[axis + 1 :]), np.uint64)
        for thing in np.moveaxis(body, axis, 0):
            twice |= once & thing
            once |= thing
        alone = body & ~np.expand_dims(twice, axis)
        if self.kept is not None:
            self.kept[path] = alone
        return np.swapaxes(np.expand_dims(alone, -2), axis, -2)

    def _relation(
        self, slot: int, subject: Any, object_: Any, path: tuple[int, ...]
    ) -> UInt64[np.ndarray, "question ... bits"]:
        question, fact = self.facts.find(self.row, self.words[:, slot])
        of_subject, of_object, holds = self.facts.subject[fact], self.facts.object[fact], self.facts.holds[fact]
        if isinstance(object_, The):
            named = self._named(object_, (*path, 1))
            left = self._looked_up(question, of_object, of_subject, holds, named)
            if isinstance(subject, The):
                return _any(left & self._named(subject, (*path, 0)), -2)
            return self._placed(np.expand_dims(left, -2), subject.name)[..., 0, :]
        if isinstance(subject, The):
            named = self._named(subject, (*path, 0))
            left = self._looked_up(question, of_subject, of_object, holds, named)
            return self._placed(np.expand_dims(left, -2), object_.name)[..., 0, :]
        count, things, bits = self.present.shape
        pairs = np.zeros((count, things, things, bits), np.uint64)
        pairs[question, of_subject, of_object] = holds
        full = pairs.reshape(count, *(1,) * self.levels, things, things, bits)
        of_objects = self._placed(full, subject.name)
        return self._placed(np.expand_dims(of_objects, -2), object_.name)[..., 0, :]

    def _looked_up(
        self,
        question: Int[np.ndarray, " found"],
        looked: Int[np.ndarray, " found"],
        left: Int[np.ndarray, " found"],
        holds: UInt64[np.ndarray, "found bits"],
        named: UInt64[np.ndarray, "question ... thing bits"],
    ) -> UInt64[np.ndarray, "question ... thing bits"]:
        """any over things y of [fact(x, y) and y is the one that is named], for each x: only facts are looked at."""
        count, things, bits = self.present.shape
        by_thing = np.moveaxis(named, -2, 1)
        found = np.zeros((count, things, *by_thing.shape[2:]), np.uint64)
        if len(question):
            place = question * things + left
            order = np.argsort(place, kind="stable")
            each = by_thing[question[order], looked[order]]
            each &= holds[order].reshape(len(order), *(1,) * self.levels, bits)
            first = np.flatnonzero(np.diff(place[order], prepend=-1))
            found.reshape(-1, *found.shape[2:])[place[order][first]] = np.bitwise_or.reduceat(each, first)
        return np.moveaxis(found, 1, -2)

    def _placed(
        self, values: UInt64[np.ndarray, "question ... thing rest bits"], variable: str
    ) -> UInt64[np.ndarray, "question ... rest bits"]:
        """The last axis but two on the variable's own; the diagonal where values depend on that one already."""
        axis = _axis(variable)
        if values.shape[axis] == 1:
            return np.swapaxes(values, axis, -3)[..., 0, :, :]
        return np.moveaxis(np.diagonal(values, axis1=axis, axis2=values.ndim - 3), -1, axis)


def _fold(operation: Any, values: list[np.ndarray]) -> np.ndarray:
    found = values[0]
    for value in values[1:]:
        found = operation(found, value)
    return found


def _any(values: UInt64[np.ndarray, "..."], axis: int) -> UInt64[np.ndarray, "..."]:
    return np.bitwise_or.reduce(values, axis=axis)


def _axis(variable: str) -> int:
    return 1 + int(variable[1:])
