"""No evidence, no score: which right answers are backed by evidence in the right place?

SIMULATED      an answer is backed where at least half of the planted carriers of its words are among the k entities that the decoder
               grounds the word in most, k the number of its carriers; chance: the same after entities exchange their names
measured       an answer is backed where exchanging the k entities that it is grounded in most with those of another image of the
               subject moves its logit more than exchanging any of R random sets of k entities does; chance: 1 / (R + 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.predictions import CLUSTER, check_predictions, clusters, right_answers

SHUFFLES = 200
HALF = 0.5
"""Share of a question's planted carriers that must be found."""


class Backing(NamedTuple):
    """Of Q questions, whether evidence in the right place backs their answers.

    Attributes:
        backed: whether it does.
        chance: how probably it would by chance.
        shuffled: whether it would where entities exchanged their names; of S shuffles, none where nothing was planted.
        moved: by how much exchanging the entities it is grounded in moves the answer's logit; NaN where nothing was exchanged.
        moved_at_random: the same of random entities, on average.
    """

    backed: Bool[np.ndarray, " question"]
    chance: Float[np.ndarray, " question"]
    shuffled: Bool[np.ndarray, "shuffle question"]
    moved: Float[np.ndarray, " question"]
    moved_at_random: Float[np.ndarray, " question"]

    @classmethod
    def nothing(cls, n: int) -> Backing:
        """Of answers that no place backs."""
        unmoved = np.full(n, np.nan)
        return cls(np.zeros(n, bool), np.zeros(n), np.zeros((SHUFFLES, n), bool), unmoved, unmoved)

    @classmethod
    def joined(cls, parts: Sequence[Backing]) -> Backing:
        """Of the questions of several folds."""
        return cls(*(np.concatenate(values, axis=-1) for values in zip(*parts, strict=True)))


def backed_by_place(
    words: Sequence[Sequence[str]], grounding: pd.DataFrame, planted: pd.DataFrame, *, seed: int = 0
) -> Backing:
    """SIMULATED data: backing by planted carriers.

    Args:
        words: of each question, the concepts and relations that its answer speaks of; those that were planted nowhere do not count.
        grounding: how strongly each entity carries each word, `word x entity`; a word that it lacks is found nowhere.
        planted: whether it does, with the same entities.
        seed: of the shuffles.
    """
    entities = list(planted.columns)
    known = [str(word) for word, row in planted.iterrows() if row.any()]
    truth = planted.loc[known].to_numpy(bool)
    scores = grounding.reindex(index=known, columns=entities).to_numpy(np.float64)
    found = np.stack([_hits(scores, truth), *_shuffled(scores, truth, seed)])
    place = {word: k for k, word in enumerate(known)}
    counts = np.zeros((len(words), len(known)))
    for q, of_question in enumerate(words):
        counts[q, [place[word] for word in of_question if word in place]] = 1
    number = counts @ truth.sum(axis=1)
    share = (found @ counts.T) / np.maximum(number, 1)
    backed = (share >= HALF) & (number > 0)
    nothing = np.full(len(words), np.nan)
    return Backing(backed[0], backed[1:].mean(axis=0), backed[1:], nothing, nothing)


def backed_by_exchange(moved: Float[np.ndarray, " question"], at_random: Float[np.ndarray, "question set"]) -> Backing:
    """Measured data: backing by what exchanged entities move.

    Args:
        moved: change of the answer's logit where the entities that it is grounded in are exchanged.
        at_random: the same of each of R random sets of as many entities.
    """
    sets = at_random.shape[1]
    chance = np.full(len(moved), 1 / (sets + 1))
    unknown = np.zeros((0, len(moved)), bool)
    return Backing(moved > at_random.max(axis=1), chance, unknown, moved, at_random.mean(axis=1))


def backing_table(predictions: pd.DataFrame, backing: Backing, *, by: Sequence[str] = CLUSTER) -> pd.DataFrame:
    """How much is answered rightly, and how much of that is backed, by group of questions.

    Args:
        predictions: a predictions table.
        backing: of the same questions.
        by: columns that tell clusters apart, see `accuracy_table`.

    Returns:
        One row a group: group, answered (share of questions answered rightly), backed (share that is and is backed, too), low, high (its 95 %
        interval), share (of the right answers that is backed), chance (what that would be by chance), p (share of shuffles that back as much, the
        decoder's own groundings among them; NaN of measured data), moved, at_random (mean change of a logit), n.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions)
    right, cluster = right_answers(predictions), clusters(predictions, by)
    backed = right & backing.backed
    rows = []
    for name, chosen in told_apart(question_groups(predictions)).items():
        answered = chosen & right
        low, high = accuracy_interval(backed[chosen], cluster[chosen])
        share = float(backing.backed[answered].mean()) if answered.any() else float("nan")
        chance = float(backing.chance[answered].mean()) if answered.any() else float("nan")
        rows.append(
            {
                "group": name,
                "answered": float(right[chosen].mean()),
                "backed": float(backed[chosen].mean()),
                "low": low,
                "high": high,
                "share": share,
                "chance": chance,
                "p": _p(share, backing.shuffled[:, answered]),
                "moved": float(backing.moved[chosen].mean()),
                "at_random": float(backing.moved_at_random[chosen].mean()),
                "n": int(chosen.sum()),
            }
        )
    return pd.DataFrame(rows)


def _p(share: float, shuffled: Bool[np.ndarray, "shuffle answered"]) -> float:
    if not shuffled.size or np.isnan(share):
        return float("nan")
    return float((1 + (shuffled.mean(axis=1) >= share - 1e-12).sum()) / (1 + len(shuffled)))


def _hits(
    scores: Float[np.ndarray, "word entity"], truth: Bool[np.ndarray, "word entity"]
) -> Float[np.ndarray, " word"]:
    """How many of a word's carriers are among as many strongest entities; none of a word without scores. Of equal scores the last entity counts."""
    told = np.isfinite(scores).all(axis=1)
    rank = np.argsort(np.argsort(np.where(told[:, None], scores, 0.0), axis=1, kind="stable"), axis=1)
    top = rank >= scores.shape[1] - truth.sum(axis=1, keepdims=True)
    hits: np.ndarray = (top & truth).sum(axis=1) * told.astype(float)
    return hits


def _shuffled(
    scores: Float[np.ndarray, "word entity"], truth: Bool[np.ndarray, "word entity"], seed: int
) -> list[Float[np.ndarray, " word"]]:
    """The same where entities exchanged their names, all words alike."""
    rng = np.random.default_rng(seed)
    return [_hits(scores[:, rng.permutation(scores.shape[1])], truth) for _ in range(SHUFFLES)]
