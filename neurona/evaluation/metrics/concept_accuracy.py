"""Accuracy by concept: how well questions that ask about each word are answered, with false-discovery control.

A question asks about the words in its program; the word that answers a describe question is not one of them. So one question counts
for several words, and their rows are not independent: Benjamini and Hochberg's control (1995) holds for such positive dependence
(Benjamini and Yekutieli 2001).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from neurona.errors import DataError
from neurona.evaluation.inference.chance import chance_p
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.inference.paired import q_values
from neurona.evaluation.metrics.chance_levels import guessing_range
from neurona.evaluation.predictions import CLUSTER, check_predictions, clusters, right_answers
from neurona.programs import Vocabulary, parse
from neurona.programs.tree import names


def accuracy_by_concept(
    predictions: pd.DataFrame,
    vocabulary: Vocabulary,
    *,
    least: int = 10,
    by: Sequence[str] = CLUSTER,
    level: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Accuracy on the questions about each concept and relation, and whether it is above guessing.

    Args:
        predictions: a predictions table.
        vocabulary: of its programs.
        least: words with fewer questions are left out.
        by: columns that tell clusters apart.
        level: share of false discoveries among the words found above chance, at most.
        seed: of random signs.

    Returns:
        One row a word, the most accurate first: word, kind (`concept` or `relation`), accuracy, low, high, chance (of always giving the
        most frequent answer), p (one-sided), q, above (q <= level), n, n_clusters.

    Raises:
        DataError: no word has enough questions.
        QueryError: a program cannot be parsed.
    """
    check_predictions(predictions)
    asked: dict[str, list[int]] = defaultdict(list)
    words = {text: sorted(set(names(parse(text, vocabulary)))) for text in predictions["program"].unique()}
    for row, text in enumerate(predictions["program"]):
        for word in words[text]:
            asked[word].append(row)
    right, cluster = right_answers(predictions), clusters(predictions, by)
    rows = []
    for word in sorted(asked):
        chosen = np.array(asked[word])
        if len(chosen) < least:
            continue
        frequent = guessing_range(predictions.iloc[chosen])[1]
        low, high = accuracy_interval(right[chosen], cluster[chosen])
        rows.append(
            {
                "word": word,
                "kind": "relation" if word in vocabulary.relations else "concept",
                "accuracy": float(right[chosen].mean()),
                "low": low,
                "high": high,
                "chance": float(frequent.mean()),
                "p": chance_p(right[chosen], cluster[chosen], frequent, "greater", seed),
                "n": len(chosen),
                "n_clusters": len(np.unique(cluster[chosen])),
            }
        )
    if not rows:
        raise DataError(f"predictions: no word has {least} questions; lower `least`")
    table = pd.DataFrame(rows)
    q = q_values(table["p"])
    table.insert(list(table).index("p") + 1, "q", q)
    table.insert(list(table).index("q") + 1, "above", q <= level)
    return table.sort_values(["accuracy", "word"], ascending=[False, True], ignore_index=True)
