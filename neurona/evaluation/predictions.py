"""Predictions tables: one row a question, read by everything in this room.

Rows are tied to each other: all questions about one image share what its recordings happened to show. So intervals draw and tests
flip whole *clusters*: images (recordings, where the table has no column `image`), and images of each seed apart where it
has the column `seed`. Where seeds differ in training alone, on the same recordings, cluster by image only: `by=("image",)`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int, Shaped

from neurona.errors import DataError, nearest_name

COLUMNS = ("question", "recording", "type", "program", "answer", "predicted", "score", "chance")
"""Columns of a predictions table; `score` is the logit of the answer yes (of the given word for describe), `chance` that of guessing the word,
missing where none is chosen (yes/no, counts)."""

UNITS = {
    "recording": ("seed", "recording"),
    "image": ("seed", "image"),
    "run": ("seed", "subject", "session", "run"),
    "session": ("seed", "subject", "session"),
    "subject": ("seed", "subject"),
}
"""What may be independent of each other, and the columns that tell such clusters of a table apart, as far as it has them."""

CLUSTER = UNITS["image"]

KEYS = ("seed", "subject", "fold", "question")
"""Columns that tell the questions of a table apart, as far as it has them."""

_YES_NO = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}


def canonical_answers(answers: pd.Series) -> pd.Series:
    """Answers as text; True, "true" and "Yes" become "yes", False, "false" and "No" become "no"."""
    if pd.api.types.infer_dtype(answers, skipna=True) != "string":
        return answers.astype(object).map(_canonical).astype(object)
    # Many questions have few answers. (Mixed columns cannot be counted so, for True is 1 there.)
    place, words = pd.factorize(answers)
    text = np.array([*map(_canonical, words), "nan"], dtype=object)  # -1 is a missing answer
    return pd.Series(text[place], index=answers.index, dtype=object)


def _canonical(answer: object) -> str:
    text = _text(answer)
    return _YES_NO.get(text.lower(), text)


def _text(answer: object) -> str:
    """Text of an answer; a whole number that a column with gaps turned into 2.0 is "2" again."""
    return str(int(answer)) if isinstance(answer, float) and answer.is_integer() else str(answer)


def forms_of(predictions: pd.DataFrame) -> Shaped[np.ndarray, " question"]:
    """`yes/no`, `describe` or `count`: what each question asks for. A question that chooses from words is `describe`, though its words be yes and no."""
    stated = pd.to_numeric(predictions["chance"]).notna().to_numpy()
    yes_no = canonical_answers(predictions["answer"]).isin(["yes", "no"]).to_numpy()
    return np.where(stated, "describe", np.where(yes_no, "yes/no", "count")).astype(object)


def answers_in(predictions: pd.DataFrame, column: str) -> pd.Series:
    """The answers of a column as text that can be compared: canonical, but for words that were chosen from, which are what they are.

    Args:
        predictions: a predictions table.
        column: `answer` or `predicted`.
    """
    chosen = pd.to_numeric(predictions["chance"]).notna().to_numpy()
    found = canonical_answers(predictions[column]).to_numpy(copy=True)
    found[chosen] = [_text(answer) for answer in predictions[column].to_numpy()[chosen]]
    return pd.Series(found, index=predictions.index, dtype=object)


def right_answers(predictions: pd.DataFrame) -> Bool[np.ndarray, " question"]:
    """Which questions are answered rightly; a missing prediction is wrong."""
    return (answers_in(predictions, "answer") == answers_in(predictions, "predicted")).to_numpy(dtype=bool)


def clusters(predictions: pd.DataFrame, by: Sequence[str] = CLUSTER) -> Int[np.ndarray, " question"]:
    """The cluster of each question, numbered from 0.

    Args:
        predictions: a predictions table.
        by: columns that tell clusters apart; those that the table lacks are left out, and `recording` stands for `image`.

    Raises:
        DataError: the table has none of the columns.
    """
    if "image" in by and "image" not in predictions:
        by = ["recording" if column == "image" else column for column in by]
    found = [column for column in by if column in predictions]
    if not found:
        known = [str(name) for name in predictions.columns]
        raise DataError(
            f"predictions: none of the columns {list(by)} tells the clusters apart{nearest_name(by[-1], known)}"
        )
    return predictions.groupby(found, sort=True, dropna=False).ngroup().to_numpy(dtype=np.int64)


def check_predictions(predictions: pd.DataFrame, columns: Sequence[str] = COLUMNS) -> None:
    """Raise a DataError where a column is missing, there are no questions, or an answer is missing."""
    for column in columns:
        if column not in predictions.columns:
            found = [str(name) for name in predictions.columns]
            raise DataError(f"predictions: column {column!r} is missing{nearest_name(column, found)}")
    if predictions.empty:
        raise DataError("predictions: there are no questions to evaluate")
    missing = predictions["answer"].isna()
    if missing.any():
        first = predictions.loc[missing, "question"].iloc[0]
        raise DataError(f"predictions: question {first!r} has no answer ({int(missing.sum())} such questions)")


def check_unique(predictions: pd.DataFrame, name: str, keys: Sequence[str]) -> None:
    """Raise a DataError where two rows of a table cannot be told apart by `keys`."""
    twice = predictions.duplicated(list(keys))
    if twice.any():
        first = predictions.loc[twice, "question"].iloc[0]
        raise DataError(
            f"predictions {name!r}: question {first!r} stands twice ({int(twice.sum())} rows more than questions, told apart by "
            f"{list(keys)}); runs of several seeds or folds need a column `seed` or `fold`"
        )
