"""Possible worlds: scene graphs with shares, as the facts that hold in them, 64 worlds in the bits of a machine word.

A world is a set of facts; the things of a world are the nouns that its facts name, and nothing else: a noun is one thing. So

    share(world) >= 0,  sum over worlds of share = 1,      probability of a program = share of the worlds in which it is true

Only facts that hold in some world are stored. Bit k of machine word b stands for world 64 b + k; bits beyond the last world are 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped, UInt8, UInt64

from neurona.programs.facts import Fact

BITS = 64


def pack(values: Shaped[np.ndarray, "*rest world"]) -> UInt64[np.ndarray, "*rest bits"]:
    """Worlds (0 or 1, False or True) along the last axis to bits of machine words."""
    octets = np.packbits(values.astype(bool, copy=False), axis=-1, bitorder="little")
    whole = np.zeros((*octets.shape[:-1], 8 * -(-values.shape[-1] // BITS)), np.uint8)
    whole[..., : octets.shape[-1]] = octets
    return whole.view("<u8").astype(np.uint64, copy=False)


def unpack(bits: UInt64[np.ndarray, "*rest bits"], count: int) -> UInt8[np.ndarray, "*rest world"]:
    """0 or 1 for each of the first `count` worlds."""
    octets = np.ascontiguousarray(bits.astype("<u8", copy=False)).view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=count, bitorder="little")


@dataclass(frozen=True, eq=False)
class Worlds:
    """K possible worlds of each of R recordings.

    Attributes:
        concepts, relations: words, in the vocabulary's order.
        word: what each fact says: place in `concepts`, or len(concepts) + place in `relations`; -1 pads.
        subject: the thing that it is said of, a slot 0 to T - 1.
        object: the second thing of a relation; -1 for concepts.
        holds: in which worlds each fact holds.
        present: in which worlds each thing is there. A world may have no thing: `forall` is true of it, `exists` false.
        share: how probable each world is; rows sum to 1. With R = 1 there may be more rows than one: recordings that have the
            same worlds, differently weighted.
        things: a name for each slot of each recording; slots beyond them are never present.

    Raises:
        ValueError: arrays that contradict one another.
    """

    concepts: tuple[str, ...]
    relations: tuple[str, ...]
    word: Int[np.ndarray, "recording fact"]
    subject: Int[np.ndarray, "recording fact"]
    object: Int[np.ndarray, "recording fact"]
    holds: UInt64[np.ndarray, "recording fact bits"]
    present: UInt64[np.ndarray, "recording thing bits"]
    share: Float[np.ndarray, "read world"]
    things: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        rows, count = self.word.shape[0], self.share.shape[1]
        shapes = (self.subject.shape, self.object.shape, self.holds.shape[:2])
        _require(all(shape == self.word.shape for shape in shapes), "word, subject, object and holds differ in shape")
        _require(len(self.present) == len(self.things) == rows, f"facts of {rows} recordings need the things of each")
        _require(rows == 1 or len(self.share) == rows, f"{len(self.share)} rows of shares for {rows} recordings")
        _require(count > 0, "a reading needs one world or more")
        words = -(-count // BITS)
        _require(self.holds.shape[2] == self.present.shape[2] == words, f"{count} worlds need {words} machine words")
        _require(bool((self.share >= 0).all()), "a share is negative or not a number")
        _require(bool(np.allclose(self.share.sum(axis=1), 1, atol=1e-5)), "the shares of a recording must sum to 1")
        _require(not (self.present & ~self.every_world).any(), "a thing is present beyond the last world")
        self._check_facts()

    def _check_facts(self) -> None:
        slots, concepts = self.present.shape[1], len(self.concepts)
        for k, names in enumerate(self.things):
            _require(len(set(names)) == len(names) <= slots, f"recording {k}: names of things repeat, or exceed slots")
            _require(not self.present[k, len(names) :].any(), f"recording {k}: a thing without a name is present")
        row, at = np.nonzero(self.word >= 0)
        word, subject, object_ = (part[row, at] for part in (self.word, self.subject, self.object))
        related = word >= concepts
        _require(bool((word < concepts + len(self.relations)).all()), "a fact's word is not among the words")
        _require(bool(((subject >= 0) & (subject < slots)).all()), "a fact's subject is not among the things")
        _require(bool(((object_ >= 0) == related).all()), "relations need an object (>= 0), concepts none (-1)")
        _require(bool((object_ < slots).all()), "a fact's object is not among the things")
        words = concepts + len(self.relations)
        key = ((row * words + word) * slots + subject) * (slots + 1) + object_ + 1
        _require(len(np.unique(key)) == len(key), "a recording lists a fact twice")
        there = self.present[row, subject]
        there[related] &= self.present[row[related], object_[related]]
        _require(not (self.holds[row, at] & ~there).any(), "a fact holds where its things are not present")

    @classmethod
    def of_facts(
        cls,
        facts: Sequence[Sequence[Collection[Fact]]],
        concepts: Sequence[str],
        relations: Sequence[str],
        share: Float[np.ndarray, "read world"] | None = None,
    ) -> Worlds:
        """Worlds from the facts that hold in each.

        Args:
            facts: `facts[recording][world]`, any collection of facts, as many worlds for each recording. Every noun that a fact
                names is one thing, and what the noun says (where it is a concept) holds of it.
            concepts, relations: words without definitions; facts of other words only say that their nouns are there.
            share: equal shares when None.
        """
        table, holds = [], []
        for row in facts:
            place: dict[Fact, int] = {}
            cells = [(place.setdefault(fact, len(place)), k) for k, world in enumerate(row) for fact in world]
            found = np.zeros((len(place), len(row)), bool)
            if cells:
                found[tuple(zip(*cells, strict=True))] = True
            table.append(tuple(place))
            holds.append(found)
        return cls.of_table(table, holds, concepts, relations, share)

    @classmethod
    def of_table(
        cls,
        facts: Sequence[Sequence[Fact]],
        holds: Sequence[Bool[np.ndarray, "_fact world"]],
        concepts: Sequence[str],
        relations: Sequence[str],
        share: Float[np.ndarray, "read world"] | None = None,
    ) -> Worlds:
        """Worlds from a table for each recording: its facts, and in which worlds each holds; else as `of_facts`."""
        count = holds[0].shape[1] if len(holds) else 0
        _require(all(part.shape[1] == count for part in holds), "recordings differ in their number of worlds")
        words = -(-count // BITS)
        rows, there, things = [], [], []
        for listed, table in zip(facts, holds, strict=True):
            used = np.flatnonzero(table.any(axis=1)).tolist()
            names = tuple(sorted({noun for k in used for noun in (listed[k].arguments or (listed[k].name,))}))
            bits = pack(table[used]) if used else np.zeros((0, words), np.uint64)
            present, said = _said([listed[k] for k in used], bits, names, tuple(concepts), tuple(relations))
            rows.append(said)
            there.append(present)
            things.append(names)
        size, most = max(map(len, rows), default=0), max(map(len, things), default=0)
        code = np.full((3, len(rows), size), -1)
        held, present = np.zeros((len(rows), size, words), np.uint64), np.zeros((len(rows), most, words), np.uint64)
        for k, said in enumerate(rows):
            present[k, : len(things[k])] = there[k]
            if said:
                code[:, k, : len(said)] = np.array(list(said)).T
                held[k, : len(said)] = list(said.values())
        if share is None:
            share = np.full((len(rows), count), 1 / max(count, 1))
        return cls(tuple(concepts), tuple(relations), code[0], code[1], code[2], held, present, share, tuple(things))

    @property
    def n_recordings(self) -> int:
        """How many recordings were read: rows of `share`."""
        return len(self.share)

    @property
    def n_worlds(self) -> int:
        """K."""
        return self.share.shape[1]

    @cached_property
    def every_world(self) -> UInt64[np.ndarray, " bits"]:
        """The bits that stand for a world."""
        return pack(np.ones(self.n_worlds, bool))

    def row(self, recording: Int[np.ndarray, "*question"]) -> Int[np.ndarray, "*question"]:
        """Where the facts of a recording stand: its own row, or 0 where all recordings have the same worlds."""
        return np.asarray(recording) if len(self.word) > 1 else np.zeros_like(recording)

    def take(self, recordings: Sequence[int] | Int[np.ndarray, " taken"]) -> Worlds:
        """The worlds of some recordings, in this order."""
        kept = np.asarray(recordings, dtype=np.int64)
        if len(self.word) == 1:
            return replace(self, share=self.share[kept])
        parts = {name: getattr(self, name)[kept] for name in ("word", "subject", "object", "holds", "present", "share")}
        return replace(self, things=tuple(self.things[k] for k in kept), **parts)

    def facts(self, recording: int, world: int) -> frozenset[Fact]:
        """What holds in one world: its things as facts without arguments, and what is said of them."""
        row = 0 if len(self.word) == 1 else recording
        names, at, bit = self.things[row], world // BITS, np.uint64(world % BITS)
        found = {Fact(name) for name, bits in zip(names, self.present[row, :, at], strict=False) if bits >> bit & 1}
        for k in np.flatnonzero((self.holds[row, :, at] >> bit & 1).astype(bool) & (self.word[row] >= 0)):
            word, subject = int(self.word[row, k]), names[self.subject[row, k]]
            if word >= len(self.concepts):
                relation = self.relations[word - len(self.concepts)]
                found.add(Fact(relation, (subject, names[self.object[row, k]])))
            elif self.concepts[word] != subject:
                found.add(Fact(self.concepts[word], (subject,)))
        return frozenset(found)


def _said(
    facts: list[Fact],
    bits: UInt64[np.ndarray, "fact bits"],
    names: tuple[str, ...],
    concepts: tuple[str, ...],
    relations: tuple[str, ...],
) -> tuple[UInt64[np.ndarray, "thing bits"], dict[tuple[int, int, int], UInt64[np.ndarray, " bits"]]]:
    """Where each thing is present; and (word, subject, object) -> where it holds."""
    place = {name: k for k, name in enumerate(names)}
    of_concept = {name: k for k, name in enumerate(concepts)}
    of_relation = {name: len(concepts) + k for k, name in enumerate(relations)}
    present = np.zeros((len(names), bits.shape[1]), np.uint64)
    said: dict[tuple[int, int, int], np.ndarray] = {}
    for fact, where in zip(facts, bits, strict=True):
        for noun in fact.arguments or (fact.name,):
            present[place[noun]] |= where
        match fact.arguments:
            case (noun,) if fact.name in of_concept and fact.name != noun:
                said[of_concept[fact.name], place[noun], -1] = where
            case (first, second) if fact.name in of_relation:
                said[of_relation[fact.name], place[first], place[second]] = where
    for noun, k in place.items():
        if noun in of_concept:
            said[of_concept[noun], k, -1] = present[k]
    return present, said


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(f"worlds: {message}")
