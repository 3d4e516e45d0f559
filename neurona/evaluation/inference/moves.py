"""Moves of time series within their runs, whatever their autocorrelation: what a statistic would be if they had nothing to do with a design.

    flips     the sign of whole runs: runs are independent of each other, their noise is symmetric
    shifts    each run around a circle by a time of its own: the noise of a run is stationary

A statistic that is a sum over runs, x'y = sum_r x_r'y_r, is after any such move a sum of one of a few terms of each run:
T* = sum_r C_r[choice_r]. All terms are made at once, and a move is a choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

Null = Literal["flips", "shifts"]

_BLOCK = 500


@dataclass(frozen=True)
class Moves:
    """Random moves.

    Attributes:
        null: which.
        sizes: recordings of each run; runs stand one after another.
        number: how many are drawn.
        seed: of the draws.
    """

    null: Null
    sizes: Int[np.ndarray, " run"]
    number: int
    seed: int = 0

    @staticmethod
    def different(null: Null, sizes: Int[np.ndarray, " run"]) -> float:
        """How many different squares of a sum over runs all moves give, at most; infinite beyond what a float counts."""
        able = sizes[sizes > 1].astype(float)  # one recording, less its mean, is nothing
        with np.errstate(over="ignore"):
            return float(2.0 ** (len(able) - 1) if null == "flips" else np.prod(able))

    def terms(
        self, x: Float[np.ndarray, "recording word"], y: Float[np.ndarray, "recording feature"]
    ) -> Float[np.ndarray, "choice word feature"]:
        """C: of each run, one after another, x_r'y_r after each choice; of flips the unflipped one, for the other is its negative."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)])
        runs = [slice(*pair) for pair in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
        if self.null == "flips":
            return np.stack([x[run].T @ y[run] for run in runs])
        return np.concatenate([_circular(x[run], y[run]) for run in runs])

    def sums(
        self, terms: Float[np.ndarray, "choice column"], first: int, last: int
    ) -> Iterator[Float[np.ndarray, "move column"]]:
        """T* of the moves from `first` to `last`, some at a time; the same moves, whatever the columns.

        Args:
            terms: C.
            first, last: multiples of the block of moves that are drawn at a time, or the number of moves.
        """
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        for start in range(first, last, _BLOCK):
            rng = np.random.default_rng([self.seed, start])
            if self.null == "flips":
                found = (1 - 2 * rng.integers(0, 2, size=(_BLOCK, len(self.sizes)))).astype(terms.dtype) @ terms
            else:
                chosen = starts + rng.integers(0, self.sizes, size=(_BLOCK, len(self.sizes)))
                found = terms[chosen[:, 0]]
                for column in chosen.T[1:]:
                    found += terms[column]
            yield found[: last - start]


def _circular(
    x: Float[np.ndarray, "time word"], y: Float[np.ndarray, "time feature"]
) -> Float[np.ndarray, "time word feature"]:
    """sum_t x_t y_(t - lag) of every lag, time being a circle."""
    spectrum = np.fft.rfft(x, axis=0)[:, :, None] * np.fft.rfft(y, axis=0).conj()[:, None, :]
    return np.fft.irfft(spectrum, n=len(x), axis=0)
