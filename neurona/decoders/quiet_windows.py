"""Windows that surprise, and quiet ones that need not be read in full.

    z = [mean of each channel ; log of its variance],     p(z | w) = N(z; m_w, C)
    surprise = log sum over w of p(w) p(z | w) - log sum over w of p(w | windows before) p(z | w)

how much likelier a window is, by what is cheap to see of it, if its state was drawn anew than if it is the one that the filter expects; in nats. m and C are learned from the windows that were read in
full, each counting for a state as far as the filter believes in that (one pass of expectation maximisation), so that they need no training, and are those of the day.
The log likelihood ratio of tests for a change (E. Page 1954, Continuous inspection schemes, Biometrika 41), with the filter in place of a state that is known.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import cho_factor, cho_solve
from scipy.special import logsumexp

from neurona.errors import DataError

LEAST = 60
"""Windows that are read in full before any is skipped."""
_REFRESH = 20
"""Windows that are read between two looks at m and C."""
_TINY = np.finfo(np.float64).tiny


def cheap_features(window: Float[np.ndarray, "channel time"]) -> Float[np.ndarray, " cheap"]:
    """Mean of each channel and, of windows of several samples, the logarithm of its variance."""
    values = window.astype(np.float64)
    mean = values.mean(axis=1)
    if values.shape[1] == 1:
        return np.asarray(mean)
    return np.concatenate([mean, np.log(values.var(axis=1) + _TINY)])


class QuietWindows:
    """Which windows are to be read in full.

    Args:
        surprise: nats above which a window is, below 0; all are at minus infinity. Where nothing is known of the state any more nothing surprises, by 0, and windows are read again.

    Attributes:
        seen, read: how many windows there were, and how many of them were read in full.

    Raises:
        DataError: a surprise that is not below 0.
    """

    def __init__(self, surprise: float):
        if not surprise < 0:
            raise DataError(
                f"surprise: {surprise:g} nats; expected less than 0, such as -0.4: windows are read whose surprise is higher, and a state that nothing is "
                "known of any more surprises by 0"
            )
        self.threshold, self.seen, self.read = surprise, 0, 0
        self._looked = 0

    def surprises(
        self,
        cheap: Float[np.ndarray, " cheap"],
        predicted: Float[np.ndarray, " world"],
        prior: Float[np.ndarray, " world"],
    ) -> bool:
        """Whether a window is to be read in full. One that holds values that are no numbers is, so that it is refused as ever.

        Args:
            cheap: `cheap_features` of it.
            predicted: p(w | windows before).
            prior: p(w).
        """
        self.seen += 1
        unclear = self.read < LEAST or not np.isfinite(cheap).all()
        return unclear or self.surprise(cheap, predicted, prior) > self.threshold

    def surprise(
        self,
        cheap: Float[np.ndarray, " cheap"],
        predicted: Float[np.ndarray, " world"],
        prior: Float[np.ndarray, " world"],
    ) -> float:
        """In nats; see the module's docstring."""
        if self.read - self._looked >= _REFRESH or not self._looked:
            self._look()
        apart = cheap - self._mean
        log_p = -0.5 * (apart * cho_solve(self._root, apart.T).T).sum(axis=1)
        return float(logsumexp(log_p, b=prior) - logsumexp(log_p, b=predicted))

    def learn(self, cheap: Float[np.ndarray, " cheap"], share: Float[np.ndarray, " world"]) -> None:
        """Of a window that was read in full.

        Args:
            cheap: `cheap_features` of it.
            share: p(w | windows up to it).
        """
        if not self.read:
            self._count, self._sum = np.zeros(len(share)), np.zeros((len(share), len(cheap)))
            self._first, self._square = cheap.copy(), np.zeros((len(cheap), len(cheap)))
        moved = cheap - self._first  # squares of numbers far from 0 would lose their last digits
        self._count += share
        self._sum += share[:, None] * moved
        self._square += np.outer(moved, moved)
        self.read += 1

    def _look(self) -> None:
        """m, drawn to the mean of all windows as by one of them, and C, drawn to its diagonal the more the fewer windows there are."""
        n, size = self.read, len(self._first)
        mean = (self._sum + self._sum.sum(axis=0) / n) / (self._count[:, None] + 1)
        within = self._square - self._sum.T @ mean - mean.T @ self._sum + (mean.T * self._count) @ mean
        alone = size / (n + size)
        covariance = (1 - alone) * within + alone * np.diag(np.diag(within))
        covariance[np.diag_indices(size)] += 1e-9 * np.trace(within) / size + _TINY
        self._mean, self._root, self._looked = mean + self._first, cho_factor(covariance / n), n
