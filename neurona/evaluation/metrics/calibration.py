"""Calibration: of what is stated with probability 0.8, is 0.8 true?

A question of yes or no states its yes with p, one that chooses a word states the word that was given. Of n statements:

    expected calibration error  = sum over bins of n_b / n * |share true in b - mean p in b|      (ten bins of equal width)
    slope b of                    logit P(true) = a + b logit p:    1 if calibrated, less if too sure
    Brier score                 = mean (p - true)^2,    log loss = - mean log of what was stated of the truth

How large an error is by chance alone, and how far the slope is from 1, say those of decoders whose statements are the same and true as often as they say. The
slope's own interval is of whole clusters of questions (all about one image), by the sandwich

    cov(a, b) = H^-1 [C / (C - 1) sum_c g_c g_c'] H^-1,      H = sum w x x', w = q (1 - q),    g_c = sum of (true - q) x over the cluster's, x = (1, logit p)

K.-Y. Liang, S. L. Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73; t with C - 1 degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy.special import expit, logit
from scipy.stats import t as student

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.predictions import CLUSTER, answers_in, check_predictions, clusters, forms_of, right_answers

BINS = 10
LEAST = 1e-6
"""Statements are taken to be no surer than this."""
_DRAWS = 1000
_SLOPES = 400
_CELLS_AT_ONCE = 2_000_000
_STEPS, _STRIDE = 50, 2.0
"""Newton's steps at most, and how far one goes at most in a or b."""


@dataclass(frozen=True)
class Reliability:
    """The reliability diagram of some statements, in bins of equal width over [0, 1].

    Attributes:
        edges: bin borders.
        stated: mean probability that was stated in each bin, NaN where a bin is empty.
        true: share of true statements in each bin, NaN where a bin is empty.
        count: number of statements in each bin.
    """

    edges: Float[np.ndarray, " bins_plus_one"]
    stated: Float[np.ndarray, " bins"]
    true: Float[np.ndarray, " bins"]
    count: Int[np.ndarray, " bins"]

    @property
    def expected_error(self) -> float:
        """Expected calibration error; NaN without statements.

        Reference: Naeini, Cooper and Hauskrecht (2015), AAAI, "Obtaining well calibrated probabilities using Bayesian binning".
        """
        if self.count.sum() == 0:
            return float("nan")
        gap = np.abs(np.nan_to_num(self.true) - np.nan_to_num(self.stated))
        return float((gap * self.count).sum() / self.count.sum())


def statements(predictions: pd.DataFrame) -> tuple[Float[np.ndarray, " question"], Bool[np.ndarray, " question"]]:
    """What each question's answer states with which probability, and whether it is true; see above. Counts state nothing: NaN."""
    forms = forms_of(predictions)
    p = expit(pd.to_numeric(predictions["score"]).to_numpy(dtype=float))
    yes = (answers_in(predictions, "answer") == "yes").to_numpy(dtype=bool)
    return np.where(forms == "count", np.nan, p), np.where(forms == "yes/no", yes, right_answers(predictions))


def reliability(p: Float[np.ndarray, " n"], true: Bool[np.ndarray, " n"], bins: int = BINS) -> Reliability:
    """Sort statements by their probability into bins.

    Args:
        p: stated probabilities, in [0, 1].
        true: whether each statement is.
        bins: number of bins of equal width.

    Raises:
        ValueError: a probability is not in [0, 1] or not finite.
    """
    if not bool(np.all((p >= 0) & (p <= 1))):
        raise ValueError("stated probabilities must lie between 0 and 1")
    place = _places(p, bins)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        stated = np.bincount(place, weights=p, minlength=bins) / count
        share = np.bincount(place, weights=true.astype(float), minlength=bins) / count
    return Reliability(np.linspace(0, 1, bins + 1), stated, share, count)


