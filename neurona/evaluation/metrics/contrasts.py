"""Seen against unseen combinations: what a decoder loses when words it knows are combined anew.

    loss          = accuracy(seen) - accuracy(held)

`seen` are the predictions of a decoder on test recordings of an ordinary split, `held` those of the same decoder, trained without them, on
held combinations (`datasets/splits/combinations.py`: unseen, argument swap, predicate transfer, role transfer). Intervals and p
(two-sided) take what images have on both sides into account.

Two cautions. The held questions are other questions than the seen ones, so a loss is a fact about both: compare the
chances. Held describe questions mislead whoever guesses (see
`combinations.py`), so their loss is larger than that of the decoder alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.intervals import difference_interval, difference_p
from neurona.evaluation.metrics.chance_levels import pooled_chance
from neurona.evaluation.predictions import CLUSTER, check_predictions, clusters, right_answers


def loss_table(seen: pd.DataFrame, held: pd.DataFrame, *, by: Sequence[str] = CLUSTER) -> pd.DataFrame:
    """What one decoder loses from seen to held combinations, by group of questions.

    Args:
        seen: predictions on test recordings of an ordinary split.
        held: predictions on held combinations.
        by: columns that tell clusters apart, see `accuracy_table`.

    Returns:
        One row a group that both tables have: group, seen, held (accuracies), seen_chance, held_chance, loss, low, high, p, n_seen,
        n_held.

    Raises:
        DataError: a column is missing, a table is empty, or they share no group of questions.
    """
    for table in (seen, held):
        check_predictions(table)
    sides = [
        side.assign(_value=right_answers(side).astype(float), _seen=is_seen)
        for side, is_seen in ((seen, True), (held, False))
    ]
    rows = _contrasts(sides[0], sides[1], by)
    chances = [{name: pooled_chance(side, chosen) for name, chosen in question_groups(side).items()} for side in sides]
    columns = ["group", "seen", "held", "seen_chance", "held_chance", "loss", "low", "high", "p", "n_seen", "n_held"]
    found = [
        {"group": name, "seen_chance": chances[0][name], "held_chance": chances[1][name], **row}
        for name, row in rows.items()
    ]
    return pd.DataFrame(found, columns=columns)


def _contrasts(seen: pd.DataFrame, held: pd.DataFrame, by: Sequence[str]) -> dict[str, dict[str, float]]:
    """Group -> the difference of the mean of `_value` between two sides."""
    of_seen, of_held = question_groups(seen), question_groups(held)
    names = [name for name in of_seen if name in of_held]
    together = pd.concat([seen, held], ignore_index=True)
    cluster, value = clusters(together, by), together["_value"].to_numpy(dtype=float)
    first = together["_seen"].to_numpy(dtype=bool)
    rows = {}
    for name in names:
        of_side = np.concatenate([of_seen[name], of_held[name]])
        sides = [of_side & first, of_side & ~first]
        means = [float(value[side].mean()) for side in sides]
        both = (*(value[side] for side in sides), *(cluster[side] for side in sides))
        low, high = difference_interval(*both)
        rows[name] = {
            "seen": means[0],
            "held": means[1],
            "loss": means[0] - means[1],
            "low": low,
            "high": high,
            "p": difference_p(*both),
            "n_seen": int(sides[0].sum()),
            "n_held": int(sides[1].sum()),
        }
    return rows
