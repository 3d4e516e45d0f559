"""What a reading believes of questions, before anybody asks how the study puts them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

_LEAST = 1e-9


class Belief(NamedTuple):
    """Beliefs about Q questions, each about one recording; A answers at most.

    Attributes:
        choices: the answers that each question chooses from: words, or numbers; none for yes/no.
        probability: of yes, in column 0; else of each choice, which sum to 1. NaN where there is no such choice.
        prior: the same before the recording.
        error: Monte Carlo standard error of `probability`; 0 where it is exact.
        form: of each question: questions of one form are put alike.
        sign: -1 where a question denies what its form states; `signals` are those of what is stated.
        signals: what an asking model weighs, of each choice; the posterior's and the prior's log odds (of choices: logs) first.
    """

    choices: tuple[tuple[str, ...], ...]
    probability: Float[np.ndarray, "question answer"]
    prior: Float[np.ndarray, "question answer"]
    error: Float[np.ndarray, "question answer"]
    form: tuple[str, ...]
    sign: Int[np.ndarray, " question"]
    signals: Float[np.ndarray, "question answer signal"]

    def __len__(self) -> int:
        return len(self.choices)

    @property
    def is_choice(self) -> np.ndarray:
        """Which questions choose a word or a number `[Q]`."""
        return np.array([bool(words) for words in self.choices], dtype=bool)


def log_odds(p: Float[np.ndarray, "*shape"], least: float = _LEAST) -> Float[np.ndarray, "*shape"]:
    """log p / (1 - p), of p kept `least` away from 0 and 1."""
    kept = np.clip(p, least, 1 - least)
    return np.log(kept) - np.log1p(-kept)


def log_share(p: Float[np.ndarray, "*shape"], least: float = _LEAST) -> Float[np.ndarray, "*shape"]:
    """log p, of p kept above `least`."""
    return np.log(np.maximum(p, least))
