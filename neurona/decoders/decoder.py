"""What a fitted decoder can do, and what all decoders' settings and fits have in common.

    fit(problem, settings, context) -> decoder,      decoder.read(features, recordings) -> reading

Everything that a decoder says comes from its reading. Baselines that have none (the language prior, chance, networks without symbols)
answer questions instead, and say so by being `Answerer`s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Protocol, runtime_checkable

import numpy as np
from annotated_types import Ge
from jaxtyping import Float, Int
from rich.console import Console

from neurona.blocks import taken
from neurona.execution import Answers
from neurona.questions import Asked, Problem
from neurona.readings import AskingModel, Reading
from neurona.readings.asking import Held
from neurona.readings.belief import Belief
from neurona.readings.conformal import misses
from neurona.readings.language_prior import LanguagePrior
from neurona.readings.suppression import AnswersBy, Suppression
from neurona.training.settings import TrainingSettings

Supervision = Literal["answers", "scenes"]
Knowledge = Literal["ontology", "none"]
"""Whether words of one kind lend each other what is learned of them (`encoding_models.kinship`)."""

MOST_FOR_ASKING = 32
"""Training recordings that are read to learn how questions are put where no validation recordings are."""


@dataclass(frozen=True, kw_only=True)
class DecoderSettings:
    """Settings of any decoder.

    Attributes:
        supervision: what it learns from: the answers of training questions, or the training scenes (data sets with scene graphs).
        answers: `raw`, as the study asks; `nolan` and `evidence` take what the question alone would tell out of the answer (`neurona.readings.suppression`).
        tau: how much of it `evidence` takes out: 1 all, 0 nothing.
    """

    supervision: Supervision = "answers"
    answers: AnswersBy = "raw"
    tau: Annotated[float, Ge(0)] = 1.0


@dataclass(frozen=True)
class Context:
    """What a fit may use beside the problem.

    Attributes:
        training: of gradient training.
        folder: where checkpoints and logs go; nowhere when None.
        console: for progress.
        test: questions to choose the epoch by where `training.selection` is `test`, as the reference does; read in no other case.
    """

    training: TrainingSettings = field(default_factory=TrainingSettings)
    folder: Path | None = None
    console: Console | None = None
    test: Asked | None = field(default=None, repr=False)


@runtime_checkable
class Decoder(Protocol):
    """A fitted decoder that reads."""

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> Reading:
        """What it says about recordings.

        Args:
            features: laid out as in `Problem.entities`.
            recordings: their ids.
        """
        ...


@runtime_checkable
class Answerer(Protocol):
    """A fitted baseline that answers questions and has no reading."""

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """Answers to all questions, as NumPy arrays.

        Args:
            features: of all recordings that `asked.recording` counts, laid out as in `Problem.entities`.
            asked: questions; their answers are not looked at.

        Returns:
            `yes_no` `[Q]`: logit of yes (0 for describe); `describe` `[Q, words]`: log score of each word in the order of
            `asked.words`, -inf beyond them and for yes/no questions.
        """
        ...


@runtime_checkable
class Grounded(Protocol):
    """A fitted decoder that says where it found words."""

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """Words, and how strongly each entity carries each; NaN for a word that it knows nothing of."""
        ...


def learn_asking(
    decoder: Decoder, problem: Problem, settings: DecoderSettings, *, held_out: bool = True
) -> AskingModel:
    """How the problem's questions are put, from what a decoder says of validation recordings.

    Args:
        decoder: fitted.
        problem: what it was fitted to.
        settings: whether the language prior is taken out of answers.
        held_out: whether it did not learn from the validation recordings; else their prior alone is looked at.
    """
    questions = problem.validation
    if not len(questions):
        few = problem.train_rows[:MOST_FOR_ASKING]
        questions, held_out = problem.train.take(np.isin(problem.train.recording, few)), False
    suppression = suppression_of(problem, settings)
    if not len(questions):
        return AskingModel(suppression=suppression)
    rows, place = np.unique(questions.recording, return_inverse=True)
    reading = decoder.read(taken(problem.entities.features, rows), [str(row) for row in rows])
    belief = reading.believe(questions.queries, _places(place))
    held = held_questions(belief, questions, problem) if held_out else None
    return AskingModel.fit(belief, questions.target, held, suppression)


def suppression_of(problem: Problem, settings: DecoderSettings) -> Suppression | None:
    """How the settings want the language prior of the problem's training questions taken out; None where they do not."""
    if settings.answers == "raw":
        return None
    train = problem.train
    prior = LanguagePrior.fit(train.queries, train.table.answer.astype(str).tolist(), problem.vocabulary)
    return Suppression(settings.answers, prior, settings.tau)


def held_questions(belief: Belief, questions: Asked, problem: Problem) -> Held:
    """Questions with what is believed of them, their images and subjects."""
    image = questions.table.image if "image" in questions.table else questions.table.recording
    subject = [problem.subjects[row] for row in questions.recording] if problem.subjects is not None else None
    return Held(belief, questions.target, questions.queries, image.astype(str).tolist(), subject)


def held_out_misses(
    reading: Reading, rows: Int[np.ndarray, " row"], asking: AskingModel, problem: Problem
) -> dict[str, dict[str, np.ndarray]]:
    """How far the right answers about recordings that were learned from were from certain when they were held out (`readings.conformal`).

    Args:
        reading: of the recordings, by decoders that did not learn from them.
        rows: theirs, in ascending order.
        asking: how the study puts its questions.
        problem: whose questions to learn from are asked.
    """
    asked = problem.learning.take(np.isin(problem.learning.recording, rows))
    belief = reading.believe(asked.queries, _places(np.searchsorted(rows, asked.recording)))
    held = held_questions(belief, asked, problem)
    return misses(asking.as_asked(belief, held.queries, held.subject), belief.form, held.target, held.subject)


def _places(place: Int[np.ndarray, " question"]) -> Int[np.ndarray, " question"]:
    return np.asarray(place, np.int64).reshape(-1)
