"""SIMULATED data: how much of what an oracle reaches a decoder reaches. The oracle is told all of the scene but what is asked.

    share         = mean(right) / mean(oracle)
    above chance  = (mean(right) - mean(chance)) / (mean(oracle) - mean(chance))

`oracle` is the oracle's expected accuracy on each question. Where the oracle itself reaches 0.55, a coin has a share of 0.91, so
the stricter figure, what is left when chance is taken off both, stands beside it. Its chance is that of fair guesses.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from neurona.errors import DataError
from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.intervals import resampled_totals
from neurona.evaluation.metrics.chance_levels import guessing_range
from neurona.evaluation.predictions import check_predictions, clusters, right_answers


def share_of_oracle(predictions: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Share of the oracle's accuracy, by group of questions.

    Args:
        predictions: a predictions table with the column `oracle`.
        seed: of the bootstrap over images.

    Returns:
        One row a group: group, accuracy, oracle, share, low, high, above_chance, above_low, above_high, n, n_clusters. Intervals are
        NaN where there is one image; above_chance is NaN where the oracle is at chance.

    Raises:
        DataError: no column `oracle`, or a question without a value there.
    """
    check_predictions(predictions)
    if "oracle" not in predictions:
        raise DataError("predictions: column 'oracle' is missing; only SIMULATED data have an oracle")
    oracle = pd.to_numeric(predictions["oracle"]).to_numpy(dtype=float)
    if not np.isfinite(oracle).all():
        first = predictions["question"].iloc[int(np.flatnonzero(~np.isfinite(oracle))[0])]
        raise DataError(f"predictions: question {first!r} has no value in the column 'oracle'")
    right, cluster = right_answers(predictions).astype(float), clusters(predictions)
    fair = guessing_range(predictions)[0]
    groups = question_groups(predictions)
    chosen = np.stack(list(groups.values()), axis=1).astype(float)
    columns = [chosen * values[:, None] for values in (right, oracle, right - fair, oracle - fair)]
    resampled = np.split(resampled_totals(np.concatenate(columns, axis=1), cluster, seed), 4, axis=1)
    rows = []
    for k, (name, of_group) in enumerate(groups.items()):
        accuracy, best, least = (float(values[of_group].mean()) for values in (right, oracle, fair))
        n_clusters = len(np.unique(cluster[of_group]))
        share, above = accuracy / best, (accuracy - least) / (best - least) if best - least > 1e-9 else float("nan")
        low, high = _interval(resampled[0][:, k], resampled[1][:, k], share, n_clusters)
        above_low, above_high = _interval(resampled[2][:, k], resampled[3][:, k], above, n_clusters)
        rows.append(
            {
                "group": name,
                "accuracy": accuracy,
                "oracle": best,
                "share": share,
                "low": low,
                "high": high,
                "above_chance": above,
                "above_low": above_low,
                "above_high": above_high,
                "n": int(of_group.sum()),
                "n_clusters": n_clusters,
            }
        )
    return pd.DataFrame(rows)


def _interval(numerator: np.ndarray, denominator: np.ndarray, estimate: float, n_clusters: int) -> tuple[float, float]:
    """Percentiles of a ratio, widened to the estimate; NaN where one image or no denominator says nothing."""
    known = np.abs(denominator) > 1e-9
    if n_clusters < 2 or not known.any() or not np.isfinite(estimate):
        return float("nan"), float("nan")
    low, high = np.quantile(numerator[known] / denominator[known], [0.025, 0.975])
    return min(float(low), estimate), max(float(high), estimate)
