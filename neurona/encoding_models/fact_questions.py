"""Questions about one fact each: what evidence is weighed on, and what fine-tuning learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from neurona.scenes.scene_graph import Fact


@dataclass(frozen=True)
class FactQuestions:
    """Questions about one fact each, and questions which of some facts holds.

    Attributes:
        facts, recording, holds: of yes/no questions.
        words, words_recording, words_target: of describe questions.
    """

    facts: Sequence[Fact]
    recording: Int[np.ndarray, " fact"]
    holds: Bool[np.ndarray, " fact"]
    words: Sequence[Sequence[Fact]]
    words_recording: Int[np.ndarray, " question"]
    words_target: Int[np.ndarray, " question"]

    def join(self, other: FactQuestions) -> FactQuestions:
        """These questions, then the others."""
        return FactQuestions(
            [*self.facts, *other.facts],
            np.concatenate([self.recording, other.recording]),
            np.concatenate([self.holds, other.holds]),
            [*self.words, *other.words],
            np.concatenate([self.words_recording, other.words_recording]),
            np.concatenate([self.words_target, other.words_target]),
        )

    @property
    def rows(self) -> Int[np.ndarray, " row"]:
        """Recordings that they are about."""
        return np.unique(np.concatenate([self.recording, self.words_recording]))
