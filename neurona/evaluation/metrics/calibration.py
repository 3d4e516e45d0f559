"""Calibration: of what is stated with probability 0.8, is 0.8 true?

A question of yes or no states its yes with p, one that chooses a word states the word that was given. Of n statements:

    expected calibration error  = sum over bins of n_b / n * |share true in b - mean p in b|      (ten bins of equal width)
    slope b of                    logit P(true) = a + b logit p:    1 if calibrated, less if too sure
    Brier score                 = mean (p - true)^2,    log loss = - mean log of what was stated of the truth

How large an error is by chance alone says the error of decoders whose statements are the same and true as often as they say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.predictions import answers_in, check_predictions, forms_of, right_answers

BINS = 10
LEAST = 1e-6
"""Statements are taken to be no surer than this."""
_DRAWS = 1000
_CELLS_AT_ONCE = 2_000_000


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
    """b, see above; NaN where all statements are true, or none, or all state the same."""
    x = logit(np.clip(p, LEAST, 1 - LEAST))
    if true.all() or not true.any() or np.ptp(x) < 1e-9:
        return float("nan")
    return float(LogisticRegression(C=np.inf, tol=1e-4).fit(x[:, None], true).coef_[0, 0])


def log_loss(p: Float[np.ndarray, " n"], true: Bool[np.ndarray, " n"]) -> float:
    """Mean of -log of what was stated of the truth, in nats."""
    kept = np.clip(p, LEAST, 1 - LEAST)
    return float(-np.log(np.where(true, kept, 1 - kept)).mean())


def calibration_table(predictions: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Calibration of each group of questions.

    Args:
        predictions: a predictions table.
        seed: of the decoders that are calibrated perfectly.

    Returns:
        One row a type of question that states something, and one for all of yes/no and for all that choose words: group, error (expected calibration error), perfect (below this are 95 % of those of
        perfectly calibrated decoders), calibrated (error <= perfect), slope, brier, log_loss, n.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions)
    p, true = statements(predictions)
    wanted = {*predictions["type"].astype(str), "yes/no", "describe"}
    rows = []
    for name, chosen in told_apart(question_groups(predictions)).items():
        kept = chosen & np.isfinite(p)
        if name not in wanted or not kept.any():
            continue
        stated, holds = p[kept], true[kept]
        error, perfect = reliability(stated, holds).expected_error, error_of_perfect(stated, seed)
        rows.append(
            {
                "group": name,
                "error": error,
                "perfect": perfect,
                "calibrated": error <= perfect,
                "slope": calibration_slope(stated, holds),
                "brier": float(((stated - holds) ** 2).mean()),
                "log_loss": log_loss(stated, holds),
                "n": int(kept.sum()),
            }
        )
    columns = ["group", "error", "perfect", "calibrated", "slope", "brier", "log_loss", "n"]
    return pd.DataFrame(rows, columns=columns)


def _places(p: Float[np.ndarray, " n"], bins: int) -> Int[np.ndarray, " n"]:
    return np.clip((p * bins).astype(int), 0, bins - 1)
