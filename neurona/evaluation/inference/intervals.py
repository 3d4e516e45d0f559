"""Confidence intervals of an accuracy.

Five questions, five functions: how precise is a proportion of independent answers (Wilson), how precise is it when several answers
share an image, a run or a subject (Wilson's with an effective number of answers), how precise is the difference of two such, how precise is
the mean over seeds, and how far from chance can guessing come (exact binomial).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Num, Shaped
from scipy import special

_CELLS_AT_ONCE = 2_000_000  # resamples are drawn in pieces, so that memory stays below about 16 MB


def wilson_interval(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion: the rates whose z-test against successes / n is not rejected.

    Args:
        successes: number of correct answers, 0 to n (fractions are allowed, for an effective sample size).
        n: number of independent answers; 0 gives (0, 1), the interval of one who knows nothing.
        confidence: coverage, between 0 and 1.

    Returns:
        (low, high), both in [0, 1].

    Reference: Wilson (1927), Journal of the American Statistical Association 22:209.
    """
    _check_confidence(confidence)
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n, got {successes} of {n}")
    if n == 0:
        return 0.0, 1.0
    return _wilson(successes / n, n, float(special.ndtri(0.5 + confidence / 2)))


def _wilson(rate: float, n: float, z: float) -> tuple[float, float]:
    centre = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * float(np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2)))
    low = 0.0 if rate <= 0 else max(0.0, centre - half)
    high = 1.0 if rate >= 1 else min(1.0, centre + half)
    return low, high


