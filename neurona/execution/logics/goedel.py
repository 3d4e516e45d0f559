"""Goedel's logic: a conjunction is as true as its least true part.

all = min, any = max of the logits                        P. Hajek (1998), Metamathematics of Fuzzy Logic
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Array, Float

from neurona.execution.least import least
from neurona.execution.logics.logic import LAWS, Logic, register_logic


@register_logic
@dataclass(frozen=True)
class Goedel(Logic):
    """A lattice: all of Boole's laws but the excluded middle."""

    name = "goedel"
    laws = frozenset(LAWS) - {"excluded_middle"}

    def all(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        return least(scores, axis)
