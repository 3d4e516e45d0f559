"""What a decoder says about the recordings of held-out questions."""

from __future__ import annotations

import numpy as np

from neurona.questions import Asked, Problem


def read(decoder, problem: Problem, asked: Asked):
    """The reading of the recordings that are asked about, and the place of each question's recording in it."""
    rows, place = np.unique(asked.recording, return_inverse=True)
    return decoder.read(problem.entities.features[rows], [f"r{row}" for row in rows]), place.astype(np.int64)


def accuracy(decoder, problem: Problem, asked: Asked) -> float:
    """Share of questions that are answered rightly."""
    reading, place = read(decoder, problem, asked)
    return float(np.mean(np.array(reading.ask_each(asked.queries, place).answer) == asked.table.answer.to_numpy(str)))
