"""Which coefficients of a linear model its design determines.

    y = X b + noise;   b[k] is estimable where no vector of the null space of X has an entry at k

Near the null space an estimate exists and says nothing: its variance, 1 / (squared length of what the other columns leave of column k), has no
bound. A column of which the others leave less than a thousandth of its length counts as not estimable.

S. R. Searle (1971). Linear Models, chapter 5.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

LEFT_OVER = 1e-3
"""The least share of a column's length that the others must leave."""


def confused_trials(design: Float[np.ndarray, "time column"], n_trials: int) -> Bool[np.ndarray, " trial"]:
    """Which of the first `n_trials` columns the whole design does not tell from the others (LSA)."""
    _, sizes, directions = np.linalg.svd(_unit(design), full_matrices=False)
    inverse = np.where(sizes > 1e-9, 1 / np.maximum(sizes, 1e-9), 1e9)
    # The diagonal of the inverse of X'X: 1 / what the others leave of each column, squared.
    spread = ((directions * inverse[:, None]) ** 2).sum(axis=0)
    return spread[:n_trials] > LEFT_OVER**-2


def confused_single_trials(design: Float[np.ndarray, "time column"], n_trials: int) -> Bool[np.ndarray, " trial"]:
    """Which of the first `n_trials` columns cannot be told from the sum of the other trials and the remaining columns (LSS)."""
    trials, others = design[:, :n_trials], _unit(design[:, n_trials:])
    directions, sizes, _ = np.linalg.svd(others, full_matrices=False)
    kept = directions[:, sizes > 1e-9]
    left = trials - kept @ (kept.T @ trials)
    rest = left.sum(axis=1, keepdims=True) - left
    rest = np.where(np.linalg.norm(rest, axis=0) > 1e-9, _unit(rest), 0)
    alone = left - rest * (rest * left).sum(axis=0)
    return np.linalg.norm(alone, axis=0) <= LEFT_OVER * np.linalg.norm(trials, axis=0)


def _unit(columns: Float[np.ndarray, "time column"]) -> Float[np.ndarray, "time column"]:
    """Columns of length one; empty ones stay so."""
    lengths = np.linalg.norm(columns, axis=0)
    return columns / np.where(lengths > 0, lengths, 1)
