"""Learning curves: accuracy against the number of training recordings.

The band is the interval of the mean over seeds (`intervals.seeds_interval`), and that over images where there is one. The oracle
observer knows how the data came about and learns nothing, so it is a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.intervals import accuracy_interval, seeds_interval
from neurona.evaluation.metrics.chance_levels import pooled_chance
from neurona.evaluation.predictions import check_predictions, clusters, right_answers


class CurveRun(NamedTuple):
    """One run of a learning curve.

    Attributes:
        decoder: its name.
        n_train: number of recordings it was trained on.
        seed: of the run.
        predictions: on the test recordings.
    """

    decoder: str
    n_train: int
    seed: int
    predictions: pd.DataFrame


def learning_curve_table(runs: Iterable[CurveRun], group: str = "overall", own_images: bool = False) -> pd.DataFrame:
    """Accuracy of decoders by number of training recordings.

    Args:
        runs: read one after another, so a generator may load them.
        group: of questions, as `question_groups` names them.
        own_images: whether each seed has test images of its own (a simulation); where seeds share them, the band is wider.

    Returns:
        One row a decoder (in the order of their first runs) and number: decoder, n_train, group, accuracy (mean over seeds), low, high, chance,
        oracle (NaN where the tables have no column `oracle`), seeds, n (questions of all seeds).

    Raises:
        DataError: no runs, a run that stands twice, or a run without questions of that group.
    """
    rows: list[dict[str, object]] = []
    seen: set[tuple[str, int, int]] = set()
    for run in runs:
        name = f"run of {run.decoder!r} on {run.n_train} recordings, seed {run.seed}"
        if (run.decoder, run.n_train, run.seed) in seen:
            raise DataError(
                f"learning curve: the {name} stands twice; runs differ in decoder, number of recordings or seed"
            )
        seen.add((run.decoder, run.n_train, run.seed))
        check_predictions(run.predictions)
        groups = question_groups(run.predictions)
        if group not in groups:
            raise DataError(f"learning curve: the {name} has no questions {group!r}{nearest_name(group, groups)}")
        chosen = groups[group]
        right = right_answers(run.predictions)[chosen]
        low, high = accuracy_interval(right, clusters(run.predictions)[chosen])
        oracle = run.predictions["oracle"][chosen].mean() if "oracle" in run.predictions else np.nan
        rows.append(
            {
                "decoder": run.decoder,
                "n_train": run.n_train,
                "accuracy": float(right.mean()),
                "low": low,
                "high": high,
                "chance": pooled_chance(run.predictions, chosen),
                "oracle": float(oracle),
                "n": int(chosen.sum()),
            }
        )
    if not rows:
        raise DataError("learning curve: there are no runs")
    found = [
        {"decoder": decoder, "n_train": n_train, "group": group} | _point(part, own_images)
        for (decoder, n_train), part in pd.DataFrame(rows).groupby(["decoder", "n_train"], sort=False)
    ]
    order = {str(row["decoder"]): k for k, row in reversed(list(enumerate(rows)))}
    return pd.DataFrame(found).sort_values(
        ["decoder", "n_train"],
        key=lambda column: column.map(order) if column.name == "decoder" else column,
        ignore_index=True,
    )


def _point(runs: pd.DataFrame, own_images: bool) -> dict[str, float | int]:
    accuracy, seeds = float(runs["accuracy"].mean()), len(runs)
    low, high = float(runs["low"].iloc[0]), float(runs["high"].iloc[0])
    if seeds > 1:
        images = 0.0 if own_images else float((runs["high"] - runs["low"]).mean()) / 2
        low, high = np.clip(seeds_interval(runs["accuracy"].to_numpy(), images), 0.0, 1.0).tolist()
    return {
        "accuracy": accuracy,
        "low": low,
        "high": high,
        "chance": float(runs["chance"].mean()),
        "oracle": float(runs["oracle"].mean()),
        "seeds": seeds,
        "n": int(runs["n"].sum()),
    }
