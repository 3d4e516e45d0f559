"""What the question alone gives away: answerers that know the program and never see a recording.

Three are fitted on training questions and asked test questions:

- `majority`: the most frequent answer of the test questions themselves, the level to beat;
- `lookup`: the most frequent answer to the same program in training, else the most frequent one of all;
- `words`: logistic regression on the program's words, each also bound to its role (its variable).

On balanced questions neither of the last two beats chance on yes/no, nor the first on describe questions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from neurona.scenes.word_model import WordModel

YES_NO = ("object", "attribute", "relation")
"""Types of questions that are answered by yes or no; every other type is a category in lower case."""


def question_only_accuracy(train: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """How well the answerers do, on yes/no questions together and on each type.

    Args:
        train, test: questions with the columns program, answer, type.

    Returns:
        One row for `yes/no`, each type, and `describe` (all describe questions together): columns type, majority,
        lookup, words (accuracies), n (test questions).
    """
    right = {name: np.zeros(len(test)) for name in ("majority", "lookup", "words")}
    group = _group(test.type)
    for name in dict.fromkeys(group):
        rows = (group == name).to_numpy()
        fitted = train[(_group(train.type) == name).to_numpy()]
        asked = test[rows]
        truth = asked.answer.to_numpy(dtype=str)
        for kind, given in answers_from_questions(
            fitted.program.to_list(), fitted.answer.to_list(), asked.program.to_list()
        ).items():
            right[kind][rows] = given == truth
        # On yes/no each type has a majority of its own.
        for _, places in asked.groupby("type").indices.items():
            answers, counts = np.unique(truth[places], return_counts=True)
            right["majority"][np.flatnonzero(rows)[places]] = truth[places] == answers[counts.argmax()]
    table = pd.DataFrame({"type": test.type.to_numpy(), **right})
    yes_no = table.type.isin(YES_NO)
    parts = {"yes/no": table[yes_no], **dict(iter(table.groupby("type"))), "describe": table[~yes_no]}
    return pd.DataFrame(
        [
            {"type": name, **part[list(right)].mean().to_dict(), "n": len(part)}
            for name, part in parts.items()
            if len(part)
        ]
    )


def answers_from_questions(
    programs: Sequence[str], answers: Sequence[str], asked: Sequence[str]
) -> dict[str, np.ndarray]:
    """Answers of `lookup` and `words`, fitted on programs and answers, to the asked programs."""
    if not len(programs):
        return {name: np.full(len(asked), "", dtype=object) for name in ("lookup", "words")}
    table = pd.DataFrame({"program": programs, "answer": answers})
    counts = table.value_counts(sort=False).reset_index(name="n").sort_values(["n", "answer"], ascending=[False, True])
    best = counts.drop_duplicates("program").set_index("program").answer
    overall = str(table.answer.value_counts().sort_index().idxmax())
    lookup = np.array([best.get(program, overall) for program in asked], dtype=object)
    return {"lookup": lookup, "words": _by_words(programs, answers, asked)}


def _by_words(programs: Sequence[str], answers: Sequence[str], asked: Sequence[str]) -> np.ndarray:
    probability, classes = word_probabilities(programs, answers, asked)
    return np.array(classes, dtype=object)[probability.argmax(axis=1)]


def word_probabilities(
    programs: Sequence[str], answers: Sequence[str], asked: Sequence[str]
) -> tuple[np.ndarray, list[str]]:
    """Probability of each answer `[asked, answer]` by the program's words alone, and the answers."""
    model = WordModel.fit(programs, answers)
    return model(asked), list(model.answers)


def _group(types: pd.Series) -> pd.Series:
    return types.where(~types.isin(YES_NO), "yes/no")