def accuracy_interval(
    right: Shaped[np.ndarray, " n"],
    groups: Shaped[np.ndarray, " n"] | None = None,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Interval of mean(right) where answers of a group (an image, a run, a subject) share their luck.

        p = sum_g k_g / N,    V = sum_g (k_g - p n_g)^2 / (1 - n_g / N) / N^2,    n* = p (1 - p) / V

    is Wilson's interval of p with the effective number n* of answers and Student's t of G - 1 degrees of freedom for z. Where each
    group has one answer that is right or wrong it is Wilson's own. Where V is 0 (every answer right, one group) the groups count as answers,
    which is the cautious case in which those of a group stand or fall together.

    Args:
        right: of each answer, whether it is right, or how right it is, 0 to 1.
        groups: of each answer, of any type that can be sorted; each its own when None.
        confidence: coverage, between 0 and 1; `benchmarks/coverage.py` measures what it is.

    Returns:
        (low, high), both in [0, 1].

    Reference: Bell and McCaffrey (2002), Survey Methodology 28:169 (V); Dean and Pagano (2015), Journal of Survey Statistics and
    Methodology 3:484 (Wilson's interval with n*).
    """
    _check_confidence(confidence)
    return _Share.of(right, np.arange(len(right)) if groups is None else groups).interval(confidence)


def difference_interval(
    first: Shaped[np.ndarray, " n"],
    second: Shaped[np.ndarray, " m"],
    groups: Shaped[np.ndarray, " n"],
    groups_of_second: Shaped[np.ndarray, " m"] | None = None,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Interval of mean(first) - mean(second), from the interval (l, u) of either, p, and the correlation r of what groups do in both:

        low  = p_1 - p_2 - sqrt((p_1 - l_1)^2 - 2 r (p_1 - l_1) (u_2 - p_2) + (u_2 - p_2)^2)
        high = p_1 - p_2 + sqrt((u_1 - p_1)^2 - 2 r (u_1 - p_1) (p_2 - l_2) + (p_2 - l_2)^2)

    Args:
        first, second: as `right` of `accuracy_interval`.
        groups: of each answer of the first.
        groups_of_second: of each of the second; those of the first when None.
        confidence: coverage, between 0 and 1.

    Returns:
        (low, high), both in [-1, 1].

    Reference: Newcombe (1998), Statistics in Medicine 17:2635, method 10; Zou and Donner (2008), Statistics in Medicine 27:1693.
    """
    _check_confidence(confidence)
    one, two = _sides(first, second, groups, groups_of_second)
    (low_1, high_1), (low_2, high_2), p_1, p_2 = one.interval(confidence), two.interval(confidence), one.p, two.p
    spread = float(np.sqrt((one.off @ one.off) * (two.off @ two.off)))
    r = float(one.off @ two.off) / spread if spread > 1e-12 else 0.0

    def far(one: float, other: float) -> float:
        return float(np.sqrt(max(one**2 - 2 * r * one * other + other**2, 0.0)))

    low = p_1 - p_2 - far(p_1 - low_1, high_2 - p_2)
    high = p_1 - p_2 + far(high_1 - p_1, p_2 - low_2)
    return max(low, -1.0), min(high, 1.0)


def difference_p(
    first: Shaped[np.ndarray, " n"],
    second: Shaped[np.ndarray, " m"],
    groups: Shaped[np.ndarray, " n"],
    groups_of_second: Shaped[np.ndarray, " m"] | None = None,
) -> float:
    """Two-sided p of mean(first) = mean(second), by Student's t with G - 1 degrees of freedom, G the smaller number of groups of the two.

        t = (p_1 - p_2) / sqrt(V_1 + V_2 - 2 C),    C = sum_g off_1g off_2g / (N_1 N_2),    V and off as in `accuracy_interval`

    Args:
        first, second, groups, groups_of_second: see `difference_interval`.
    """
    one, two = _sides(first, second, groups, groups_of_second)
    error = np.sqrt(max(one.variance + two.variance - 2 * float(one.off @ two.off) / (one.n * two.n), 0.0))
    freedom = min(one.n_groups, two.n_groups) - 1
    return float(2 * special.stdtr(freedom, -abs(one.p - two.p) / error)) if error > 1e-9 and freedom > 0 else 1.0


def _sides(
    first: np.ndarray, second: np.ndarray, groups: np.ndarray, groups_of_second: np.ndarray | None
) -> tuple[_Share, _Share]:
    """Both, with the same groups in the same order."""
    of_both = np.concatenate([groups, groups if groups_of_second is None else groups_of_second])
    names, place = np.unique(of_both, return_inverse=True)
    n = len(first)
    return _Share.of(first, place[:n], len(names)), _Share.of(second, place[n:], len(names))


class _Share(NamedTuple):
    """A mean over answers, and what it owes to each group.

    Attributes:
        p: the mean.
        off: k_g - p n_g of each group.
        sizes: n_g.
        single: whether each group has one answer, right or wrong.
    """

    p: float
    off: Float[np.ndarray, " group"]
    sizes: Float[np.ndarray, " group"]
    single: bool

    @classmethod
    def of(cls, right: np.ndarray, groups: np.ndarray, n_groups: int | None = None) -> _Share:
        if not len(right):
            return cls(0.5, np.zeros(n_groups or 0), np.zeros(n_groups or 0), single=True)
        place = groups if n_groups is not None else np.unique(groups, return_inverse=True)[1].reshape(-1)
        sizes = np.bincount(place, minlength=n_groups or 0).astype(float)
        p = float(np.mean(right, dtype=float))
        off = np.bincount(place, weights=np.asarray(right, float), minlength=len(sizes)) - p * sizes
        return cls(p, off, sizes, bool(sizes.max() == 1 and np.isin(right, (0, 1)).all()))

    @property
    def n(self) -> float:
        """N."""
        return float(self.sizes.sum())

    @property
    def n_groups(self) -> int:
        """G."""
        return int((self.sizes > 0).sum())

    @property
    def variance(self) -> float:
        """V; 0 of a single group, of which nothing is known."""
        alone = self.sizes == self.n
        return float((self.off[~alone] ** 2 / (1 - self.sizes[~alone] / self.n)).sum() / self.n**2)

    def interval(self, confidence: float) -> tuple[float, float]:
        if self.single:
            return wilson_interval(round(self.p * self.n), self.n, confidence)
        if self.variance < 1e-12:
            return wilson_interval(self.p * self.n_groups, self.n_groups, confidence)
        z = float(special.stdtrit(self.n_groups - 1, 0.5 + confidence / 2))
        return _wilson(self.p, self.p * (1 - self.p) / self.variance, z)


def resampled_totals(
    values: Num[np.ndarray, "n statistic"],
    groups: Shaped[np.ndarray, " n"],
    seed: int,
    n_resamples: int = 2000,
) -> Float[np.ndarray, "resample statistic"]:
    """Totals of several statistics over bootstrap samples of whole groups, the same samples for all of them.

    Accuracies, their differences and shares of something are functions of such totals.

    Args:
        values: what each row adds to each statistic.
        groups: what is drawn with replacement, as often as there are groups.
        seed: of the draws; neither the order of the rows nor their number in a group matters to them.
        n_resamples: number of bootstrap samples.
    """
    _, member_of = np.unique(groups, return_inverse=True)
    n_groups = int(member_of.max()) + 1
    sums = np.stack([np.bincount(member_of, weights=column, minlength=n_groups) for column in values.T], axis=1)
    random = np.random.default_rng(seed)
    piece = max(1, _CELLS_AT_ONCE // n_groups)
    totals = []
    for start in range(0, n_resamples, piece):
        rows = min(piece, n_resamples - start)
        drawn = random.integers(0, n_groups, size=(rows, n_groups)) + n_groups * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * n_groups).reshape(rows, n_groups)
        totals.append(times.astype(np.float64) @ sums)
    return np.concatenate(totals)


def seeds_interval(
    values: Float[np.ndarray, " seed"], images: float = 0.0, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of the mean over seeds.

        half^2 = (t_{S-1} sd(values) / sqrt(S))^2 + images^2

    The first term is Student's: how the mean varies with the seed. Where every seed has images of its own, it holds the choice of images,
    too. Seeds that answer about the same images share their luck with these, which no spread over seeds shows: that is the second term.

    Args:
        values: an accuracy, or another figure, of each seed.
        images: half the width of an interval of the mean over the images that the seeds share; 0 where each has its own. Half the width
            of one seed's interval is a cautious choice.
        confidence: coverage, between 0 and 1.

    Returns:
        (low, high), not limited to a range; (NaN, NaN) for a single value.
    """
    _check_confidence(confidence)
    if len(values) < 2:
        return float("nan"), float("nan")
    student = special.stdtrit(len(values) - 1, 0.5 + confidence / 2) * values.std(ddof=1) / np.sqrt(len(values))
    half = float(np.hypot(student, images))
    return float(values.mean()) - half, float(values.mean()) + half


def chance_interval(chance: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The central range of accuracies that guessing reaches in n independent questions (exact binomial).

    Args:
        chance: probability that one guess is right.
        n: number of questions; 0 gives (0, 1).
        confidence: at least this share of guessers end in the range.

    Returns:
        (low, high), multiples of 1 / n.
    """
    _check_confidence(confidence)
    if not 0 <= chance <= 1:
        raise ValueError(f"chance must lie between 0 and 1, got {chance}")
    if n == 0:
        return 0.0, 1.0
    # The smallest numbers of right answers up to which so much of the distribution lies; scipy.stats has it, and takes half a second to import.
    several = np.arange(n + 1)
    low, high = np.searchsorted(special.bdtr(several, n, chance), [0.5 - confidence / 2, 0.5 + confidence / 2])
    return max(0.0, float(low) / n), min(1.0, float(high) / n)


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
