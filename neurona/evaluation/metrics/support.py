"""Support: how often training asked for what a test question asks for, and how much of the accuracy goes with it.

    right = c + slope log2(1 + n),    n: training questions that ask for the same fact, for the rarest of its words, for the rarest pair of them

Where answers come from recordings, words that were seen often may be decoded better, but recordings that say nothing must leave a slope of 0: what remains is
the language prior (K. Shirakawa et al. 2024, Spurious reconstruction from brain activity, arXiv 2405.10078).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy import stats

from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.programs import Query, Vocabulary
from neurona.programs.tree import names
from neurona.readings.language_prior import stated

EDGES = (0, 1, 4, 16, 64)
"""Bins of counts begin here."""


def support_counts(
    train: Sequence[Query], test: Sequence[Query], vocabulary: Vocabulary
) -> dict[str, Int[np.ndarray, " question"]]:
    """Of each test question how many training questions ask for its fact, for its rarest word, and for its rarest pair of words.

    Args:
        train, test: checked programs.
        vocabulary: defines words.
    """
    known: dict[str, Counter[object]] = {kind: Counter() for kind in ("fact", "word", "pair")}
    for query, times in Counter(train).items():
        for kind, keys in _keys(query, vocabulary):
            known[kind].update(dict.fromkeys(keys, times))
    of = {query: {kind: _rarest(known[kind], keys) for kind, keys in _keys(query, vocabulary)} for query in set(test)}
    return {kind: np.array([of[query][kind] for query in test], dtype=np.int64) for kind in known}


def support_table(
    right: Bool[np.ndarray, " question"],
    counts: dict[str, Int[np.ndarray, " question"]],
    cluster: Int[np.ndarray, " question"],
) -> pd.DataFrame:
    """Accuracy by how often training asked for the same.

    Args:
        right: whether each test question was answered rightly.
        counts: what `support_counts` returned; of questions of one word, which have no pair, -1.
        cluster: of each question (its image, run or subject).

    Returns:
        A row for each of `fact`, `word` and `pair` and each bin of counts: by, asked (`4-15`), accuracy, low, high (its 95 % interval), n; and slope, slope_low,
        slope_high: of the accuracy for each doubling of 1 + the count, over all bins, with the interval of a regression robust to clusters.
    """
    rows = []
    for kind, times in counts.items():
        of = times >= 0
        slope, low, high = _slope(right[of].astype(float), np.log2(1 + times[of]), cluster[of])
        for start, end in zip(EDGES, (*EDGES[1:], np.inf), strict=True):
            chosen = (times >= start) & (times < end)
            if not chosen.any():
                continue
            between = accuracy_interval(right[chosen], cluster[chosen])
            rows.append(
                {
                    "by": kind,
                    "asked": f"{start}+" if end == np.inf else str(start) if end == start + 1 else f"{start}-{end - 1}",
                    "accuracy": float(right[chosen].mean()),
                    "low": between[0],
                    "high": between[1],
                    "n": int(chosen.sum()),
                    "slope": slope,
                    "slope_low": low,
                    "slope_high": high,
                }
            )
    return pd.DataFrame(rows)


def _slope(
    y: Float[np.ndarray, " question"], x: Float[np.ndarray, " question"], cluster: Int[np.ndarray, " question"]
) -> tuple[float, float, float]:
    """Slope of y on x, and its 95 % interval by the t distribution of clusters less one (Liang and Zeger 1986); NaN where x or the clusters are all alike."""
    number = len(np.unique(cluster))
    if number < 2 or not np.ptp(x):
        return (float("nan"),) * 3
    x = x - x.mean()
    slope = float(x @ (y - y.mean()) / (x @ x))
    sums = np.bincount(np.unique(cluster, return_inverse=True)[1].reshape(-1), x * (y - y.mean() - slope * x))
    error = float(np.sqrt(number / (number - 1) * (sums @ sums)) / (x @ x))
    reach = float(stats.t.ppf(0.975, number - 1)) * error
    return slope, slope - reach, slope + reach


def _keys(query: Query, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[object, ...]]]:
    words = tuple(sorted(set(names(query))))
    yield "fact", (stated(query, vocabulary)[0],)
    yield "word", words
    yield "pair", tuple(combinations(words, 2))


def _rarest(known: Counter[object], keys: tuple[object, ...]) -> int:
    return min((known[key] for key in keys), default=-1)
