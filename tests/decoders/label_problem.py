"""A small SIMULATED problem of labels: every recording shows one of four categories, and nothing else."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from neurona.datasets.label_questions import questions_from_labels
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities

LABELS = ("face", "house", "cat", "bottle")
VOCABULARY = Vocabulary(LABELS, (), {"Category": LABELS}, {"animate": "face(x) | cat(x)"}, exclusive=("Category",))


@lru_cache(maxsize=2)
def label_problem(noise: float = 1.0) -> tuple[Problem, Asked]:
    """SIMULATED: 96 recordings in six runs of 4 x 4; two runs are asked about, one is for validation."""
    rng = np.random.default_rng(0)
    label, run = np.tile(np.arange(4), 24), np.repeat(np.arange(6), 16)
    patterns = rng.normal(size=(4, 24))
    features = (patterns[label] + noise * rng.normal(size=(96, 24))).astype(np.float32)
    ids = [f"recording{k:02d}" for k in range(96)]
    entities = Entities(
        features, np.repeat(np.arange(6), 4).astype(np.int32), tuple(f"p{k}" for k in range(6)), "parcel"
    )
    table = questions_from_labels(ids, [LABELS[k] for k in label], VOCABULARY)
    asked = Asked.of(table, VOCABULARY, ids)
    part = np.array([0, 0, 0, 1, 2, 2])[run][asked.recording]
    groups = tuple(f"run{k}" for k in run)
    problem = Problem(
        entities,
        VOCABULARY,
        asked.take(part == 0),
        asked.take(part == 1),
        simulated=True,
        groups=groups,
        dataset="labels",
    )
    return problem, asked.take(part == 2)
