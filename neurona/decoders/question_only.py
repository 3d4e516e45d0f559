"""Question-only: what the language prior alone answers (`readings.language_prior`). It never looks at a recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt
from jaxtyping import Float

from neurona.decoders.answer_arrays import no_answers
from neurona.decoders.decoder import Context, DecoderSettings
from neurona.decoders.registry import register
from neurona.execution import Answers
from neurona.questions import Asked, Problem
from neurona.readings.language_prior import LanguagePrior


@dataclass(frozen=True)
class QuestionOnlySettings(DecoderSettings):
    """How a question alone is answered.

    Attributes:
        kind: of decoder.
        pull: k, questions that the words' probability weighs against the counts of the same program.
    """

    kind: Literal["question_only"] = "question_only"
    pull: Annotated[float, Gt(0)] = 5.0


@dataclass(frozen=True)
class QuestionOnly:
    """A language prior, asked.

    Attributes:
        prior: of the training questions.
    """

    prior: LanguagePrior = field(repr=False)

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """`yes_no` `[Q]`: log odds of yes under the language prior; `describe` `[Q, words]`: log probability of each word."""
        answers, choice = no_answers(asked), asked.is_describe
        yes_no, describe = np.asarray(answers.yes_no), np.asarray(answers.describe)
        logits = self.prior.logits(asked.queries, asked.words)
        yes_no[~choice] = logits[~choice, 0]
        describe[choice] = np.where(np.isnan(logits[choice]), -np.inf, logits[choice])
        return answers


@register(QuestionOnlySettings)
def fit_question_only(problem: Problem, settings: QuestionOnlySettings, context: Context | None = None) -> QuestionOnly:
    """Learn the language prior from training questions."""
    train = problem.train
    answers = train.table.answer.astype(str).tolist()
    return QuestionOnly(LanguagePrior.fit(train.queries, answers, problem.vocabulary, settings.pull))
