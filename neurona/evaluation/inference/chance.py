"""Is a decoder at chance? The check of null data, where it should be.

For each group of questions, T = right answers less the expected ones, summed over each image; its null is that of random signs
(`permutation.py`). Where each image has one question of the group and all their chances are alike, the binomial test is used, exactly.

What guessing reaches is a range, not a point (`chance_levels.py`): from fair guesses to always giving the most frequent
answer. A decoder is inside its 95 % interval where its accuracy lies between the lower end for fair guesses and the
upper end for the most frequent answer. p is twice the smaller one-sided p at the nearer end of the range, and since there are as many tests as rows,
the verdict follows p adjusted by Holm (1979): of all rows of null data at most one in twenty tables has any that is off chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy import stats

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.inference.intervals import chance_interval
from neurona.evaluation.inference.permutation import Alternative, sign_flips
from neurona.evaluation.metrics.chance_levels import guessing_range
from neurona.evaluation.predictions import CLUSTER, check_predictions, clusters, right_answers


def chance_table(
    decoders: Mapping[str, pd.DataFrame], *, by: Sequence[str] = CLUSTER, level: float = 0.05, seed: int = 0
) -> pd.DataFrame:
    """Whether decoders stay at chance, by group of questions.

    Args:
        decoders: name -> predictions table.
        by: columns that tell clusters apart.
        level: of all tests together.
        seed: of random signs, where there are any.

    Returns:
        One row a decoder and group: decoder, group, accuracy, fair, frequent (the ends of the range of guessing), low, high (the 95 %
        interval of chance), inside, p, adjusted_p (Holm's, over all rows; groups of the same questions are one test), verdict (`at chance`, `above chance`, `below chance`), n, n_clusters.
    """
    rows, tests = [], []
    for decoder, predictions in decoders.items():
        check_predictions(predictions)
        right, cluster = right_answers(predictions), clusters(predictions, by)
        fair, frequent = guessing_range(predictions)
        for group, chosen in told_apart(question_groups(predictions)).items():
            at = {"decoder": decoder, "group": group}
            tests.append((decoder, chosen.tobytes()))
            rows.append(at | _row(right[chosen], cluster[chosen], fair[chosen], frequent[chosen], level, seed))
    table = pd.DataFrame(rows)
    table.insert(list(table).index("p") + 1, "adjusted_p", _adjusted(table["p"].to_numpy(), tests))
    off = np.where(table["accuracy"] > table["frequent"], "above chance", "below chance")
    table.insert(
        list(table).index("adjusted_p") + 1, "verdict", np.where(table["adjusted_p"] < level, off, "at chance")
    )
    return table


def _adjusted(p: Float[np.ndarray, " row"], tests: Sequence[tuple[str, bytes]]) -> Float[np.ndarray, " row"]:
    """Adjusted p of each row, rows of one decoder and the same questions counted once."""
    of = {test: p[row] for row, test in enumerate(tests)}
    adjusted = dict(zip(of, holm(np.array(list(of.values()))), strict=True))
    return np.array([adjusted[test] for test in tests])


def holm(p: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """p values that may each be compared with the level of all tests together (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def chance_p(
    right: Bool[np.ndarray, " question"],
    cluster: Int[np.ndarray, " question"],
    chance: Float[np.ndarray, " question"],
    alternative: Alternative,
    seed: int = 0,
    n_permutations: int = 5000,
) -> float:
    """p of the accuracy under guessing: binomial for one question a cluster and one chance, else by sign flips of clusters.

    Args:
        right: which questions are answered rightly.
        cluster: of each question.
        chance: probability of guessing each rightly.
        alternative: to which side accuracy is tested.
        seed: of random signs, where there are any.
        n_permutations: how many random signs are drawn, where they are.
    """
    if _binomial(cluster, chance):
        return float(stats.binomtest(int(right.sum()), len(right), float(chance[0]), alternative=alternative).pvalue)
    sums = _sums(cluster, right - chance)
    return sign_flips(sums, seed, n_permutations).p(float(sums.sum()), alternative)


def _row(
    right: Bool[np.ndarray, " question"],
    cluster: Int[np.ndarray, " question"],
    fair: Float[np.ndarray, " question"],
    frequent: Float[np.ndarray, " question"],
    level: float,
    seed: int,
) -> dict[str, float | bool | int]:
    accuracy = float(right.mean())
    ends = [_interval(right, cluster, chance, 0.95, seed) for chance in (fair, frequent)]
    low, high = ends[0][0], ends[1][1]
    above = chance_p(right, cluster, frequent, "greater", seed)
    below = chance_p(right, cluster, fair, "less", seed)
    return {
        "accuracy": accuracy,
        "fair": float(fair.mean()),
        "frequent": float(frequent.mean()),
        "low": low,
        "high": high,
        "inside": bool(low - 1e-12 <= accuracy <= high + 1e-12),
        "p": min(1.0, 2 * min(above, below)),
        "n": len(right),
        "n_clusters": len(np.unique(cluster)),
    }


def _interval(
    right: Bool[np.ndarray, " question"],
    cluster: Int[np.ndarray, " question"],
    chance: Float[np.ndarray, " question"],
    confidence: float,
    seed: int,
) -> tuple[float, float]:
    if _binomial(cluster, chance):
        return chance_interval(float(chance[0]), len(right), confidence)
    low, high = sign_flips(_sums(cluster, right - chance), seed).interval(confidence)
    centre = float(chance.mean())
    return max(0.0, centre + low / len(right)), min(1.0, centre + high / len(right))


def _binomial(cluster: Int[np.ndarray, " question"], chance: Float[np.ndarray, " question"]) -> bool:
    return len(np.unique(cluster)) == len(cluster) and float(np.ptp(chance)) < 1e-12


def _sums(cluster: Int[np.ndarray, " question"], values: Float[np.ndarray, " question"]) -> Float[np.ndarray, " c"]:
    _, member_of = np.unique(cluster, return_inverse=True)
    return np.bincount(member_of, weights=values)
