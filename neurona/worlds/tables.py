"""Facts of one recording as arrays that a search and a sampler walk on.

    log p(z) = lift . z - z' G z / 2,       z_f in {0, 1},  z_f <= z_a, z_b of its things

Nouns have the first T places, so that which things are there is a machine word; what is said of them follows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from neurona.worlds.evidence import FactEvidence
from neurona.worlds.space import SceneSpace

ABSENT = -1e4
"""Lift of places that hold no fact."""


class Table(NamedTuple):
    """J places, T of them for things.

    Attributes:
        lift: slope of log p in an empty scene, plus half of a fact's own coupling; nats.
        effect: of a fact that comes, on what a chain keeps of its world: G, by which slopes fall, then `about`, then the fact's place where it is about a thing.
        own: its diagonal.
        first, second: 1 where a thing is a fact's first, its second.
        about: 1 where a thing is either.
        crossing: G between a fact and each of its things.
        company: `about`, then `crossing`.
        between: G between a fact's two things.
        needs: its things as bits.
        instead_first, instead_second: the place of the same fact with another thing for its first, its second; J where there is none.
    """

    lift: Float[Array, "*n J"]
    effect: Float[Array, "*n J J+2T"]
    own: Float[Array, "*n J"]
    first: Float[Array, "*n T J"]
    second: Float[Array, "*n T J"]
    about: Float[Array, "*n T J"]
    crossing: Float[Array, "*n T J"]
    company: Float[Array, "*n 2T J"]
    between: Float[Array, "*n J"]
    needs: Int[Array, "*n J"]
    instead_first: Int[Array, "*n T J"]
    instead_second: Int[Array, "*n T J"]


def table_of(
    evidence: FactEvidence,
    recording: int,
    things: Int[np.ndarray, " thing"],
    said: Int[np.ndarray, " said"],
    *,
    slots: int,
    size: int,
) -> tuple[Table, Int[np.ndarray, " J"]]:
    """Arrays of some facts, and the number of the fact in each place; -1 pads.

    Args:
        evidence: for facts.
        recording: whose.
        things, said: numbers of nouns, and of facts about them.
        slots, size: T and J.
    """
    numbers = np.full(size, -1)
    numbers[: len(things)], numbers[slots : slots + len(said)] = things, said
    used = np.flatnonzero(numbers >= 0)
    lift, gram = np.full(size, ABSENT, np.float32), np.zeros((size, size), np.float32)
    rows = evidence.space.rows(numbers[used])
    lift[used] = evidence.lift(recording, numbers[used], rows)
    gram[np.ix_(used, used)] = evidence.coupling(numbers[used], rows)
    slot = np.full(len(evidence.space.nouns) + 1, -1)
    slot[things] = np.arange(len(things))
    arity, _, a, b = evidence.space.split(np.maximum(numbers, 0))
    a, b = (np.where((numbers >= 0) & (arity > 0), slot[part], -1) for part in (a, b))
    each = np.arange(slots)[:, None]
    first, second = ((part == each).astype(np.float32) for part in (a, np.where(b == a, -1, b)))
    about = first + second
    crossing = gram[:slots] * about
    company = np.concatenate([about, crossing])
    two = np.flatnonzero((a >= 0) & (b >= 0))
    between = np.zeros(size, np.float32)
    between[two] = gram[a[two], b[two]]
    needs = ((about > 0) * (1 << each)).sum(axis=0).astype(np.int32)
    instead = _instead(evidence.space, numbers, things, slots)
    own = np.diag(gram).copy()
    effect = np.concatenate([gram, about.T, (about * np.arange(size, dtype=np.float32)).T], axis=1)
    leaves = (lift, effect, own, first, second, about, crossing, company, between, needs, *instead)
    return Table(*leaves), numbers  # type: ignore[arg-type]  # NumPy's until they are stacked


def _instead(
    space: SceneSpace, numbers: Int[np.ndarray, " J"], things: Int[np.ndarray, " thing"], slots: int
) -> tuple[Int[np.ndarray, "T J"], Int[np.ndarray, "T J"]]:
    """Places of facts that say the same of another thing."""
    order = np.argsort(numbers, kind="stable")
    said = np.flatnonzero(space.split(np.maximum(numbers, 0))[0] * (numbers >= 0) > 0)
    found = np.full((2, slots, len(numbers)), len(numbers), np.int32)
    for turn in range(2):
        sought = space.with_things(numbers[said], turn, things)
        at = np.minimum(np.searchsorted(numbers, sought, sorter=order), len(numbers) - 1)
        found[turn, : len(things), said] = np.where(numbers[order[at]] == sought, order[at], len(numbers)).T
    return found[0], found[1]
