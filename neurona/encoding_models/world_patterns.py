"""Mean responses to worlds that share words: an unseen conjunction inherits from what was seen of its parts.

World w has one word f_c(w) of each category c (object, position). In white noise, on every axis j of the responses,

    y_jw ~ N(m_j + e_jw, 1 / n_w),    e_j ~ N(0, K),    K_ww' = sum over sets C of categories of a_C prod_{c in C} ([f_c(w) = f_c(w')] - 1 / k_c)

where y_w is the mean of world w's n_w recordings and k_c how many words category c has: the analysis of variance's effects of each word ({object},
{position}) and of words together ({object, position}, the interaction), which sum to 0 over the words of each category, with a variance a_C for
each kind of effect (A. Gelman 2005, Annals of Statistics 33:1). The a_C are those of largest marginal likelihood over all axes (empirical Bayes:
C. Morris 1983, J. American Statistical Association 78:47). m has a flat prior, which is part of K in what follows. With P = (K + N^-1)^-1 over the worlds that were seen,

    E[m_j + e_j] = K P y_j,    V = diag(K - K P K)

so a seen world's mean is what the others predict of it plus a share n / (n + k) of what they leave over, and an unseen one's is the prediction, with
a larger variance V. A recording of world w then has y_j ~ N(E[m_j + e_jw], 1 + V_w): uncertain worlds are neither favoured nor punished.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

_STEPS = 200
_USUAL, _WIDE = -2.0, 3.0
"""Mean and standard deviation of log a_C beforehand."""
_FLAT = 1e4
"""Variance of m beforehand: whatever the mean over all worlds is, seen or not, is learned with the effects."""


@dataclass(frozen=True)
class WorldPatterns:
    """Responses to W worlds in white noise.

    Attributes:
        mean: E[m + e].
        variance: V, the same on all axes.
        power: a_C of each set of categories, in the order of `sets_of`.
    """

    mean: Float[np.ndarray, "world axis"]
    variance: Float[np.ndarray, " world"]
    power: Float[np.ndarray, " set"]

    def squares(self, white: Float[np.ndarray, "recording axis"]) -> Float[np.ndarray, "recording world"]:
        """Squared distance of recordings from each mean."""
        centre = self.mean.mean(axis=0)
        values, means = white - centre, self.mean - centre
        found: np.ndarray = (values**2).sum(axis=1)[:, None] - 2 * values @ means.T + (means**2).sum(axis=1)
        return np.maximum(found, 0.0)

    def log_likelihood(
        self, white: Float[np.ndarray, "recording axis"], spread: float = 1.0
    ) -> Float[np.ndarray, "recording world"]:
        """log p(y | w) without its constant.

        Args:
            white: recordings.
            spread: variance of new recordings around their mean, beside V; above 1 where whitening was learned from few.
        """
        variance = spread + self.variance
        return -0.5 * (self.squares(white) / variance + white.shape[1] * np.log(variance))


def sets_of(n_categories: int) -> list[tuple[int, ...]]:
    """All sets of categories, small ones first."""
    return [chosen for size in range(1, n_categories + 1) for chosen in combinations(range(n_categories), size)]


def fit_world_patterns(
    means: Float[np.ndarray, "world axis"], count: Int[np.ndarray, " world"], words: Int[np.ndarray, "world category"]
) -> WorldPatterns:
    """Estimate the patterns of all worlds.

    Args:
        means: y, of white responses; those of unseen worlds are not looked at.
        count: n_w; 0 where a world was not seen, and more in two worlds at least.
        words: f, numbers of words.
    """
    seen = np.flatnonzero(count)
    number = count[seen].astype(float)
    centre = number @ means[seen] / number.sum()
    around = means[seen] - centre
    effects = _effects(words)
    power = _powers(effects[:, seen][:, :, seen], number, around @ around.T, means.shape[1])
    covariance = np.tensordot(power, effects, 1) + _FLAT
    gain = np.linalg.solve(covariance[np.ix_(seen, seen)] + np.diag(1 / number), covariance[seen]).T
    variance = np.maximum(np.diag(covariance) - (gain * covariance[:, seen]).sum(axis=1), 0.0)
    return WorldPatterns(centre + gain @ around, variance, power)


def _effects(words: Int[np.ndarray, "world category"]) -> Float[np.ndarray, "set world world"]:
    """K of each set of categories alone, with a = 1."""
    same = [(column[:, None] == column) - 1 / (column.max() + 1) for column in words.T]
    none = np.ones((len(words), len(words)))
    return np.stack([np.prod([none, *(same[c] for c in chosen)], axis=0) for chosen in sets_of(len(same))])


def _powers(
    effects: Float[np.ndarray, "set seen seen"],
    number: Float[np.ndarray, " seen"],
    gram: Float[np.ndarray, "seen seen"],
    n_axes: int,
) -> Float[np.ndarray, " set"]:
    """a of largest marginal likelihood, which depends on the means by their inner products alone."""

    def objective(log_power: np.ndarray) -> tuple[float, np.ndarray]:
        power = np.exp(log_power)
        factor = cho_factor(np.tensordot(power, effects, 1) + _FLAT + np.diag(1 / number), lower=True)
        inverse = cho_solve(factor, np.eye(len(number)))
        solved = inverse @ gram
        away = (log_power - _USUAL) / _WIDE**2
        loss = (
            n_axes * np.log(np.diag(factor[0])).sum()
            + 0.5 * np.trace(solved)
            + 0.5 * ((log_power - _USUAL) * away).sum()
        )
        slope = 0.5 * (n_axes * inverse - solved @ inverse)
        return float(loss), power * np.tensordot(effects, slope, 2) + away

    start = np.full(len(effects), _USUAL)
    bounds = [(-20.0, 20.0)] * len(start)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _STEPS})
    power: np.ndarray = np.exp(found.x)
    return power
