"""Random answers: a fair coin for yes/no, a word of the category for describe. The floor of every comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from neurona.decoders.answer_arrays import no_answers
from neurona.decoders.decoder import Context, DecoderSettings
from neurona.decoders.registry import register
from neurona.execution import Answers
from neurona.questions import Asked, Problem


@dataclass(frozen=True)
class RandomSettings(DecoderSettings):
    """Nothing to set; the draws follow the problem's seed."""

    kind: Literal["random"] = "random"


@dataclass(frozen=True)
class RandomAnswers:
    """Answers that depend on the seed, the recording and the program alone, not on the order of the questions."""

    seed: int

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """`yes_no` `[Q]`: -1 or 1 at a coin's throw; `describe` `[Q, words]`: uniform draws, so that each word is as likely."""
        answers = no_answers(asked)
        places, draws = answers.describe.shape[1], []
        question = asked.table.recording.astype(str) + "\n" + asked.table.program.astype(str)
        for place in range(places + 1):
            hashed = pd.util.hash_array(
                (f"{place}\n" + question).to_numpy(dtype=object), hash_key=f"{self.seed % 10**16:016d}"
            )
            draws.append((hashed >> np.uint64(11)) * 2.0**-53)
        uniform = np.stack(draws, axis=1)
        length = np.array([len(words) for words in asked.words], np.int64)
        yes_no = np.where(length == 0, np.where(uniform[:, 0] < 0.5, -1.0, 1.0), 0.0)
        chosen = np.arange(places)[None, :] < length[:, None]
        return Answers(yes_no, np.where(chosen, uniform[:, 1:], -np.inf))  # type: ignore[arg-type]


@register(RandomSettings)
def fit_random(problem: Problem, settings: RandomSettings, context: Context | None = None) -> RandomAnswers:
    """The random answerer of the problem's seed."""
    return RandomAnswers(problem.seed)
