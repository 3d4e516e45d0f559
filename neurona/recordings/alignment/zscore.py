"""Z-scoring: each channel of each group has mean 0 and variance 1. The baseline that every other alignment must beat.

z[n, c, t] = (x[n, c, t] - m[c, t]) / s[c],      m and s of the group (`moments`)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from neurona.recordings.alignment.alignment import ALIGNMENTS
from neurona.recordings.alignment.moments import ByMoments, Moments, Values


@ALIGNMENTS.register("zscore")
@dataclass(frozen=True)
class ZScore(ByMoments):
    """Each channel by its mean and spread over the group."""

    method: Literal["zscore"] = "zscore"

    done: ClassVar[str] = "z-scored"

    def by_moments(self, values: Values, found: Moments) -> Values:
        return (values - found.mean) / found.spread[..., None]
