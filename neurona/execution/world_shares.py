"""Probabilities from possible worlds: shares, conditional shares, and the likeliest worlds.

    p(q) = sum over worlds w of share(w) [q is true in w],      p(q | g) = p(q & g) / p(g)

The same worlds answer every program, so the laws of probability hold exactly: equivalent programs have equal shares, a part never
has less than the whole. Worlds stay packed until they are weighed, a block of questions at a time; the sum over worlds is taken
for each question by itself, so that its digits do not depend on what else is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped, UInt64

from neurona.execution.world_truth import blocks, held
from neurona.execution.worlds import Worlds, pack, unpack
from neurona.programs import Query
from neurona.programs.facts import Fact
from neurona.programs.tree import Atom, Describe, Exists, Variable


def share_true(
    worlds: Worlds, queries: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> Float[np.ndarray, " question"]:
    """Share of the worlds in which each formula is true; of a count, the expected number.

    Args:
        worlds, queries, recording: as of `world_truth.truth`.

    Raises:
        QueryError: as `world_truth.truth`.
    """
    found = np.zeros(len(queries))
    for rows, value in blocks(worlds, queries, recording):
        found[rows] = weighed(value, worlds.share[np.asarray(recording)[rows]])
    return found


def conditional(
    worlds: Worlds, queries: Sequence[Query], givens: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> Float[np.ndarray, " question"]:
    """Share among the worlds in which `given` is true; NaN where it is true in none.

    Args:
        worlds, queries, recording: as of `world_truth.truth`.
        givens: a formula for each question.

    Raises:
        QueryError: as `world_truth.truth`; a given that is a count.
    """
    recording = np.asarray(recording)
    condition, found = held(worlds, givens, recording), np.zeros(len(queries))
    for rows, value in blocks(worlds, queries, recording):
        given, share = condition[rows], worlds.share[recording[rows]]
        both = value & given if value.dtype == np.uint64 else value * unpack(given, worlds.n_worlds)
        possible = weighed(given, share)
        joint = weighed(both, share)
        found[rows] = np.where(possible > 0, joint / np.where(possible > 0, possible, 1), np.nan)
    return found


def weighed(
    value: UInt64[np.ndarray, "question bits"] | Shaped[np.ndarray, "question world"],
    share: Float[np.ndarray, "question world"],
) -> Float[np.ndarray, " question"]:
    """Sum over worlds of share x value."""
    each = unpack(value, share.shape[1]) if value.dtype == np.uint64 else value
    product: np.ndarray = np.multiply(share, each, dtype=np.float64)
    return product.sum(axis=1)


def with_word(query: Describe, word: str) -> Query:
    """The formula that a word holds of a description's terms; with no terms, that it holds of something."""
    return Atom(word, query.terms) if query.terms else Exists("x", Atom(word, (Variable("x"),)))


def likeliest(worlds: Worlds, recording: int, n: int) -> list[tuple[float, frozenset[Fact]]]:
    """The n likeliest worlds of a recording with their shares, equal worlds taken together; fewer where there are fewer."""
    kind, share = equal_worlds(worlds, recording)
    order = np.argsort(-share, kind="stable")[: max(n, 0)]
    first = [int(np.flatnonzero(kind == k)[0]) for k in order]
    return [(float(share[k]), worlds.facts(recording, at)) for k, at in zip(order, first, strict=True)]


def equal_worlds(worlds: Worlds, recording: int) -> tuple[Int[np.ndarray, " world"], Float[np.ndarray, " kind"]]:
    """Which worlds of a recording are the same: the kind of each, numbered as they come up, and the share of each kind."""
    row = 0 if len(worlds.word) == 1 else recording
    facts = np.concatenate([worlds.present[row], worlds.holds[row][worlds.word[row] >= 0]])
    columns: Bool[np.ndarray, "world fact"] = unpack(facts, worlds.n_worlds).T.astype(bool)
    codes = pack(columns) if len(facts) else np.zeros((worlds.n_worlds, 1), np.uint64)
    place: dict[bytes, int] = {}
    kind = np.array([place.setdefault(code.tobytes(), len(place)) for code in codes])
    return kind, np.bincount(kind, worlds.share[recording])
