"""Sign flips: what a sum over clusters would be if every cluster's share of it could as well have the other sign.

    T = sum_g d_g,    null: sum_g s_g d_g with independent fair signs s_g,    p = P(|null| >= |T|)

With d_g the difference of two decoders' right answers about image g, the null says that the decoders could be exchanged image
by image; with d_g = right answers less their expectation, that the surplus is symmetric about nothing.

Where the d_g are whole (or half) numbers, as counts of right answers are, the null distribution is exact for any number of
clusters: its probabilities are a product of polynomials, one factor for each distinct |d|. Otherwise all 2^G signs are tried where G <= 14, and
random ones beyond, with the observed signs among them, so that p is never 0 and never too small (Phipson and Smyth 2010).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from scipy import stats

Alternative = Literal["two-sided", "greater", "less"]

_ENUMERATED = 14
_CELLS_AT_ONCE = 2_000_000  # random signs are drawn in pieces, so that memory stays below about 16 MB


class SignFlips(NamedTuple):
    """The null distribution of a sum over clusters.

    Attributes:
        values: what the sum may be, in ascending order.
        probabilities: of each of them.
        exact: whether no signs were drawn at random.
    """

    values: Float[np.ndarray, " value"]
    probabilities: Float[np.ndarray, " value"]
    exact: bool

    def p(self, observed: float, alternative: Alternative = "two-sided") -> float:
        """Probability of a sum at least as far from 0 as the observed one, to both sides or to one."""
        slack = 1e-9 * max(1.0, float(np.abs(self.values).max()))
        if alternative == "greater":
            extreme = self.values >= observed - slack
        elif alternative == "less":
            extreme = self.values <= observed + slack
        else:
            extreme = np.abs(self.values) >= abs(observed) - slack
        return min(1.0, float(self.probabilities[extreme].sum()))

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The narrowest central range that holds the sum with at least this probability."""
        below = np.cumsum(self.probabilities)
        tail = (1 - confidence) / 2
        low = int(np.searchsorted(below, tail, side="right"))
        above = np.cumsum(self.probabilities[::-1])
        high = len(self.values) - 1 - int(np.searchsorted(above, tail, side="right"))
        last = len(self.values) - 1
        return float(self.values[min(low, last)]), float(self.values[max(high, 0)])


def sign_flips(sums: Num[np.ndarray, " cluster"], seed: int = 0, n_permutations: int = 5000) -> SignFlips:
    """The null distribution of `sums.sum()` under random signs of its terms.

    Args:
        sums: one term a cluster.
        seed: of the signs, where they are drawn.
        n_permutations: how many are drawn, where they are.
    """
    sums = np.asarray(sums, dtype=float)
    for unit in (1.0, 0.5):
        whole = np.rint(sums / unit)
        if np.allclose(sums / unit, whole, rtol=0, atol=1e-9):
            return _exact(whole.astype(np.int64), unit)
    terms = sums[sums != 0]
    if len(terms) <= _ENUMERATED:
        signs = 1 - 2 * ((np.arange(2 ** len(terms))[:, None] >> np.arange(len(terms))) & 1)
        return _of_samples(signs @ terms, exact=True)
    rng = np.random.default_rng(seed)
    piece = max(1, _CELLS_AT_ONCE // len(terms))
    drawn = [np.array([terms.sum()])]
    for start in range(0, n_permutations, piece):
        flips = rng.integers(0, 2, size=(min(piece, n_permutations - start), len(terms)), dtype=np.int8)
        drawn.append(terms.sum() - 2 * (flips @ terms))
    return _of_samples(np.concatenate(drawn), exact=False)


def _of_samples(samples: Float[np.ndarray, " sample"], exact: bool) -> SignFlips:
    return SignFlips(np.sort(samples), np.full(len(samples), 1 / len(samples)), exact)


def _exact(units: Int[np.ndarray, " cluster"], unit: float) -> SignFlips:
    """Multiply the polynomials (z^-d + z^d) / 2 of all clusters; those of one |d| together are a binomial distribution."""
    sizes, counts = np.unique(np.abs(units[units != 0]), return_counts=True)
    chances = np.ones(1)  # of the sums -R, -R + 2, ..., R with R the largest sum so far
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        step = stats.binom.pmf(np.arange(count + 1), count, 0.5)
        wider = np.zeros(len(chances) + size * count)
        for phase in range(min(size, len(chances))):
            wider[phase::size][: len(chances[phase::size]) + count] += np.convolve(chances[phase::size], step)
        chances = wider
    reach = int(sizes @ counts)
    return SignFlips(unit * np.arange(-reach, reach + 1, 2).astype(float), chances, True)
