"""SIMULATED data: are planted groundings found again?

Average precision of a word's scores over entities against the entities in which it was planted; its mean over words. Two nulls:

    entities shuffled    each word's scores are dealt out anew over entities: no map at all
    words exchanged      whole maps are dealt out anew over words: maps, but not of this word

The second is the harder one: entities that carry many words make a common map look good for all of them.
Chance, without any permutation, is the base rate: the share of entities in which a word is planted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from sklearn.metrics import average_precision_score

from neurona.errors import DataError
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.inference.paired import q_values


class Recovery(NamedTuple):
    """How well planted groundings are found again.

    Attributes:
        value: mean average precision over words.
        low, high: its 95 % interval over words.
        chance: mean base rate.
        null, p: mean and p value under shuffled entities.
        exchanged, p_exchanged: mean and p value under exchanged words.
        left_out: words planted nowhere or everywhere, of which precision says nothing.
        words: one row a word: word, precision, chance, null, p, q (of shuffled entities).
    """

    value: float
    low: float
    high: float
    chance: float
    null: float
    p: float
    exchanged: float
    p_exchanged: float
    left_out: int
    words: pd.DataFrame


def grounding_recovery(
    scores: Float[np.ndarray, "word entity"],
    planted: Bool[np.ndarray, "planted_word planted_entity"],
    words: Sequence[str] | np.ndarray,
    n_permutations: int = 1000,
    seed: int = 0,
) -> Recovery:
    """Average precision of groundings against what was planted.

    Args:
        scores: how strongly each entity carries each word; higher is more.
        planted: where each word was planted (`neurona.simulation.planted_grounding`).
        words: their names.
        n_permutations: of either null.
        seed: of the permutations.

    Raises:
        DataError: shapes that do not fit, scores that are not finite, or no word of which precision says anything.
    """
    if not scores.shape == planted.shape == (len(words), planted.shape[1]):
        raise DataError(
            f"recovery: scores {scores.shape}, planted {planted.shape} and {len(words)} words do not fit together"
        )
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise DataError(f"recovery: scores of {words[row]!r} are not finite")
    told = np.asarray(planted.any(axis=1) & ~planted.all(axis=1))
    if not told.any():
        raise DataError("recovery: every word is planted nowhere or everywhere, so there is no precision to tell")
    scores, planted = scores[told], planted[told]
    names = [word for word, kept in zip(words, told, strict=True) if kept]
    found = np.array([average_precision_score(truth, row) for truth, row in zip(planted, scores, strict=True)])
    rng = np.random.default_rng(seed)
    shuffled = np.stack(
        [_shuffled(row, truth, n_permutations, rng) for row, truth in zip(scores, planted, strict=True)]
    )
    crossed = np.stack([_precisions(row, planted) for row in scores])  # [scores of word, planted of word]
    dealt = np.argsort(rng.random((n_permutations, len(names))), axis=1)
    exchanged = crossed[dealt, np.arange(len(names))].mean(axis=1)
    value = float(found.mean())
    low, high = accuracy_interval(found)
    table = pd.DataFrame(
        {
            "word": names,
            "precision": found,
            "chance": planted.mean(axis=1),
            "null": shuffled.mean(axis=1),
            "p": _p(found[:, None], shuffled),
        }
    )
    return Recovery(
        value,
        low,
        high,
        float(planted.mean()),
        float(shuffled.mean()),
        float(_p(np.array([[value]]), shuffled.mean(axis=0)[None])[0]),
        float(exchanged.mean()),
        float(_p(np.array([[value]]), exchanged[None])[0]),
        int((~told).sum()),
        table.assign(q=q_values(table["p"])),
    )


def _p(found: Float[np.ndarray, "word 1"], nulls: Float[np.ndarray, "word permutation"]) -> Float[np.ndarray, " word"]:
    return (1 + (nulls >= found - 1e-12).sum(axis=1)) / (1 + nulls.shape[1])


def _shuffled(
    scores: Float[np.ndarray, " entity"],
    planted: Bool[np.ndarray, " entity"],
    n: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, " permutation"]:
    return _precisions(scores, rng.permuted(np.tile(planted, (n, 1)), axis=1))


def _precisions(
    scores: Float[np.ndarray, " entity"], planted: Bool[np.ndarray, "truth entity"]
) -> Float[np.ndarray, " truth"]:
    """Average precision of one row of scores against many truths: mean over planted entities of the precision among all that
    score at least as high, which is what scikit-learn computes one truth at a time."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.searchsorted(-ranked, -ranked, side="right") - 1  # of the entities with the same score
    truth = planted[:, order]
    precision = np.cumsum(truth, axis=1)[:, last] / (last + 1)
    return (precision * truth).sum(axis=1) / truth.sum(axis=1)
