"""Hyperalignment: a common space of as many features as channels, so that maps are rotations, found by Procrustes (`common_space`).

J. V. Haxby, J. S. Guntupalli, A. C. Connolly et al. (2011). A common, high-dimensional model of the representational space in human ventral
temporal cortex. Neuron 72:404. (Theirs has no pull towards anatomy: `anatomy: 0`.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from neurona.recordings.alignment.alignment import ALIGNMENTS
from neurona.recordings.alignment.common_space import ByCommonSpace


@ALIGNMENTS.register("hyperalignment")
@dataclass(frozen=True)
class Hyperalignment(ByCommonSpace):
    """Each person's channels rotated so that all respond alike; with fewer things than channels, as far as these reach."""

    method: Literal["hyperalignment"] = "hyperalignment"

    done: ClassVar[str] = "rotated"
