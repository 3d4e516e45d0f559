"""Confidence intervals of an accuracy.

Four questions, four functions: how precise is a proportion of independent answers (Wilson), how precise is
it when several answers come from one recording (cluster bootstrap), how precise is the mean over seeds, and how far
from chance can guessing come (exact binomial).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Num, Shaped
from scipy import stats

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
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    rate = successes / n
    centre = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * float(np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2)))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def cluster_bootstrap_interval(
    correct: Bool[np.ndarray, " n"],
    groups: Shaped[np.ndarray, " n"],
    seed: int,
    n_resamples: int = 2000,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Percentile bootstrap of the mean of `correct`, resampling whole groups (recordings) with replacement.

    Answers about one recording share its noise, so they are not independent: the recording is the unit that
    is drawn. Where the resamples do not differ at all (one group; or every answer right) the bootstrap says
    nothing, and Wilson's interval with the number of groups as sample size stands in: the cautious case in
    which the answers about a recording stand or fall together.

    Args:
        correct: whether each answer is right.
        groups: the recording of each answer, of any type that can be sorted.
        seed: of the resampling; the same seed gives the same interval.
        n_resamples: number of bootstrap samples.
        confidence: coverage, between 0 and 1.

    Returns:
        (low, high).

    Reference: Field and Welsh (2007), Journal of the Royal Statistical Society B 69:369.
    """
    _check_confidence(confidence)
    if len(correct) == 0:
        return 0.0, 1.0
    right = correct.astype(np.float64)
    totals = resampled_totals(np.stack([right, np.ones(len(right))], axis=1), groups, seed, n_resamples)
    return accuracy_interval(totals[:, 0] / totals[:, 1], float(right.mean()), len(np.unique(groups)), confidence)


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


def accuracy_interval(
    resampled: Float[np.ndarray, " resample"], estimate: float, n_groups: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Percentiles of resampled accuracies; Wilson's interval over the groups where the resamples do not differ."""
    known = resampled[np.isfinite(resampled)]
    if len(known) == 0 or np.ptp(known) < 1e-12:
        return wilson_interval(min(estimate * n_groups, n_groups), n_groups, confidence)
    return _percentiles(known, estimate, confidence)


def effect_interval(
    resampled: Float[np.ndarray, " resample"], estimate: float, n_groups: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Percentiles of a resampled difference of accuracies.

    Where the resamples do not differ (two decoders that agree on every question, say), as many groups may still
    hide a rate of disagreement that Wilson's interval of 0 in n_groups bounds; one group says nothing at all.
    """
    known = resampled[np.isfinite(resampled)]
    if n_groups < 2:
        return -1.0, 1.0
    if len(known) == 0 or np.ptp(known) < 1e-12:
        unseen = wilson_interval(0, n_groups, confidence)[1]
        return max(-1.0, estimate - unseen), min(1.0, estimate + unseen)
    return _percentiles(known, estimate, confidence)


def _percentiles(
    resampled: Float[np.ndarray, " resample"], estimate: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Percentiles, widened to the estimate itself in the rare case that a skew puts it outside."""
    low, high = np.quantile(resampled, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return min(float(low), estimate), max(float(high), estimate)


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
    student = stats.t.ppf(0.5 + confidence / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
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
    low, high = stats.binom.ppf([0.5 - confidence / 2, 0.5 + confidence / 2], n, chance)
    return max(0.0, float(low) / n), min(1.0, float(high) / n)


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
