"""Seen against unseen combinations: what a decoder loses when words it knows are combined anew.

    loss          = accuracy(seen) - accuracy(held)

`seen` are the predictions of a decoder on test recordings of an ordinary split, `held` those of the same decoder, trained without them, on
held combinations (`datasets/splits/combinations.py`: unseen, argument swap, predicate transfer, role transfer). Intervals draw
images; an image that stands on both sides is drawn for both. p is two-sided, from effect / bootstrap standard error as a standard
normal.

Two cautions. The held questions are other questions than the seen ones, so a loss is a fact about both: compare the
chances. Held describe questions mislead whoever guesses (see
`combinations.py`), so their loss is larger than that of the decoder alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.intervals import effect_interval, resampled_totals
from neurona.evaluation.metrics.chance_levels import pooled_chance
from neurona.evaluation.predictions import CLUSTER, check_predictions, clusters, right_answers


def loss_table(seen: pd.DataFrame, held: pd.DataFrame, seed: int = 0, *, by: Sequence[str] = CLUSTER) -> pd.DataFrame:
    """What one decoder loses from seen to held combinations, by group of questions.

    Args:
        seen: predictions on test recordings of an ordinary split.
        held: predictions on held combinations.
        seed: of the bootstrap.
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
    rows = _contrasts(sides[0], sides[1], seed, by)
    chances = [{name: pooled_chance(side, chosen) for name, chosen in question_groups(side).items()} for side in sides]
    columns = ["group", "seen", "held", "seen_chance", "held_chance", "loss", "low", "high", "p", "n_seen", "n_held"]
    found = [
        {"group": name, "seen_chance": chances[0][name], "held_chance": chances[1][name], **row}
        for name, row in rows.items()
    ]
    return pd.DataFrame(found, columns=columns)


def _contrasts(seen: pd.DataFrame, held: pd.DataFrame, seed: int, by: Sequence[str]) -> dict[str, dict[str, float]]:
    """Group -> the difference of the mean of `_value` between two sides, images drawn for both at once."""
    of_seen, of_held = question_groups(seen), question_groups(held)
    names = [name for name in of_seen if name in of_held]
    together = pd.concat([seen, held], ignore_index=True)
    cluster, value = clusters(together, by), together["_value"].to_numpy(dtype=float)
    first = together["_seen"].to_numpy(dtype=bool)
    chosen = np.stack([np.concatenate([of_seen[name], of_held[name]]) for name in names], axis=1)
    sides = [chosen & first[:, None], chosen & ~first[:, None]]
    columns = [side * weight for side in sides for weight in (value[:, None], 1.0)]
    totals = resampled_totals(np.concatenate(columns, axis=1), cluster, seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.split(totals, 4, axis=1)
        resampled = parts[0] / parts[1] - parts[2] / parts[3]
    rows = {}
    for k, name in enumerate(names):
        means = [float(value[side[:, k]].mean()) for side in sides]
        loss = means[0] - means[1]
        # The smaller side says how much the data can tell.
        fewest = min(len(np.unique(cluster[side[:, k]])) for side in sides)
        low, high = effect_interval(resampled[:, k], loss, fewest)
        rows[name] = {
            "seen": means[0],
            "held": means[1],
            "loss": loss,
            "low": low,
            "high": high,
            "p": _normal_p(loss, resampled[:, k]),
            "n_seen": int(sides[0][:, k].sum()),
            "n_held": int(sides[1][:, k].sum()),
        }
    return rows


def _normal_p(effect: float, resampled: np.ndarray) -> float:
    spread = float(np.nanstd(resampled, ddof=1))
    return float(2 * stats.norm.sf(abs(effect) / spread)) if spread > 1e-12 else 1.0
