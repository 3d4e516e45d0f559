"""Accuracy by question type, with its interval and the level of chance.

`chance` is that of `chance_levels.py`: the most frequent answer for yes and no, the questions' own chance otherwise. Where 90 % of
the answers are no, 0.9 is nothing to be proud of; `balanced`, the mean of the share of yes questions and the share of no questions
answered rightly, is given beside it, and its chance is always 0.5. Of groups of several types (`yes/no`, `describe`, `overall`) chance
is the mean of the types' chances, weighted by their numbers of questions.

Where a predictions table has the column `ideal` (simulated data: the highest accuracy that can be expected of any decoder on that
question), each row says which share of it was reached. `grouping.py` says which rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd
from jaxtyping import Bool, Shaped

from neurona.evaluation.chance_levels import chance_of
from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.intervals import (
    accuracy_interval,
    cluster_bootstrap_interval,
    resampled_totals,
    wilson_interval,
)
from neurona.evaluation.predictions import (
    CLUSTER,
    COLUMNS,
    canonical_answers,
    check_predictions,
    clusters,
    is_yes_no,
    right_answers,
)

__all__ = ["COLUMNS", "Accuracy", "accuracy_table", "canonical_answers", "interval", "is_yes_no"]


class Accuracy(TypedDict):
    """One row of an accuracy table: share of right answers, its 95 % interval, chance, questions."""

    value: float
    low: float
    high: float
    chance: float
    n: int
    balanced: NotRequired[float]
    ideal: NotRequired[float]
    of_ideal: NotRequired[float]


def accuracy_table(predictions: pd.DataFrame, seed: int = 0, *, by: Sequence[str] = CLUSTER) -> dict[str, Accuracy]:
    """Accuracy of each group of questions.

    Args:
        predictions: one row a question, with the columns `COLUMNS`. A missing prediction counts as wrong.
        seed: of the bootstrap over clusters.
        by: columns that tell clusters apart, images (of each seed) unless said otherwise; `("image",)` where seeds differ in
            training alone: the same images twice are not twice as many.

    Returns:
        `{group: {value, low, high, chance, n}}`, groups in the order of `question_groups`: types, kinds of denied questions (`TYPE,
        KIND`), hops, `yes/no`, `describe` (these two where they are more than one type), `overall`. Rows with yes and no answers also
        have `balanced`, rows of simulated data `ideal` and `of_ideal`. The interval is Wilson's where each cluster has one
        question of the group, and a bootstrap over clusters otherwise.

    Raises:
        DataError: a column is missing, there are no questions, an answer is missing, or a type is named
            `overall`.
    """
    check_predictions(predictions)
    truth = canonical_answers(predictions["answer"])
    right, cluster, expected = right_answers(predictions), clusters(predictions, by), chance_of(predictions)
    groups = told_apart(question_groups(predictions))
    chosen = np.stack(list(groups.values()), axis=1)
    totals = resampled_totals(np.concatenate([chosen & right[:, None], chosen], axis=1).astype(float), cluster, seed)
    with np.errstate(invalid="ignore"):
        resampled = totals[:, : len(groups)] / totals[:, len(groups) :]
    ideal = pd.to_numeric(predictions["ideal"]).to_numpy(dtype=float) if "ideal" in predictions else None
    table: dict[str, Accuracy] = {}
    for k, (name, rows) in enumerate(groups.items()):
        value, n, n_clusters = float(right[rows].mean()), int(rows.sum()), len(np.unique(cluster[rows]))
        if n_clusters == n:
            low, high = wilson_interval(float(right[rows].sum()), n)
        else:
            low, high = accuracy_interval(resampled[:, k], value, n_clusters)
        table[name] = {"value": value, "low": low, "high": high, "chance": float(expected[rows].mean()), "n": n}
        if ideal is not None and np.isfinite(ideal[rows]).all():
            table[name]["ideal"] = float(ideal[rows].mean())
            table[name]["of_ideal"] = value / table[name]["ideal"]
        if name != "overall" and is_yes_no(truth[rows]):
            shares = [right[rows & (truth == answer).to_numpy()].mean() for answer in sorted(set(truth[rows]))]
            table[name]["balanced"] = float(np.mean(shares))
    return table


def interval(
    correct: Bool[np.ndarray, " n"], groups: Shaped[np.ndarray, " n"] | None, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of mean(correct): Wilson's for independent answers, else the cluster bootstrap."""
    if groups is None or len(np.unique(groups)) == len(correct):
        return wilson_interval(float(correct.sum()), float(len(correct)))
    return cluster_bootstrap_interval(correct, groups, seed)
