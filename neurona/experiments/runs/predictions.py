"""What a decoder answers to test questions: one row a question, scored from the reading that the run stores.

    predicted     the answer
    as_asked      probability of yes, else of the word answered, for a question put as the study puts its own
    probability   that the program is true, given the recording (of a word: that it is the one); prior: the same before it; error: its
                  Monte Carlo standard error
    score         log odds of as_asked; where the study asks no such questions, of probability
    chance        of guessing a word; NaN for yes/no

Of decoders without a reading `as_asked` is what their logits say, and there is no probability, prior or error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.special import expit, log_softmax, logsumexp

from neurona.datasets.dataset import Dataset
from neurona.datasets.splits import unseen
from neurona.decoders import Answerer
from neurona.execution import Answers
from neurona.experiments.runs.folds import Fitted
from neurona.questions import Asked
from neurona.readings import Reading
from neurona.readings.belief import log_odds

NUMBERS = ("as_asked", "probability", "prior", "error")


def predictions_of(fitted: Fitted) -> pd.DataFrame:
    """The test questions of a fold with their answers; see above."""
    if fitted.reading is not None:
        told = _read(fitted.reading, fitted.test)
    else:
        assert isinstance(fitted.decoder, Answerer)
        told = _answered(fitted.decoder.answer(fitted.problem.entities.features, fitted.test), fitted.test)
    return fitted.test.table.assign(fold=fitted.fold.name, **told, chance=fitted.test.chance)


def unseen_conjunctions(
    predictions: pd.DataFrame, dataset: Dataset, columns: Sequence[str], fitted: Sequence[Fitted]
) -> list[bool]:
    """Of each row, whether its fold's training lacks the conjunction of columns that its recording shows."""
    ids = dataset.recordings.data.recording.values.astype(str)
    new = {one.fold.name: dict(zip(ids, unseen(dataset, columns, one.fold), strict=True)) for one in fitted}
    return [
        bool(new[fold][recording])
        for fold, recording in zip(predictions.fold, predictions.recording.astype(str), strict=True)
    ]


def _read(reading: Reading, asked: Asked) -> dict[str, list[str] | Float[np.ndarray, " question"]]:
    said = reading.ask_each(asked.queries, reading.rows(asked.table.recording.astype(str).tolist()))
    decisive = np.where(np.isnan(said.as_asked), said.probability, said.as_asked)
    numbers = {name: np.asarray(getattr(said, name), np.float64) for name in NUMBERS}
    return {"predicted": list(said.answer), "score": log_odds(decisive), **numbers}


def _answered(answers: Answers, asked: Asked) -> dict[str, list[str] | Float[np.ndarray, " question"]]:
    score = np.array(answers.yes_no, np.float64)
    predicted = ["yes" if yes > 0 else "no" for yes in score]
    for k in np.flatnonzero(asked.is_describe).tolist():
        words = asked.words[k]
        shares = log_softmax(np.asarray(answers.describe[k, : len(words)], np.float64))
        best = int(shares.argmax())
        predicted[k], score[k] = words[best], shares[best] - logsumexp(np.delete(shares, best))
    nothing = dict.fromkeys(NUMBERS[1:], np.full(len(asked), np.nan))
    return {"predicted": predicted, "score": score, "as_asked": expit(score), **nothing}
