"""Temperatures of entity scores: what logits of yes, and scores of words, are to be multiplied by so that they are log odds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from scipy.special import log_expit, log_softmax

from neurona.questions import Asked
from neurona.readings import EntityScoreReading
from neurona.readings.choice import fit_choice, yes_or_no

_LEAST = 1e-3


class Temperature(NamedTuple):
    """Temperatures, and what they make of the questions that they were fitted to.

    Attributes:
        of_yes, of_words: multiply logits of yes/no questions, and scores of words.
        loss: mean cross-entropy, in nats.
    """

    of_yes: float
    of_words: float
    loss: float


def fit_temperature(reading: EntityScoreReading, asked: Asked, rows: Int[np.ndarray, " question"]) -> Temperature:
    """Temperatures of largest likelihood; 1 where there are no such questions.

    Args:
        reading: of recordings that the decoder did not learn from.
        asked: questions about them, with their answers.
        rows: place of each question's recording in the reading.
    """
    answers, choice = reading.answers(asked.queries, rows), asked.is_describe
    logit, yes = np.asarray(answers.yes_no, np.float64)[~choice], asked.target[~choice] == 1
    words, target = np.asarray(answers.describe, np.float64)[choice], asked.target[choice]
    question, place = np.nonzero(np.isfinite(words))
    start, least = np.ones(1), np.array([_LEAST])
    of_yes = float(fit_choice(*yes_or_no(logit[:, None], yes), start, least=least)[0])
    of_words = float(
        fit_choice(words[question, place][:, None], question, place == target[question], start, least=least)[0]
    )
    told = log_expit(of_yes * np.where(yes, logit, -logit))
    named = log_softmax(of_words * words, axis=1)[np.arange(len(target)), target] if len(target) else target
    return Temperature(of_yes, of_words, -float(np.mean([*told, *named])) if len(asked) else 0.0)
