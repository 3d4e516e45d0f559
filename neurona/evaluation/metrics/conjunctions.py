"""Accuracy of several words at once: of the recordings, how many have all of their categories described rightly.

Where a fold's training lacks some conjunctions (split `conjunctions`), test recordings of seen and of unseen ones are told apart: a decoder that knows
words apart is as good on both; one that has learned conjunctions by heart is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np
import pandas as pd

from neurona.errors import DataError
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.predictions import CLUSTER, KEYS, check_predictions, clusters, right_answers


def conjunction_table(
    predictions: pd.DataFrame, categories: Sequence[str], *, by: Sequence[str] = CLUSTER
) -> pd.DataFrame:
    """Accuracy of each category and of all of them at once.

    Args:
        predictions: a predictions table; with a column `unseen`, where it is known of each question whether training lacked its recording's
            conjunction.
        categories: what is described, two or more.
        by: columns that tell clusters apart.

    Returns:
        One row for each of `all`, `seen` and `unseen` conjunctions (the last two where there are both) and each category, and several at once
        (`A & B`): conjunctions, words, accuracy, low, high, chance (of guessing words), n.

    Raises:
        DataError: fewer than two categories are asked for of the same recordings.
    """
    check_predictions(predictions)
    wanted = [f"describe {category}" for category in categories]
    rows = predictions[predictions["program"].isin(wanted)].assign(right=right_answers)
    keys = [key for key in KEYS if key in rows and key != "question"] + ["recording"]
    rows = rows.assign(cluster=clusters(rows, by))
    right = rows.pivot_table(index=keys, columns="program", values="right", aggfunc="first").dropna()
    asked = [text for text in wanted if text in right]
    if len(asked) < 2:
        raise DataError(f"conjunctions: {asked or 'no category'} described; two categories or more are needed")
    first = rows.groupby(keys).first().loc[right.index]
    chance = rows.groupby("program")["chance"].mean()
    parts = {"all": np.ones(len(first), dtype=bool)}
    if "unseen" in first and first["unseen"].nunique() == 2:
        parts |= {"seen": ~first["unseen"].to_numpy(bool), "unseen": first["unseen"].to_numpy(bool)}
    table = []
    for part, chosen in parts.items():
        for texts in map(list, chain.from_iterable(combinations(asked, k) for k in range(1, len(asked) + 1))):
            correct = np.all(right.loc[chosen, texts].to_numpy(bool), axis=1)
            low, high = accuracy_interval(correct, first["cluster"].to_numpy()[chosen])
            table.append(
                {
                    "conjunctions": part,
                    "words": " & ".join(text.removeprefix("describe ") for text in texts),
                    "accuracy": float(np.mean(correct)),
                    "low": low,
                    "high": high,
                    "chance": float(np.prod(chance[texts].to_numpy())),
                    "n": int(chosen.sum()),
                }
            )
    return pd.DataFrame(table)
