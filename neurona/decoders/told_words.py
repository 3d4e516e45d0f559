"""What answers tell of words in each recording: that a word holds somewhere, nowhere, or nothing (`programs.statements`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from neurona.programs import Query, Vocabulary
from neurona.programs.statements import stated_words
from neurona.questions import Asked


def told_words(
    asked: Asked, vocabulary: Vocabulary, words: Sequence[str], n_recordings: int
) -> Float[np.ndarray, "recording word"]:
    """1 where a word is said to hold, 0 where it is said not to, NaN where it is unknown; a yes outweighs a no.

    Args:
        asked: questions with their answers.
        vocabulary: defines words.
        words: columns.
        n_recordings: rows, that `asked.recording` counts.
    """
    place = {word: k for k, word in enumerate(words)}
    found = np.full((n_recordings, len(words)), np.nan, np.float32)
    rows: dict[tuple[Query, str], list[int]] = {}
    answers = asked.table.answer.to_numpy(dtype=str).tolist()
    for query, answer, row in zip(asked.queries, answers, asked.recording.tolist(), strict=True):
        rows.setdefault((query, answer), []).append(row)
    for (query, answer), about in rows.items():
        for word, holds in stated_words(query, answer, vocabulary).items():
            if word in place:
                cell = found[about, place[word]]
                found[about, place[word]] = 1.0 if holds else np.where(np.isnan(cell), 0.0, cell)
    return found
