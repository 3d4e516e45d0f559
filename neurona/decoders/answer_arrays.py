"""Answers to many questions at once: what all decoders without a gradient loop share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from neurona.decoders.problem import Asked
from neurona.execution import Answers


def no_answers(asked: Asked) -> Answers:
    """Answers to be filled in: yes/no 0, describe -inf."""
    longest = max(map(len, asked.words), default=0)
    return Answers(np.zeros(len(asked)), np.full((len(asked), max(longest, 1)), -np.inf))  # type: ignore[arg-type]


def programs(asked: Asked) -> Iterator[tuple[str, Int[np.ndarray, " place"]]]:
    """Each different program and the places of its questions."""
    for text, places in asked.table.groupby("program", sort=False).indices.items():
        yield str(text), np.asarray(places, np.int64)


def log_odds(p: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """log p / (1 - p), kept finite."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p) - np.log1p(-p)


class Items(NamedTuple):
    """Possible answers, one after another: one for a yes/no question, one for each word of a describe question.

    Attributes:
        question: of each item.
        word: its place among the question's words; 0 for yes/no.
        columns: of some table of scores; -1: none.
    """

    question: Int[np.ndarray, " item"]
    word: Int[np.ndarray, " item"]
    columns: Int[np.ndarray, "item column"]


def items_of(asked: Asked, columns: Callable[[int, str], Sequence[int]], width: int) -> Items:
    """The items of all questions.

    Args:
        asked: questions.
        columns: from one question (an example of its program) and a word (empty for yes/no) to at most `width` columns.
        width: columns of an item.
    """
    questions, words, found = [], [], []
    for _, places in programs(asked):
        choices = asked.words[places[0]] or ("",)
        table = np.full((len(choices), width), -1, np.int64)
        for row, word in zip(table, choices, strict=True):
            chosen = columns(int(places[0]), word)
            row[: len(chosen)] = chosen
        questions.append(np.repeat(places, len(choices)))
        words.append(np.tile(np.arange(len(choices)), len(places)))
        found.append(np.tile(table, (len(places), 1)))
    if not questions:
        return Items(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, width), np.int64))
    return Items(np.concatenate(questions), np.concatenate(words), np.concatenate(found))


def gathered(
    scores: Float[np.ndarray, "recording score"], asked: Asked, items: Items, missing: float = 0.0
) -> Float[np.ndarray, "item column"]:
    """The scores of the items' columns in the recordings that their questions are about."""
    rows = asked.recording[items.question][:, None]
    return np.where(items.columns >= 0, scores[rows, np.maximum(items.columns, 0)], missing)
