"""What a sampler leaves of many recordings: weighted worlds, and the probability of every candidate fact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int, UInt64

from neurona.execution.worlds import unpack
from neurona.worlds.evidence import FactEvidence, States


@dataclass(frozen=True)
class ScenePosterior:
    """K weighted worlds of each recording, over J candidate facts.

    Attributes:
        facts: numbers of the candidates; -1 pads.
        bits: in which worlds each holds, 64 worlds to a machine word, the first world in the lowest bit.
        share: of each world, sum 1.
        probability: of each candidate, Rao-Blackwellised.
        error: its Monte Carlo standard error, from the differences of chains.
        log_p: of each world, in nats, up to a constant a recording.
        rhat: split R-hat of log p.
        discrepancy: mean absolute difference between the share of worlds that hold a fact and its probability.
    """

    facts: Int[np.ndarray, "recording J"]
    bits: UInt64[np.ndarray, "recording J word"]
    share: Float[np.ndarray, "recording world"]
    probability: Float[np.ndarray, "recording J"]
    error: Float[np.ndarray, "recording J"]
    log_p: Float[np.ndarray, "recording world"]
    rhat: Float[np.ndarray, " recording"]
    discrepancy: Float[np.ndarray, " recording"]

    @cached_property
    def effective(self) -> Float[np.ndarray, " recording"]:
        """Effective number of worlds, 1 / sum of squared shares."""
        found: np.ndarray = 1 / (self.share**2).sum(axis=1)
        return found

    def states(self, evidence: FactEvidence, recording: int) -> States:
        """Worlds of one recording."""
        used = self.facts[recording] >= 0
        holds = unpack(self.bits[recording][used], self.share.shape[1]).astype(bool)
        return States(evidence.space, self.facts[recording][used], holds)
