"""Whether chains have mixed: split R-hat (A. Gelman et al. 2013, Bayesian Data Analysis, 11.4)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def at_even_times(
    trace: Float[np.ndarray, "chain visit"], time: Float[np.ndarray, "chain visit"]
) -> Float[np.ndarray, "chain visit"]:
    """What each chain was at, at evenly spaced times; `time` is how long it stayed at each value."""
    ends = time.cumsum(axis=1)
    moments = (np.arange(trace.shape[1]) + 0.5) / trace.shape[1]
    return np.stack([values[np.searchsorted(end, moments * end[-1])] for values, end in zip(trace, ends, strict=True)])


def split_rhat(trace: Float[np.ndarray, "chain visit"]) -> float:
    """Split R-hat: square root of total over within-chain variance, each chain cut in two. Chains that are all at one value have mixed."""
    half = trace.shape[1] // 2
    if half < 2:
        return float("nan")
    parts = np.concatenate([trace[:, :half], trace[:, half : 2 * half]]).astype(np.float64)
    within, between = parts.var(axis=1, ddof=1).mean(), parts.mean(axis=1).var(ddof=1)
    if between <= 1e-6 * max(1.0, float(np.abs(parts).max())):
        return 1.0
    return float(np.sqrt((half - 1) / half + between / max(within, 1e-12)))
