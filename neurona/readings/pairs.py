"""Pairs of recordings, read as one scene of two things that nobody saw together.

    p((w, v) | a, b) = p(w | a) p(v | b)            for worlds w of recording a and v of recording b, each of one thing

The thing of w is called `first`, that of v `second`; between them hold the relations that the vocabulary defines (`programs.pairs`), so every
program has its exact probability: each recording was read by itself, and scenes are independent of each other. Relations are true of
the things as they would be in one scene. That is a statement about two recordings, not about a brain that saw both things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from neurona.errors import DataError
from neurona.execution import Worlds, truth
from neurona.programs import Vocabulary, expand, parse
from neurona.programs.facts import Fact
from neurona.programs.pairs import FIRST, SECOND, paired_vocabulary
from neurona.readings.joined import JoinedReading, joined
from neurona.readings.reading import Reading
from neurona.readings.world_reading import WorldReading


def pair_name(first: str, second: str) -> str:
    """Id of a pair; it says what it is wherever it stands."""
    return f"paired_{first}_with_{second}"


def paired(reading: Reading, pairs: Sequence[tuple[str, str]]) -> Reading:
    """What a reading of single recordings says about pairs of them.

    Args:
        reading: of possible worlds of one thing each, all listed.
        pairs: ids of two different recordings each; the things are called `first` and `second` in this order.

    Raises:
        DataError: no pairs, one that stands twice or is of one recording, no such recording, a reading of entity scores or of sampled worlds, worlds of
            no thing or of several, or a vocabulary that cannot be paired (`paired_vocabulary`).

    Examples:
        >>> import neurona as nr
        >>> data = nr.Dataset.from_arrays([[0.0], [1.0]] * 8, ["face", "house"] * 8)
        >>> reading = nr.fit(data, "linear_evidence").read(data)
        >>> both = paired(reading, [reading.recordings[:2]])
        >>> both.ask("exists x. first(x) & face(x)").probability.equals(reading.ask("exists x. face(x)", reading.recordings[0]).probability)
        True
    """
    for first, second in pairs:
        if first == second:
            raise DataError(f"pairs: recording {first!r} is paired with itself; name two recordings")
    if not pairs:
        raise DataError("pairs: there are none; name two recordings")
    vocabulary, relations = paired_vocabulary(reading.vocabulary), reading.vocabulary.paired
    about = replace(reading.about, paired=True)
    names = tuple(pair_name(first, second) for first, second in pairs)
    lists: dict[tuple[int, int], _Listed] = {}
    sides = [tuple(_side(reading, name, lists) for name in pair) for pair in pairs]
    parts: dict[str, Reading] = {}
    # Pairs with the same worlds, those of two decoders say, stand in one table.
    order = sorted(range(len(pairs)), key=lambda k: [side.table for side in sides[k]])
    for number, (_, group) in enumerate(groupby(order, key=lambda k: [side.table for side in sides[k]])):
        rows = list(group)
        one, other = (lists[side.table] for side in sides[rows[0]])
        share = np.stack([np.outer(*(side.share for side in sides[k])).ravel() for k in rows])
        worlds = _together(one.words, other.words, vocabulary, relations, share)
        prior = np.outer(one.prior, other.prior).reshape(1, -1)
        before = _together(one.words_before, other.words_before, vocabulary, relations, prior)
        own = tuple(names[k] for k in rows)
        parts[str(number)] = WorldReading(vocabulary, own, worlds, before, (FIRST, SECOND), about=about)
    return joined(parts).take(names)


def by_lot(recordings: Sequence[str], groups: Sequence[str] | None = None, seed: int = 0) -> list[tuple[str, str]]:
    """Every recording in one pair, drawn by lot; of an odd number one is left over.

    Args:
        recordings: ids.
        groups: of each recording (a person, a run); pairs are of one group. All are one group when None.
        seed: of the lot.
    """
    rng = np.random.default_rng(seed)
    of = np.zeros(len(recordings), np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    found: list[tuple[str, str]] = []
    for group in np.unique(of):
        drawn = [recordings[k] for k in rng.permutation(np.flatnonzero(of == group))]
        found += zip(drawn[::2], drawn[1::2], strict=False)
    return found


class _Listed(NamedTuple):
    """All that recordings may show: the words of the one thing of each world, and the same before the recording, with its shares."""

    words: tuple[frozenset[str], ...]
    words_before: tuple[frozenset[str], ...]
    prior: Float[np.ndarray, " world_before"]


class _Side(NamedTuple):
    """One recording of a pair: which list is its own, and the share of each of its worlds."""

    table: tuple[int, int]
    share: Float[np.ndarray, " world"]


def _side(reading: Reading, recording: str, lists: dict[tuple[int, int], _Listed]) -> _Side:
    """Where a recording's worlds stand, its list added to `lists` if it is new."""
    part = reading.part_of(recording) if isinstance(reading, JoinedReading) else reading
    if not isinstance(part, WorldReading) or part.sampled is not None:
        raise DataError(
            f"pairs: decoder {reading.about.decoder!r} does not list all that a recording may show; pairs need one that does, e.g. linear_evidence"
        )
    row = int(part.rows([recording])[0])
    table = id(part), int(part.worlds.row(np.array([row]))[0])
    if table not in lists:
        lists[table] = _Listed(_things(part.worlds, row), _things(part.before, 0), part.before.share[0])
    return _Side(table, part.worlds.share[row])


def _things(worlds: Worlds, row: int) -> tuple[frozenset[str], ...]:
    """The words of the thing of each world."""
    found = []
    for k in range(worlds.n_worlds):
        facts = worlds.facts(row, k)
        nouns = {noun for fact in facts for noun in fact.arguments or (fact.name,)}
        if len(nouns) != 1:
            raise DataError(
                f"pairs: recordings may show {len(nouns)} things; a scene of two is made of recordings of one thing each"
            )
        found.append(frozenset(fact.name for fact in facts))
    return tuple(found)


def _together(
    first: Sequence[frozenset[str]],
    second: Sequence[frozenset[str]],
    vocabulary: Vocabulary,
    relations: Mapping[str, str],
    share: Float[np.ndarray, "pair world"],
) -> Worlds:
    """Every world of one recording with every world of the other, and the relations that hold in them."""
    words = sorted(frozenset().union(*first, *second))
    there = [np.repeat(_table(first, words), len(second), axis=1), np.tile(_table(second, words), len(first))]
    every = np.ones((1, len(first) * len(second)), bool)
    facts = [
        Fact(FIRST),
        *(Fact(word, (FIRST,)) for word in words),
        Fact(SECOND),
        *(Fact(word, (SECOND,)) for word in words),
    ]
    holds = np.concatenate([every, there[0], every, there[1]])
    things = Worlds.of_table([facts], [holds], vocabulary.concepts, vocabulary.relations)
    related = [(name, pair) for name in relations for pair in ((FIRST, SECOND), (SECOND, FIRST))]
    asked = [
        expand(parse(f"exists x, y. {x}(x) & {y}(y) & ({relations[name]})", vocabulary), vocabulary)
        for name, (x, y) in related
    ]
    between = truth(things, asked, np.zeros(len(asked), np.int64)).astype(bool)
    facts += [Fact(name, pair) for name, pair in related]
    return Worlds.of_table(
        [facts], [np.concatenate([holds, between])], vocabulary.concepts, vocabulary.relations, share
    )


def _table(things: Sequence[frozenset[str]], words: Sequence[str]) -> Bool[np.ndarray, "word world"]:
    return np.array([[word in thing for thing in things] for word in words], bool)
