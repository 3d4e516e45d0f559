"""What answering without looking at the recording reaches: the levels of chance.

- `chance` (of accuracy tables). Yes and no: the accuracy of always giving the more frequent answer of the type's questions at hand. Describe:
  the questions' own `chance` (1 / number of words to choose from). Counts: the rate of the type's most frequent answer.
- the *majority rate*: of always giving the type's most frequent answer, whatever the form.
- the *range of guessing*, from fair guesses (1/2 for yes and no, the stated chance otherwise) to always giving the most frequent answer. A
  decoder that learned from noise ends somewhere between.
- chance of *balanced accuracy*. With n_ta questions of type t whose answer is a, n_a of them over all types, and K answers,

      balanced accuracy = 1/K sum_a right_a / n_a,    chance = 1/K sum_t max_a n_ta / n_a

  is the most that anyone reaches who knows the type of a question and nothing else. It is 1/K for one type, and more where types differ in how often
  they are answered yes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Shaped

from neurona.evaluation.predictions import answers_in, forms_of


def chance_of(predictions: pd.DataFrame) -> Float[np.ndarray, " question"]:
    """The level of chance of each question, as accuracy tables state it."""
    stated = pd.to_numeric(predictions["chance"]).to_numpy(dtype=float)
    return np.where(np.isnan(stated), majority_of(predictions), stated)


def majority_of(predictions: pd.DataFrame) -> Float[np.ndarray, " question"]:
    """The rate of the most frequent answer to the questions of the same type and form."""
    answers = answers_in(predictions, "answer")
    rate = np.zeros(len(predictions))
    for chosen in _kinds(predictions):
        rate[chosen] = answers[chosen].value_counts(normalize=True).max()
    return rate


def guessing_range(
    predictions: pd.DataFrame,
) -> tuple[Float[np.ndarray, " question"], Float[np.ndarray, " question"]]:
    """Accuracy of fair guesses and of the most frequent answer, for each question of a table; the first is never above the second."""
    fair = np.where(forms_of(predictions) == "yes/no", 0.5, chance_of(predictions))
    return fair, np.maximum(majority_of(predictions), fair)


def pooled_chance(predictions: pd.DataFrame, chosen: Bool[np.ndarray, " question"]) -> float:
    """The mean level of chance of a group of questions; NaN where it mixes forms, for a mean of chances of .5 and .1 is nobody's chance."""
    mixed = len(set(forms_of(predictions)[chosen])) > 1
    return float("nan") if mixed else float(chance_of(predictions)[chosen].mean())


def balanced_accuracy(
    answers: Shaped[np.ndarray, " question"],
    types: Shaped[np.ndarray, " question"],
    right: Bool[np.ndarray, " question"],
) -> tuple[float, float]:
    """Balanced accuracy of a group of questions, and its chance (see above).

    Args:
        answers: the true ones.
        types: of the questions.
        right: which are answered rightly.
    """
    counts = pd.crosstab(types, answers)  # type x answer
    shares = counts / counts.sum(axis=0)
    balanced = pd.Series(right).groupby(answers).mean().mean()
    return float(balanced), float(shares.max(axis=1).sum() / counts.shape[1])


def _kinds(predictions: pd.DataFrame) -> list[Bool[np.ndarray, " question"]]:
    """The questions of each type and form."""
    keys = pd.Series(predictions["type"].astype(str).to_numpy()) + "\0" + forms_of(predictions)
    return [(keys == key).to_numpy() for key in sorted(set(keys))]
