"""What answering without looking at the recording reaches: the levels of chance.

- `chance` (of accuracy tables). A type whose answers are yes and no: the accuracy of always giving the more frequent
  answer of the questions at hand. Any other type: the questions' own `chance` (for describe: 1 / number of members of the
  category); questions without one (counts) take the rate of the type's most frequent answer.
- the *range of guessing*, from fair guesses (1/2 for yes and no, the stated chance otherwise) to always giving the most frequent answer. A
  decoder that learned from noise ends somewhere between.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from neurona.evaluation.predictions import canonical_answers, is_yes_no


def chance_of(predictions: pd.DataFrame) -> Float[np.ndarray, " question"]:
    """The level of chance of each question, as accuracy tables state it."""
    expected = np.zeros(len(predictions))
    for chosen in _types(predictions):
        answers = canonical_answers(predictions["answer"][chosen])
        majority = _majority(answers)
        if is_yes_no(answers):
            expected[chosen] = majority
        else:
            expected[chosen] = pd.to_numeric(predictions["chance"][chosen]).fillna(majority).to_numpy(dtype=float)
    return expected


def guessing_range(
    predictions: pd.DataFrame,
) -> tuple[Float[np.ndarray, " question"], Float[np.ndarray, " question"]]:
    """Accuracy of fair guesses and of the most frequent answer, for each question of a table; the first is never above the second."""
    fair, frequent = np.zeros(len(predictions)), np.zeros(len(predictions))
    for chosen in _types(predictions):
        answers = canonical_answers(predictions["answer"][chosen])
        majority = _majority(answers)
        stated = pd.to_numeric(predictions["chance"][chosen]).fillna(majority).to_numpy(dtype=float)
        fair[chosen] = 0.5 if is_yes_no(answers) else stated
        frequent[chosen] = np.maximum(majority, fair[chosen])
    return fair, frequent


def _types(predictions: pd.DataFrame) -> list[Bool[np.ndarray, " question"]]:
    types = predictions["type"].astype(str).to_numpy(dtype=object)
    return [types == name for name in sorted(set(types))]


def _majority(answers: pd.Series) -> float:
    return float(answers.value_counts(normalize=True).max())
