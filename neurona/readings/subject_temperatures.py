"""How sure each subject's recordings allow to be: temperatures, drawn to that of all.

    T = argmin over questions of - log p(right answer)^(1/T)            of the subject's questions, and of all
    log T_subject = n / (n + 50) log T_own + 50 / (n + 50) log T_all    with n questions of the subject

C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), On calibration of modern neural networks, ICML (one temperature for all).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from neurona.readings.belief import Belief, log_odds, log_share

SHRUNK = 50
"""Questions of a subject from which its own temperature counts as much as that of all."""
_MOST = float(np.log(20.0))
"""Of |log T|."""


def subject_temperatures(
    asked: Float[np.ndarray, "question answer"],
    belief: Belief,
    target: Int[np.ndarray, " question"],
    subject: Sequence[str],
) -> dict[str, float]:
    """T of each subject, and under "" that of all.

    Args:
        asked: probability of yes in column 0, or of each choice; questions with NaN do not count.
        belief: of the questions.
        target: 1 for yes, 0 for no; of choices the place of the right one.
        subject: of each question.
    """
    choice = belief.is_choice
    # Yes has the logs (l, 0): so all questions are choices.
    wide = np.full((len(asked), max(asked.shape[1], 2)), np.nan)
    wide[:, : asked.shape[1]] = log_share(asked)
    wide[~choice, 0], wide[~choice, 1] = log_odds(asked[~choice, 0]), 0.0
    right = np.where(choice, target, 1 - target)
    known = np.isfinite(asked[:, 0])
    names = np.asarray(subject)
    pooled = _log_temperature(wide, right, known)
    found = {"": float(np.exp(pooled))}
    for name in np.unique(names[known]).tolist():
        own = known & (names == name)
        share = own.sum() / (own.sum() + SHRUNK)
        found[name] = float(np.exp(share * _log_temperature(wide, right, own) + (1 - share) * pooled))
    return found


def _log_temperature(
    logs: Float[np.ndarray, "question answer"],
    right: Int[np.ndarray, " question"],
    chosen: Bool[np.ndarray, " question"],
) -> float:
    if not chosen.any():
        return 0.0
    values = np.where(np.isnan(logs[chosen]), -np.inf, logs[chosen])
    own = values[np.arange(len(values)), right[chosen]]

    def loss(log_t: float) -> float:
        sureness = np.exp(-log_t)
        return float((logsumexp(sureness * values, axis=1) - sureness * own).mean())

    return float(minimize_scalar(loss, bounds=(-_MOST, _MOST), method="bounded").x)
