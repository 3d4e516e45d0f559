"""What a concept graph is built from: something that answers questions about recordings and knows which entities speak for a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact


class Said(NamedTuple):
    """Answers to Q yes/no questions about one recording.

    Attributes:
        probability: that the program is true, given the recording; 0 to 1.
        prior: the same before the recording; 0 to 1.
        error: Monte-Carlo standard error of `probability`; 0 where it is exact.
    """

    probability: Float[np.ndarray, " query"]
    prior: Float[np.ndarray, " query"]
    error: Float[np.ndarray, " query"]


@dataclass(frozen=True)
class Carriers:
    """How much each of P entities speaks for each of W words, in one recording (log odds, of either sign).

        log odds of the word = prior_log_odds + bias + sum over ALL entities of evidence + (the rest of the scene's effect)

    Attributes:
        words: those that have carriers; not every word that was asked for must be among them.
        entities: names of the rows of `evidence`, all different.
        evidence: of each entity for each word.
        bias: what no entity brings, such as the intercept of a read-out.
        prior_log_odds: before the recording.
    """

    words: tuple[str, ...]
    entities: tuple[str, ...]
    evidence: Float[np.ndarray, "entity word"]
    bias: Float[np.ndarray, " word"]
    prior_log_odds: Float[np.ndarray, " word"]

    def __post_init__(self) -> None:
        shape = len(self.entities), len(self.words)
        if self.evidence.shape != shape or {self.bias.shape, self.prior_log_odds.shape} != {shape[1:]}:
            raise ValueError(
                f"carriers: {shape[0]} entities and {shape[1]} words, but evidence {self.evidence.shape}, "
                f"bias {self.bias.shape}, prior_log_odds {self.prior_log_odds.shape}"
            )
        if not all(np.isfinite(array).all() for array in (self.evidence, self.bias, self.prior_log_odds)):
            raise ValueError("carriers: evidence, bias and prior_log_odds must be finite")
        for what, names in (("entity", self.entities), ("word", self.words)):
            if repeated := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"carriers: {what} names stand more than once: {repeated}")


@runtime_checkable
class Source(Protocol):
    """A reading, as far as a concept graph needs one."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def things(self) -> tuple[str, ...]:
        """The nouns; all concepts where the decoder does not know which words are nouns."""
        ...

    @property
    def dataset(self) -> str: ...

    @property
    def decoder(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    @property
    def paired(self) -> bool:
        """Whether a recording is two, whose things nobody saw together."""
        ...

    def ask_all(self, queries: Sequence[Query], recording: str) -> Said:
        """Each query asked of the recording."""
        ...

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        """Attributes of things and relations that may have a probability of `threshold` or more; too many do no harm."""
        ...

    def carriers(self, recording: str, words: Sequence[str]) -> Carriers | None:
        """What each entity says of each word; None where evidence does not come from single entities."""
        ...
