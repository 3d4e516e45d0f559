"""What execution needs to know of recordings: scores of concepts and relations on entities, as logits.

Arrays are word-major, `[recording, word, entity]`. A *word* axis is either the whole vocabulary in its order, or the
words that a batch asks of each recording (see `compile.ProgramBatch.concepts`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

DIAGONAL = -10.0
"""Pair score of an entity with itself: relations are irreflexive."""


class Interaction(NamedTuple):
    """The part of a pair score that depends on both entities at once, of rank R:

    h_r(i, j) = sum_k weight[r, k] left[i, k] right[j, k].
    """

    left: Float[Array, "recording entity rank"]
    right: Float[Array, "recording entity rank"]
    weight: Float[Array, "recording relation rank"]


class RelationScores(NamedTuple):
    """Pair scores g_r(i, j) = A_r(i) + B_r(j) [+ h_r(i, j)] for i != j and -10 for i = j, and single-entity scores.

    Attributes:
        subject: A_r(i).
        object: B_r(j).
        region: u_r(i), the relation scored on single entities.
        region_described: other rows of it, which a logic may let describe questions read (`Logic.described_region`).
        interaction: h; None where pair scores are additive.
    """

    subject: Float[Array, "recording relation entity"]
    object: Float[Array, "recording relation entity"]
    region: Float[Array, "recording relation entity"]
    region_described: Float[Array, "recording relation entity"]
    interaction: Interaction | None = None


class Scores(NamedTuple):
    """Concept scores on entities; and relation scores, where there are any."""

    unary: Float[Array, "recording concept entity"]
    relations: RelationScores | None = None


def looked_at(
    scores: Scores,
    recordings: Int[np.ndarray, " row"],
    concepts: Int[np.ndarray, "row concept"],
    relations: Int[np.ndarray, "row relation"],
) -> Scores:
    """Scores of some recordings, each on words of its own, as NumPy arrays; of arrays on disk nothing else is read.

    Args:
        scores: on the whole vocabulary.
        recordings: one a row; a recording may have several.
        concepts, relations: words of each row; -1, which is no word, has the scores of the first.
    """
    rows = recordings[:, None]

    def of(array: Any, words: Int[np.ndarray, "row word"]) -> Any:
        return np.asarray(array)[rows, np.maximum(words, 0)]

    found = scores.relations
    if found is None:
        return Scores(of(scores.unary, concepts))
    across = found.interaction
    if across is not None:
        left, right = (np.asarray(side)[recordings] for side in (across.left, across.right))
        across = Interaction(left, right, of(across.weight, relations))
    subject, object_, region, described = (of(part, relations) for part in found[:4])
    return Scores(of(scores.unary, concepts), RelationScores(subject, object_, region, described, across))
