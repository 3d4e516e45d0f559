"""A small SIMULATED problem that decoders are tried on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from neurona.questions import Asked, Problem
from neurona.recordings.entities import fit_entities
from neurona.simulation import simulate
from neurona.simulation.settings import SimulationSettings


@lru_cache(maxsize=4)
def small_problem(null: str = "none", images: int = 200, snr: float = 1.0) -> tuple[Problem, Asked]:
    """SIMULATED: a problem, and questions about other recordings."""
    settings = SimulationSettings(
        subjects=1,
        images=images,
        questions=10,
        nouns=20,
        adjectives=6,
        components=64,
        parcels=8,
        snr=snr,
        test_share=0.3,
        null=null,
    )
    data = simulate(settings, 1).dataset()
    names = data.recordings.data.recording.values.astype(str)
    asked = Asked.of(data.questions, data.vocabulary, names.tolist())
    split = data.recordings.data.split.values.astype(str)
    train = np.flatnonzero(split == "train")
    part = np.full(len(names), 2)
    part[train] = np.arange(len(train)) % 6 == 0
    of_question = part[asked.recording]
    return (
        Problem(
            fit_entities(data.recordings, "groups").apply(data.recordings),
            data.vocabulary,
            asked.take(of_question == 0),
            asked.take(of_question == 1),
            simulated=True,
        ),
        asked.take(of_question == 2),
    )


def right(answers, asked: Asked) -> np.ndarray:
    """Which questions are answered rightly."""
    chosen = np.where(asked.is_describe, np.asarray(answers.describe).argmax(axis=1), np.asarray(answers.yes_no) > 0)
    return chosen == asked.target
