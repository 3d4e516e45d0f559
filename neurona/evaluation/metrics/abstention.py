"""Answers that may be withheld: do sets of answers hold the right one as often as promised, and how right is what is answered?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.metrics.calibration import statements
from neurona.evaluation.predictions import CLUSTER, answers_in, check_predictions, clusters, right_answers

SHARES = tuple(k / 20 for k in range(2, 21))
"""Of the questions, that are answered: from a tenth to all."""


def confidence(predictions: pd.DataFrame) -> Float[np.ndarray, " question"]:
    """How probable each given answer was stated to be; NaN of counts, which state nothing."""
    p, _ = statements(predictions)
    return np.where(predictions["predicted"].astype(str) == "no", 1 - p, p)


def risk_coverage(
    predictions: pd.DataFrame, *, by: Sequence[str] = CLUSTER, shares: Sequence[float] = SHARES
) -> pd.DataFrame:
    """How right the answers are of which the decoder is surest (El-Yaniv & Wiener 2010).

    Args:
        predictions: a predictions table.
        by: columns that tell clusters apart, see `accuracy_table`.
        shares: of the questions that are answered, the surest first; ties in the order of the table.

    Returns:
        One row a share: coverage, accuracy, low, high (its 95 % interval), least (the confidence of the least sure of them), n.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions)
    sure, right, cluster = confidence(predictions), right_answers(predictions), clusters(predictions, by)
    order = np.argsort(-sure, kind="stable")[: int(np.isfinite(sure).sum())]
    rows = []
    for share in shares if len(order) else ():
        kept = order[: max(1, round(share * len(order)))]
        low, high = accuracy_interval(right[kept], cluster[kept])
        accuracy = float(right[kept].mean())
        rows.append(
            {
                "coverage": share,
                "accuracy": accuracy,
                "low": low,
                "high": high,
                "least": float(sure[kept[-1]]),
                "n": len(kept),
            }
        )
    return pd.DataFrame(rows, columns=["coverage", "accuracy", "low", "high", "least", "n"])


def coverage_table(
    predictions: pd.DataFrame, sets: Sequence[tuple[str, ...]], promised: float, *, by: Sequence[str] = CLUSTER
) -> pd.DataFrame:
    """What sets of answers hold, by group of questions.

    Args:
        predictions: a predictions table.
        sets: of each question the answers that are not ruled out (`Reading.answer_sets`).
        promised: their coverage.
        by: columns that tell clusters apart, see `accuracy_table`.

    Returns:
        One row a group: group, promised, coverage (share of the sets that hold the right answer), low, high (its 95 % interval), size (answers a set, on
        average), answered (share of questions with a single answer), accuracy (of these), all_accuracy (of all questions), n.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions)
    truth, right, cluster = (
        answers_in(predictions, "answer").to_numpy(),
        right_answers(predictions),
        clusters(predictions, by),
    )
    held = np.array([answer in one for answer, one in zip(truth, sets, strict=True)])
    size = np.array([len(one) for one in sets])
    rows = []
    for name, chosen in told_apart(question_groups(predictions)).items():
        low, high = accuracy_interval(held[chosen], cluster[chosen])
        single = chosen & (size == 1)
        rows.append(
            {
                "group": name,
                "promised": promised,
                "coverage": float(held[chosen].mean()),
                "low": low,
                "high": high,
                "size": float(size[chosen].mean()),
                "answered": float((size[chosen] == 1).mean()),
                "accuracy": float(right[single].mean()) if single.any() else float("nan"),
                "all_accuracy": float(right[chosen].mean()),
                "n": int(chosen.sum()),
            }
        )
    return pd.DataFrame(rows)