def error_of_perfect(p: Float[np.ndarray, " n"], seed: int = 0) -> float:
    """Below this are 95 % of the expected calibration errors of decoders that state `p` and are right as often as they say."""
    random, place = np.random.default_rng(seed), _places(p, BINS)
    stated = np.bincount(place, weights=p, minlength=BINS)
    draws = int(np.clip(50 * _CELLS_AT_ONCE // len(p), 100, _DRAWS))
    errors = [
        np.abs(np.bincount(place, weights=random.random(len(p)) < p, minlength=BINS) - stated).sum() / len(p)
        for _ in range(draws)
    ]
    return float(np.quantile(errors, 0.95))


def calibration_slope(p: Float[np.ndarray, " n"], true: Bool[np.ndarray, " n"]) -> float:
    """b, see above; NaN where all statements are true, or none, or all state the same, infinite where each true one is stated surer than each false one."""
    return float(_slopes(p, true[None, :])[1][0]) if _has_slope(p, true) else float("nan")


def slope_interval(
    p: Float[np.ndarray, " n"], true: Bool[np.ndarray, " n"], cluster: Int[np.ndarray, " n"]
) -> tuple[float, float]:
    """95 % interval of b over other clusters; NaN where there is no finite slope, or one cluster.

    Args:
        p: stated probabilities.
        true: whether each statement is.
        cluster: of each statement.
    """
    groups = len(np.unique(cluster))
    if groups < 2 or not _has_slope(p, true):
        return float("nan"), float("nan")
    x = np.stack([np.ones(len(p)), _logits(p)], axis=1)
    a, b = (float(part[0]) for part in _slopes(p, true[None, :]))
    if not np.isfinite(b):
        return float("nan"), float("nan")
    q = expit(a + b * x[:, 1])
    score = np.zeros((int(cluster.max()) + 1, 2))
    np.add.at(score, cluster, (true - q)[:, None] * x)
    inverse = np.linalg.pinv((x.T * (q * (1 - q))) @ x)
    spread = np.sqrt((inverse @ score.T @ score @ inverse)[1, 1] * groups / (groups - 1))
    half = float(student.ppf(0.975, groups - 1) * spread)
    return b - half, b + half


def slopes_of_perfect(p: Float[np.ndarray, " n"], seed: int = 0) -> tuple[float, float]:
    """Between these are 95 % of the slopes of decoders that state `p` and are right as often as they say; NaN where all state the same."""
    if np.ptp(_logits(p)) < 1e-9:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    draws = int(np.clip(_CELLS_AT_ONCE // len(p), 50, _SLOPES))
    drawn = random.random((draws, len(p))) < p
    low, high = np.quantile(_slopes(p, drawn)[1], (0.025, 0.975), method="nearest")
    return float(low), float(high)


def _has_slope(p: Float[np.ndarray, " n"], true: Bool[np.ndarray, " n"]) -> bool:
    return not true.all() and bool(true.any()) and float(np.ptp(_logits(p))) >= 1e-9


def _logits(p: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    found: np.ndarray = logit(np.clip(p, LEAST, 1 - LEAST))
    return found


def _slopes(
    p: Float[np.ndarray, " n"], true: Bool[np.ndarray, "draw n"]
) -> tuple[Float[np.ndarray, " draw"], Float[np.ndarray, " draw"]]:
    """a and b of each row by Newton's method, whose steps are cut where they make the row less likely; b is infinite where it does not end."""
    x, draws = _logits(p), len(true)
    at, likelihood, most = np.zeros((2, draws)), np.full(draws, -np.inf), np.full(draws, _STRIDE)
    moving, step = np.arange(draws), np.zeros((2, draws))
    for _ in range(_STEPS):
        ahead, row = at[:, moving] + step, true[moving]
        total = ahead[0][:, None] + ahead[1][:, None] * x
        reached = np.where(row, total, 0.0).sum(axis=1) - np.logaddexp(0, total).sum(axis=1)
        better = reached >= likelihood[moving] - 1e-9
        most[moving] = np.where(better, most[moving], most[moving] / 4)
        at[:, moving] = np.where(better, ahead, at[:, moving])
        likelihood[moving] = np.where(better, reached, likelihood[moving])
        q = expit(at[0, moving][:, None] + at[1, moving][:, None] * x)
        weight, left = q * (1 - q), row - q
        first, second = left.sum(axis=1), left @ x
        aa, ab, bb = weight.sum(axis=1) + 1e-12, weight @ x, weight @ x**2 + 1e-12
        step = np.stack([bb * first - ab * second, aa * second - ab * first]) / np.maximum(aa * bb - ab**2, 1e-12)
        length = np.abs(step).max(axis=0)
        far = length > 1e-6
        step = (step * np.minimum(1.0, most[moving] / np.maximum(length, 1e-12)))[:, far]
        moving = moving[far]
        if not len(moving):
            break
    at[1, moving] = np.copysign(np.inf, at[1, moving])
    return at[0], at[1]


def log_loss(p: Float[np.ndarray, " n"], true: Bool[np.ndarray, " n"]) -> float:
    """Mean of -log of what was stated of the truth, in nats."""
    kept = np.clip(p, LEAST, 1 - LEAST)
    return float(-np.log(np.where(true, kept, 1 - kept)).mean())


def calibration_table(predictions: pd.DataFrame, seed: int = 0, *, by: Sequence[str] = CLUSTER) -> pd.DataFrame:
    """Calibration of each group of questions.

    Args:
        predictions: a predictions table.
        seed: of the decoders that are calibrated perfectly.
        by: columns that tell clusters apart, see `accuracy_table`.

    Returns:
        One row a type of question that states something, and one for all of yes/no and for all that choose words: group, error (expected calibration error), bound (below it are 95 % of those
        of perfectly calibrated decoders), slope, low and high (its 95 % interval), perfect_low and perfect_high (between these are 95 % of the slopes of perfectly calibrated decoders),
        brier, log_loss, n.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions)
    p, true = statements(predictions)
    cluster = clusters(predictions, by)
    wanted = {*predictions["type"].astype(str), "yes/no", "describe"}
    rows = []
    for name, chosen in told_apart(question_groups(predictions)).items():
        kept = chosen & np.isfinite(p)
        if name not in wanted or not kept.any():
            continue
        stated, holds = p[kept], true[kept]
        error = reliability(stated, holds).expected_error
        low, high = slope_interval(stated, holds, cluster[kept])
        perfect_low, perfect_high = slopes_of_perfect(stated, seed)
        rows.append(
            {
                "group": name,
                "error": error,
                "bound": error_of_perfect(stated, seed),
                "slope": calibration_slope(stated, holds),
                "low": low,
                "high": high,
                "perfect_low": perfect_low,
                "perfect_high": perfect_high,
                "brier": float(((stated - holds) ** 2).mean()),
                "log_loss": log_loss(stated, holds),
                "n": int(kept.sum()),
            }
        )
    columns = ["group", "error", "bound", "slope", "low", "high", "perfect_low", "perfect_high"]
    return pd.DataFrame(rows, columns=[*columns, "brier", "log_loss", "n"])


def _places(p: Float[np.ndarray, " n"], bins: int) -> Int[np.ndarray, " n"]:
    return np.clip((p * bins).astype(int), 0, bins - 1)
