"""Accuracy by question type, with its interval and the level of chance.

`chance` is that of `chance_levels.py`: the most frequent answer for yes and no, the questions' own chance for describe, where the
`majority` rate stands beside it: where 90 % of the answers are one word, 0.9 is nothing to be proud of. `balanced`, the mean over answers of the share of
their questions answered rightly, is given beside `balanced_chance`, what the type of a question alone gives. Of groups of several types of one
form (`yes/no`, `describe`) chance is the mean of the types' chances, weighted by their numbers of questions; questions of several forms together (`overall`)
have no chance and no balance.

Where a predictions table has the column `oracle` (SIMULATED data: what is expected of the oracle, which is told the rest of the scene, on that
question), each row says which share of it was reached. `grouping.py` says which rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.inference.chance import chance_p
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.metrics.chance_levels import balanced_accuracy, chance_of, guessing_range, majority_of
from neurona.evaluation.predictions import (
    CLUSTER,
    COLUMNS,
    answers_in,
    check_predictions,
    clusters,
    forms_of,
    right_answers,
)

__all__ = ["COLUMNS", "Accuracy", "accuracy_table"]


class Accuracy(TypedDict):
    """One row of an accuracy table: share of right answers, its 95 % interval, questions, and what is known beside (see above)."""

    value: float
    low: float
    high: float
    n: int
    chance: NotRequired[float]
    majority: NotRequired[float]
    balanced: NotRequired[float]
    balanced_chance: NotRequired[float]
    p: NotRequired[float]
    oracle: NotRequired[float]
    of_oracle: NotRequired[float]


def accuracy_table(
    predictions: pd.DataFrame, seed: int = 0, *, by: Sequence[str] = CLUSTER, permutations: int = 0
) -> dict[str, Accuracy]:
    """Accuracy of each group of questions.

    Args:
        predictions: one row a question, with the columns `COLUMNS`. A missing prediction counts as wrong.
        seed: of random signs.
        by: columns that tell clusters apart, images (of each seed) unless said otherwise; `("image",)` where seeds differ in
            training alone: the same images twice are not twice as many.
        permutations: with so many random signs (see `permutation.py`) each row is tested against always giving the most frequent answer; 0: not.

    Returns:
        `{group: {value, low, high, n, ...}}`, groups in the order of `question_groups`: types, kinds of denied questions (`TYPE,
        KIND`), hops, `yes/no`, `describe` (these two where they are more than one type), `overall`. Rows of one form also have `chance`,
        `balanced` and `balanced_chance`; those of describe questions `majority`; those tested `p` (one-sided); rows of simulated data `oracle` and
        `of_oracle`. The interval is `accuracy_interval`'s.

    Raises:
        DataError: a column is missing, there are no questions, or an answer is missing.
    """
    check_predictions(predictions)
    right, cluster, forms = right_answers(predictions), clusters(predictions, by), forms_of(predictions)
    answers, types = answers_in(predictions, "answer").to_numpy(), predictions["type"].astype(str).to_numpy()
    expected, majority, frequent = chance_of(predictions), majority_of(predictions), guessing_range(predictions)[1]
    groups = told_apart(question_groups(predictions))
    oracle = pd.to_numeric(predictions["oracle"]).to_numpy(dtype=float) if "oracle" in predictions else None
    table: dict[str, Accuracy] = {}
    for name, rows in groups.items():
        value, (low, high) = float(right[rows].mean()), accuracy_interval(right[rows], cluster[rows])
        row: Accuracy = {"value": value, "low": low, "high": high, "n": int(rows.sum())}
        if len(set(forms[rows])) == 1:
            row["chance"] = float(expected[rows].mean())
            row["balanced"], row["balanced_chance"] = balanced_accuracy(answers[rows], types[rows], right[rows])
        if set(forms[rows]) == {"describe"}:
            row["majority"] = float(majority[rows].mean())
        if permutations:
            row["p"] = chance_p(right[rows], cluster[rows], frequent[rows], "greater", seed, permutations)
        if oracle is not None and np.isfinite(oracle[rows]).all():
            row["oracle"] = float(oracle[rows].mean())
            row["of_oracle"] = value / row["oracle"]
        table[name] = row
    return table
