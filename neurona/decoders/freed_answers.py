"""Answers of a baseline without a reading, freed of the language prior (`readings.suppression`)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.special import expit, log_softmax

from neurona.decoders.decoder import Answerer, DecoderSettings, suppression_of
from neurona.execution import Answers
from neurona.programs.tree import Describe
from neurona.questions import Asked, Problem
from neurona.readings.belief import log_odds, log_share
from neurona.readings.suppression import Suppression


@dataclass(frozen=True)
class FreedAnswers:
    """A baseline whose answers are freed.

    Attributes:
        baseline: what answers.
        suppression: what is taken out.
    """

    baseline: Answerer = field(repr=False)
    suppression: Suppression = field(repr=False)

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """As `Answerer.answer`; words' scores are logs of probabilities."""
        told = _probabilities(self.baseline.answer(features, asked), asked)
        freed = self.suppression(told, asked.queries, asked.words, _forms(asked))
        choice = asked.is_describe
        yes_no = np.where(choice, 0.0, log_odds(freed[:, 0]))
        describe = np.where(choice[:, None] & ~np.isnan(freed), log_share(freed), -np.inf)
        return Answers(yes_no, describe)  # type: ignore[arg-type]


def freed(baseline: Answerer, problem: Problem, settings: DecoderSettings) -> Answerer:
    """The baseline, freed as its settings say."""
    suppression, held = suppression_of(problem, settings), problem.validation
    if suppression is None:
        return baseline
    if len(held):
        told = _probabilities(baseline.answer(problem.entities.features, held), held)
        suppression = suppression.learned(told, held.queries, held.words, _forms(held), held.target)
    return FreedAnswers(baseline, suppression)


def _probabilities(answers: Answers, asked: Asked) -> Float[np.ndarray, "question answer"]:
    """Of yes in column 0, or of each word; NaN beyond."""
    logs = np.array(answers.describe, np.float64)
    found = np.full_like(logs, np.nan)
    choice = asked.is_describe
    found[~choice, 0] = expit(np.asarray(answers.yes_no, np.float64)[~choice])
    found[choice] = np.where(np.isfinite(logs[choice]), np.exp(log_softmax(logs[choice], axis=1)), np.nan)
    return found


def _forms(asked: Asked) -> list[str]:
    return [query.category if isinstance(query, Describe) else "yes/no" for query in asked.queries]
