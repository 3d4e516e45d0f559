"""Which of the answers to closed questions answer the questions that were asked: of one for things (who, what, where), the likeliest choice's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from neurona.programs import Query
from neurona.programs.open_question import OpenQuestion


def queries_of(question: Query | OpenQuestion) -> Sequence[Query]:
    """The closed questions that a question is asked by."""
    return question.queries if isinstance(question, OpenQuestion) else (question,)


def answered(
    questions: Sequence[Query | OpenQuestion],
    answer: Sequence[str],
    probability: Float[np.ndarray, " closed"],
    n: int,
) -> tuple[Int[np.ndarray, " asked"], list[str]]:
    """Of each question about each of n recordings, the place of its answer among those of its closed questions, and the answer.

    Args:
        questions: that were asked.
        answer, probability: of the closed questions, one after the other, each about all recordings.
        n: how many recordings.
    """
    places, answers, start = [np.zeros(0, np.int64)], list[str](), 0
    for question in questions:
        end = start + len(queries_of(question)) * n
        if isinstance(question, OpenQuestion):
            best = np.nan_to_num(probability[start:end], nan=-1.0).reshape(-1, n).argmax(axis=0)
            places.append(start + best * n + np.arange(n))
            answers += [question.choices[k] for k in best]
        else:
            places.append(np.arange(start, end))
            answers += answer[start:end]
        start = end
    return np.concatenate(places), answers
