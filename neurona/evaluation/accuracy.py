"""Accuracy by question type, with its interval and the level of chance.

What `chance` means here:

- A type whose answers are yes and no: the accuracy of always giving the more frequent answer of the
  questions at hand. Where 90 % of the answers are no, 0.9 is nothing to be proud of. `balanced`, the mean of
  the share of yes questions and the share of no questions answered rightly, is given beside it; its chance is
  always 0.5.
- Any other type: the mean of the questions' own `chance` (for describe: 1 / number of members of the
  category). Questions without one (counts) take the rate of the type's most frequent answer.
- `overall`: the mean of the types' chances, weighted by their numbers of questions.

Where a predictions table has the columns `negative` and `pair`, each kind of denied question has a row of its own over whole
pairs: the denied questions of that kind and the true ones that they are paired with. Where it has the column `ideal` (simulated
data: the highest accuracy that can be expected of any decoder on that question), each row says which share of it was reached.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd
from jaxtyping import Bool, Shaped

from neurona.errors import DataError, nearest_name
from neurona.evaluation.intervals import cluster_bootstrap_interval, wilson_interval

COLUMNS = ("question", "recording", "type", "program", "answer", "predicted", "score", "chance")
"""Columns of a predictions table; `score` is the logit of the answer yes (of the given word for describe)."""

_YES_NO = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}


class Accuracy(TypedDict):
    """One row of an accuracy table: share of right answers, its 95 % interval, chance, questions."""

    value: float
    low: float
    high: float
    chance: float
    n: int
    balanced: NotRequired[float]
    ideal: NotRequired[float]
    of_ideal: NotRequired[float]


def accuracy_table(predictions: pd.DataFrame, seed: int = 0) -> dict[str, Accuracy]:
    """Accuracy of each question type and of all questions together.

    Args:
        predictions: one row a question, with the columns `COLUMNS`. A missing prediction counts as wrong.
        seed: of the bootstrap over recordings.

    Returns:
        `{type: {value, low, high, chance, n}}` in alphabetical order, then the kinds of denied questions (`type, kind`), then
        `overall`; rows with yes and no answers also have `balanced`, rows of simulated data `ideal` and `of_ideal`. The interval is Wilson's where each recording has one question of the
        type, and a bootstrap over recordings otherwise.

    Raises:
        DataError: a column is missing, there are no questions, an answer is missing, or a type is named
            `overall`.
    """
    _check(predictions)
    truth = canonical_answers(predictions["answer"])
    right = (truth == canonical_answers(predictions["predicted"])).to_numpy(dtype=bool)
    recordings = predictions["recording"].astype(str).to_numpy(dtype=object)
    types = predictions["type"].astype(str).to_numpy(dtype=object)
    expected = np.zeros(len(predictions))
    for kind in sorted(set(types)):
        chosen = types == kind
        expected[chosen] = _chance(truth[chosen], predictions["chance"][chosen])

    def row(chosen: Bool[np.ndarray, " n"]) -> Accuracy:
        found = _row(right[chosen], recordings[chosen], float(expected[chosen].mean()), seed)
        if "ideal" in predictions and predictions["ideal"][chosen].notna().all():
            found["ideal"] = float(predictions["ideal"][chosen].mean())
            found["of_ideal"] = found["value"] / found["ideal"]
        return found

    table: dict[str, Accuracy] = {}
    for name, chosen in (_types(types) | _denied(predictions, types)).items():
        table[name] = row(chosen)
        if is_yes_no(truth[chosen]):
            shares = [right[chosen & (truth == answer).to_numpy()].mean() for answer in sorted(set(truth[chosen]))]
            table[name]["balanced"] = float(np.mean(shares))
    table["overall"] = row(np.ones(len(predictions), dtype=bool))
    return table


def _types(types: Shaped[np.ndarray, " n"]) -> dict[str, Bool[np.ndarray, " n"]]:
    return {kind: types == kind for kind in sorted(set(types))}


def _denied(predictions: pd.DataFrame, types: Shaped[np.ndarray, " n"]) -> dict[str, Bool[np.ndarray, " n"]]:
    """`type, kind` -> the denied questions of that kind and those that they are paired with."""
    if not {"negative", "pair"} <= set(predictions.columns):
        return {}
    negative = predictions["negative"].fillna("").astype(str).to_numpy(dtype=object)
    pair = predictions["pair"].fillna("").astype(str).to_numpy(dtype=object)
    found = {}
    for kind in sorted(set(negative) - {""}):
        for of_type in sorted(set(types[negative == kind])):
            told = set(pair[(negative == kind) & (types == of_type)]) - {""}
            chosen = (types == of_type) & np.isin(pair, list(told)) & np.isin(negative, ["", kind])
            if chosen.any():
                found[f"{of_type}, {kind}"] = chosen
    return found


def interval(
    correct: Bool[np.ndarray, " n"], groups: Shaped[np.ndarray, " n"] | None, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of mean(correct): Wilson's for independent answers, else the cluster bootstrap."""
    if groups is None or len(np.unique(groups)) == len(correct):
        return wilson_interval(float(correct.sum()), float(len(correct)))
    return cluster_bootstrap_interval(correct, groups, seed)


def canonical_answers(answers: pd.Series) -> pd.Series:
    """Answers as text; True, "true" and "Yes" become "yes", False, "false" and "No" become "no"."""
    text = answers.astype(object).map(_text)
    return text.map(lambda word: _YES_NO.get(word.lower(), word)).astype(object)


def _text(answer: object) -> str:
    """Text of an answer; a whole number that a column with gaps turned into 2.0 is "2" again."""
    return str(int(answer)) if isinstance(answer, float) and answer.is_integer() else str(answer)


def is_yes_no(answers: pd.Series) -> bool:
    """Whether all answers (as `canonical_answers` gives them) are yes or no."""
    return set(answers) <= {"yes", "no"}


def _row(right: Bool[np.ndarray, " n"], recordings: Shaped[np.ndarray, " n"], chance: float, seed: int) -> Accuracy:
    low, high = interval(right, recordings, seed)
    return {"value": float(right.mean()), "low": low, "high": high, "chance": chance, "n": len(right)}


def _chance(answers: pd.Series, stated: pd.Series) -> float | np.ndarray:
    majority = float(answers.value_counts(normalize=True).max())
    if is_yes_no(answers):
        return majority
    return pd.to_numeric(stated).fillna(majority).to_numpy(dtype=float)


def _check(predictions: pd.DataFrame) -> None:
    for column in COLUMNS:
        if column not in predictions.columns:
            found = [str(name) for name in predictions.columns]
            raise DataError(f"predictions: column {column!r} is missing{nearest_name(column, found)}")
    if predictions.empty:
        raise DataError("predictions: there are no questions to evaluate")
    missing = predictions["answer"].isna()
    if missing.any():
        first = predictions.loc[missing, "question"].iloc[0]
        raise DataError(f"predictions: question {first!r} has no answer ({int(missing.sum())} such questions)")
    if (predictions["type"].astype(str) == "overall").any():
        raise DataError("predictions: a question type is named 'overall', the name of the summary; rename it")
