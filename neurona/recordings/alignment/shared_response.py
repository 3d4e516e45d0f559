"""Shared response model, deterministic: a common space of few features (`common_space`).

P.-H. Chen, J. Chen, Y. Yeshurun, U. Hasson, J. V. Haxby and P. J. Ramadge (2015). A reduced-dimension fMRI shared response model. NIPS 28,
equation 1. (Theirs has no pull towards anatomy: `anatomy: 0`.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge

from neurona.recordings.alignment.alignment import ALIGNMENTS
from neurona.recordings.alignment.common_space import ByCommonSpace


@ALIGNMENTS.register("shared_response")
@dataclass(frozen=True)
class SharedResponse(ByCommonSpace):
    """Each person's channels by the few features in which all respond alike.

    Attributes:
        features: of the common space; fewer where fewer things were seen.
    """

    method: Literal["shared_response"] = "shared_response"
    features: Annotated[int, Ge(1)] = 20

    done: ClassVar[str] = "mapped to a shared response"

    def n_features(self, most: int) -> int:
        return min(self.features, most)
