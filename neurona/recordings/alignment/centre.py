"""Centring: each group's mean recording is taken off; person-centring where groups are subjects.

    y[n, c, t] = x[n, c, t] - m[c, t],      m of the group (`moments`)

For measures whose scale is worth keeping: averages over a person's trials, z-scores, betas of one scanner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from neurona.recordings.alignment.alignment import ALIGNMENTS
from neurona.recordings.alignment.moments import ByMoments, Moments, Values


@ALIGNMENTS.register("centre")
@dataclass(frozen=True)
class Centre(ByMoments):
    """Each recording without its group's mean."""

    method: Literal["centre"] = "centre"

    done: ClassVar[str] = "centred"

    def by_moments(self, values: Values, found: Moments) -> Values:
        return values - found.mean
