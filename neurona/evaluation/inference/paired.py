"""Two decoders on the same questions: which is better, by how much, and could it be luck?

    effect = mean over questions of (right_first - right_second)
    null:   within each cluster (image; image and seed) the two decoders could be exchanged

The p value flips the signs of the clusters' differences of right answers (`permutation.py`; exact, since these are whole numbers);
the interval is `difference_interval`'s over clusters. Many comparisons get q values by Benjamini and Hochberg (1995).

With several seeds, an image of each seed is a cluster of its own, which is right where each seed has images of its own. Where
seeds differ in training alone, say `by=("image",)`: the same images twice are not twice as many images.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Int
from scipy import stats

from neurona.errors import DataError, nearest_name
from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.intervals import difference_interval
from neurona.evaluation.inference.permutation import Alternative, sign_flips
from neurona.evaluation.predictions import (
    CLUSTER,
    KEYS,
    answers_in,
    check_predictions,
    check_unique,
    clusters,
    right_answers,
)


class Comparison(NamedTuple):
    """Two decoders on the same questions.

    Attributes:
        effect: accuracy of the first decoder less that of the second.
        low, high: its 95 % interval.
        p: of the paired permutation test.
        first, second: their accuracies.
        n: questions both were asked.
        n_clusters: clusters among them.
        left_out: questions that only one of them was asked.
    """

    effect: float
    low: float
    high: float
    p: float
    first: float
    second: float
    n: int
    n_clusters: int
    left_out: int


def paired_test(
    first: pd.DataFrame,
    second: pd.DataFrame,
    group: str = "overall",
    *,
    alternative: Alternative = "two-sided",
    by: Sequence[str] = CLUSTER,
) -> Comparison:
    """Compare two decoders on the questions that both were asked.

    Args:
        first, second: predictions tables, joined on question (and on seed, subject and fold where both have them).
        group: of questions, as `question_groups` names them.
        alternative: `two-sided`; `greater`, the first is better; `less`.
        by: columns that tell clusters apart.

    Raises:
        DataError: no question in common, a question that stands twice or has two different answers, or a group that they lack.
    """
    both = joined(first, second)
    groups = question_groups(both)
    if group not in groups:
        raise DataError(f"predictions: there are no questions {group!r}{nearest_name(group, groups)}")
    left_out = len(first) + len(second) - 2 * len(both)
    return _compare(both[groups[group]], clusters(both, by)[groups[group]], alternative, left_out)


def above_controls(
    first: pd.DataFrame,
    second: pd.DataFrame,
    control_of_first: pd.DataFrame,
    control_of_second: pd.DataFrame,
    group: str = "overall",
    *,
    by: Sequence[str] = CLUSTER,
) -> Comparison:
    """By how much more the first decoder is better than the second than it is in the controls of the two.

        effect = mean of d,    d = (right_first - right_second) - (right_first - right_second in the controls)

    Controls answer the same questions from recordings that were exchanged between images: what they differ by, they differ by without a brain. The
    interval is Student's over clusters, the p value that of flipped signs of the clusters' sums of d.

    Args:
        first, second: predictions tables.
        control_of_first, control_of_second: the same of their controls.
        group: of questions, as `question_groups` names them.
        by: columns that tell clusters apart.

    Returns:
        As of `paired_test`; `first` and `second` are accuracies less those of the controls.

    Raises:
        DataError: as `paired_test`.
    """
    both, control = joined(first, second), joined(control_of_first, control_of_second)
    keys = [column for column in KEYS if column in both and column in control]
    there = control[keys].assign(control_first=control["right_first"], control_second=control["right_second"])
    four = both.merge(there, on=keys, how="inner", validate="one_to_one")
    groups = question_groups(four) if len(four) else {}
    if group not in groups:
        raise DataError(f"predictions and controls share no questions {group!r}{nearest_name(group, groups)}")
    part, cluster = four[groups[group]], clusters(four, by)[groups[group]]
    gain = {
        name: (part[f"right_{name}"] - 1.0 * part[f"control_{name}"]).to_numpy(float) for name in ("first", "second")
    }
    difference = gain["first"] - gain["second"]
    effect, n = float(difference.mean()), len(difference)
    _, codes = np.unique(cluster, return_inverse=True)
    sums, sizes = np.bincount(codes, weights=difference), np.bincount(codes)
    n_clusters = len(sums)
    off = sums - effect * sizes
    spread = np.sqrt(n_clusters / max(n_clusters - 1, 1) * float(off @ off)) / n
    reach = float(stats.t.ppf(0.975, n_clusters - 1)) * spread if n_clusters > 1 else np.inf
    p = sign_flips(sums).p(float(sums.sum()), "two-sided")
    above_first, above_second = (float(gain[name].mean()) for name in ("first", "second"))
    left_out = len(first) + len(second) - 2 * len(four)
    return Comparison(effect, effect - reach, effect + reach, p, above_first, above_second, n, n_clusters, left_out)


def comparison_table(
    decoders: Mapping[str, pd.DataFrame],
    pairs: Iterable[tuple[str, str]] | None = None,
    groups: Sequence[str] = ("overall",),
    *,
    by: Sequence[str] = CLUSTER,
) -> pd.DataFrame:
    """Compare many pairs of decoders.

    Args:
        decoders: name -> predictions table.
        pairs: names of the better and the worse one, as the claim goes; every two when None.
        groups: of questions; those that a pair lacks are left out.
        by: columns that tell clusters apart.

    Returns:
        One row a pair and group: first_decoder, second_decoder, group, first, second (accuracies), effect, low, high, p, q (Benjamini and
        Hochberg's, over all rows), n, n_clusters, left_out.

    Raises:
        DataError: an unknown decoder, or as `paired_test`.
    """
    rows = []
    for one, other in combinations(decoders, 2) if pairs is None else pairs:
        for name in (one, other):
            if name not in decoders:
                raise DataError(f"there are no predictions of a decoder {name!r}{nearest_name(name, decoders)}")
        both = joined(decoders[one], decoders[other])
        cluster, found = clusters(both, by), question_groups(both)
        left_out = len(decoders[one]) + len(decoders[other]) - 2 * len(both)
        rows += [
            {"first_decoder": one, "second_decoder": other, "group": group}
            | _compare(both[found[group]], cluster[found[group]], "two-sided", left_out)._asdict()
            for group in groups
            if group in found
        ]
    columns = ["first_decoder", "second_decoder", "group", *Comparison._fields]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(columns.index("p") + 1, "q", q_values(table["p"]))
    return table


def q_values(p: pd.Series) -> np.ndarray:
    """p values adjusted so that those below a level hold at most that share of false discoveries (Benjamini and Hochberg 1995)."""
    return stats.false_discovery_control(p.to_numpy(dtype=float)) if len(p) else np.zeros(0)


def joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The questions in both tables: the columns of the first, and `right_first` and `right_second`.

    Raises:
        DataError: as `paired_test`.
    """
    for table in (first, second):
        check_predictions(table)
    keys = [column for column in KEYS if column in first and column in second]
    for name, table in (("first", first), ("second", second)):
        check_unique(table, name, keys)
    left = first.assign(right_first=right_answers(first), _answer=answers_in(first, "answer"))
    right = second[keys].assign(right_second=right_answers(second), _other=answers_in(second, "answer"))
    both = left.merge(right, on=keys, how="inner", validate="one_to_one")
    if both.empty:
        raise DataError(
            f"predictions: the two tables have no question in common (told apart by {keys}); compare decoders on one question set"
        )
    unlike = both["_answer"] != both["_other"]
    if unlike.any():
        row = both[unlike].iloc[0]
        raise DataError(
            f"predictions: question {row['question']!r} has the answer {row['_answer']!r} in one table and {row['_other']!r} in the "
            f"other ({int(unlike.sum())} such questions); compare decoders on one question set"
        )
    return both.drop(columns=["_answer", "_other"])


def _compare(
    both: pd.DataFrame,
    cluster: Int[np.ndarray, " n"],
    alternative: Alternative,
    left_out: int,
) -> Comparison:
    first, second = (both[name].to_numpy(dtype=float) for name in ("right_first", "right_second"))
    difference = first - second
    n_clusters = len(np.unique(cluster))
    effect = float(difference.mean())
    low, high = difference_interval(first, second, cluster)
    sums = np.bincount(cluster, weights=difference)
    p = sign_flips(sums).p(float(sums.sum()), alternative)
    return Comparison(effect, low, high, p, float(first.mean()), float(second.mean()), len(both), n_clusters, left_out)
