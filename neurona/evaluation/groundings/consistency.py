"""Grounding consistency: is a concept grounded in the same entities, recording after recording?

The paper (arXiv 2603.03343) reports that groundings are more consistent than a random baseline. We found no formula of its metric in the
parts of it that we could see, and no code for it in its release. So this is our definition, and figures are not comparable to the paper's:

    consistency = mean of corr(m_i, m_j) over pairs of maps with one concept and two recordings

with m_i a grounding map [entity] of a concept in a recording and corr Pearson's correlation over entities (0 for a constant map). Its null
gives the maps' concept labels out anew at random. High correlations alone say little: maps that show the same entities for every
concept are consistent, and so is their null; what tells is the distance between the two.

With z_i the maps, centred and of unit length, the sum over all pairs of a set is (|sum z_i|^2 - n) / 2, so no pair is ever formed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy import sparse

from neurona.errors import DataError
from neurona.evaluation.inference.paired import q_values


class Consistency(NamedTuple):
    """Consistency of grounding maps beside its null.

    Attributes:
        value: mean correlation over all pairs that share a concept.
        null: mean of the same under permuted concept labels.
        null_high: its 95th percentile.
        p: share of permutations at least as consistent, the observed labels among them.
        pairs: how many pairs share a concept.
        concepts: one row a concept: concept, recordings, pairs, consistency, null, p, q.
    """

    value: float
    null: float
    null_high: float
    p: float
    pairs: int
    concepts: pd.DataFrame


def grounding_consistency(
    maps: Float[np.ndarray, "map entity"],
    concepts: Sequence[str] | np.ndarray,
    recordings: Sequence[str] | np.ndarray,
    n_permutations: int = 500,
    seed: int = 0,
) -> Consistency:
    """Consistency of groundings over recordings.

    Args:
        maps: grounding of a concept in a recording, one row a map.
        concepts: of each map.
        recordings: of each map; pairs within one recording do not count.
        n_permutations: of the labels.
        seed: of the permutations.

    Raises:
        DataError: rows that do not fit together, values that are not finite, or no concept with maps of two recordings.
    """
    if not len(maps) == len(concepts) == len(recordings):
        raise DataError(
            f"grounding maps: {len(maps)} maps, {len(concepts)} concepts and {len(recordings)} recordings; one of each is needed"
        )
    if not np.isfinite(maps).all():
        row = int(np.flatnonzero(~np.isfinite(maps).all(axis=1))[0])
        raise DataError(f"grounding maps: map {row} (concept {concepts[row]!r}) is not finite")
    names, concept = np.unique(np.asarray(concepts, dtype=str), return_inverse=True)
    recording = np.unique(np.asarray(recordings, dtype=str), return_inverse=True)[1]
    centred = maps - maps.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    # A constant map leaves rounding errors behind, which have no direction.
    unit = np.where(length > 1e-9 * (1 + np.abs(maps).max()), centred / np.maximum(length, 1e-300), 0.0)
    totals, pairs = _pairs(unit, concept, recording, len(names))
    if pairs.sum() == 0:
        raise DataError("grounding maps: no concept has maps of two recordings, so there is nothing to compare")
    rng = np.random.default_rng(seed)
    nulls, null_means = np.zeros((n_permutations, len(names))), np.zeros(n_permutations)
    for k in range(n_permutations):
        null_totals, null_pairs = _pairs(unit, rng.permutation(concept), recording, len(names))
        nulls[k] = null_totals / np.maximum(null_pairs, 1)
        null_means[k] = null_totals.sum() / max(null_pairs.sum(), 1)
    value = float(totals.sum() / pairs.sum())
    each = totals / np.maximum(pairs, 1)
    table = pd.DataFrame(
        {
            "concept": names,
            "recordings": [len(np.unique(recording[concept == k])) for k in range(len(names))],
            "pairs": pairs.astype(int),
            "consistency": each,
            "null": nulls.mean(axis=0),
            "p": (1 + (nulls >= each - 1e-12).sum(axis=0)) / (1 + n_permutations),
        }
    )
    table = table[table["pairs"] > 0].reset_index(drop=True)
    return Consistency(
        value,
        float(null_means.mean()),
        float(np.quantile(null_means, 0.95)),
        float((1 + (null_means >= value - 1e-12).sum()) / (1 + n_permutations)),
        int(pairs.sum()),
        table.assign(q=q_values(table["p"])),
    )


def _pairs(
    unit: Float[np.ndarray, "map entity"], concept: Int[np.ndarray, " map"], recording: Int[np.ndarray, " map"], n: int
) -> tuple[Float[np.ndarray, " concept"], Float[np.ndarray, " concept"]]:
    """Of each concept: the sum of correlations over pairs of different recordings, and how many pairs there are."""
    both, place = np.unique(concept * (int(recording.max()) + 1) + recording, return_inverse=True)
    of_concept = both // (int(recording.max()) + 1)
    within = _sums(unit, place, len(both))
    across = _sums(within, of_concept, n)
    inner = np.bincount(of_concept, weights=(within**2).sum(axis=1), minlength=n)
    number = np.bincount(place).astype(float)
    squares = np.bincount(of_concept, weights=number**2, minlength=n)
    return (
        ((across**2).sum(axis=1) - inner) / 2,
        (np.bincount(concept, minlength=n).astype(float) ** 2 - squares) / 2,
    )


def _sums(
    values: Float[np.ndarray, "row entity"], group: Int[np.ndarray, " row"], n: int
) -> Float[np.ndarray, "group entity"]:
    chosen = sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=(n, len(group)))
    return chosen @ values
