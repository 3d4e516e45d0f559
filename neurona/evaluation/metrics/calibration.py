"""Calibration: do answers given with 80 % confidence prove right in 80 % of the cases?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy.special import expit

from neurona.evaluation.predictions import answers_in, forms_of


@dataclass(frozen=True)
class Reliability:
    """The reliability diagram of a set of answers, in bins of equal width over [0, 1].

    Attributes:
        edges: bin borders.
        confidence: mean confidence in each bin, NaN where a bin is empty.
        accuracy: share of right answers in each bin, NaN where a bin is empty.
        count: number of answers in each bin.
    """

    edges: Float[np.ndarray, " bins_plus_one"]
    confidence: Float[np.ndarray, " bins"]
    accuracy: Float[np.ndarray, " bins"]
    count: Int[np.ndarray, " bins"]

    @property
    def expected_error(self) -> float:
        """Sum over bins of count / n * |accuracy - confidence|; NaN without answers."""
        if self.count.sum() == 0:
            return float("nan")
        gap = np.abs(np.nan_to_num(self.accuracy) - np.nan_to_num(self.confidence))
        return float((gap * self.count).sum() / self.count.sum())


def reliability(confidence: Float[np.ndarray, " n"], correct: Bool[np.ndarray, " n"], bins: int = 10) -> Reliability:
    """Sort answers by confidence into bins and compare confidence with accuracy.

    Args:
        confidence: probability that each answer is given, in [0, 1].
        correct: whether the answer is right.
        bins: number of bins of equal width.

    Raises:
        ValueError: a confidence is not in [0, 1] or not finite.
    """
    if not bool(np.all((confidence >= 0) & (confidence <= 1))):
        raise ValueError("confidences must be probabilities between 0 and 1")
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.digitize(confidence, edges) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(place, weights=confidence, minlength=bins) / count
        accuracy = np.bincount(place, weights=correct.astype(float), minlength=bins) / count
    return Reliability(edges, mean_confidence, accuracy, count)


def expected_calibration_error(
    confidence: Float[np.ndarray, " n"], correct: Bool[np.ndarray, " n"], bins: int = 10
) -> float:
    """Mean distance between confidence and accuracy over bins, weighted by their counts.

    Reference: Naeini, Cooper and Hauskrecht (2015), AAAI, "Obtaining well calibrated probabilities using
    Bayesian binning".
    """
    return reliability(confidence, correct, bins).expected_error


def yes_no_reliability(predictions: pd.DataFrame, bins: int = 10) -> Reliability:
    """Reliability of the yes/no questions of a predictions table (see `evaluation.predictions.COLUMNS`).

    The probability of yes is the logistic function of `score`; the confidence that of the likelier answer.
    Questions with other answers are left out.
    """
    chosen = forms_of(predictions) == "yes/no"
    truth = answers_in(predictions, "answer")
    yes = expit(predictions["score"].to_numpy(dtype=float)[chosen])
    correct = (yes > 0.5) == (truth[chosen] == "yes").to_numpy()
    return reliability(np.maximum(yes, 1 - yes), correct, bins)
