"""Views of a recording: what of it a class model looks at.

root        sqrt(x + 3 u / 8)      of counts, whose variance is u times their mean: it makes the variance 1/4 u whatever the mean (F. Anscombe
                                   1948, Biometrika 35:246)
shape       (x - m) / s            m, s mean and standard deviation over the recording's own features: what all channels share is
                                   dropped, as correlating patterns does (J. Haxby et al. 2001, Science 293:2425)
filters     x W over the times of each channel: means of bins, or the sizes of courses
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from neurona.encoding_models.haemodynamics import filtered


@dataclass(frozen=True)
class View:
    """What is done to features, in this order.

    Attributes:
        unit: u of counts; None leaves values as they are.
        shape: whether each recording is standardised over its features.
        filters: over time; None keeps every time point.
    """

    unit: float | None = None
    shape: bool = False
    filters: Float[np.ndarray, "time course"] | None = None

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording seen"]:
        values = np.asarray(features, dtype=np.float64)
        if self.unit is not None:
            values = np.sqrt(np.maximum(values, 0) + 0.375 * self.unit)
        if self.shape:
            values = values - values.mean(axis=1, keepdims=True)
            values = values / np.maximum(values.std(axis=1, keepdims=True), 1e-12)
        return values if self.filters is None else filtered(values, self.filters)


def may_be_counts(values: Float[np.ndarray, "recording feature"]) -> bool:
    """Whether values may be counts or rates: some are 0, and none below."""
    return bool(values.min() == 0 and values.any())


def count_unit(
    values: Float[np.ndarray, "recording feature"], residuals: Float[np.ndarray, "recording feature"]
) -> float:
    """u: the variance of counts as a multiple of their mean."""
    return float((residuals**2).mean(axis=0).sum() / values.mean(axis=0).sum())


def bin_means(n_times: int, n_bins: int) -> Float[np.ndarray, "time bin"]:
    """Filters that take the mean of each of nearly equal bins."""
    bin_of = np.arange(n_times) * n_bins // n_times
    member = np.eye(n_bins)[bin_of]
    return member / member.sum(axis=0)
