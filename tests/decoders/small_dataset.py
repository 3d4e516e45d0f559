"""A small SIMULATED data set, some of whose recordings are kept for later."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.label_questions import questions_from_labels
from neurona.programs import Vocabulary
from neurona.recordings.recordings import Recordings

LABELS = ("face", "house", "cat", "bottle")


@lru_cache(maxsize=2)
def small_dataset() -> tuple[Dataset, Recordings]:
    """SIMULATED EEG of one label each: 48 recordings to learn from, 16 others."""
    rng = np.random.default_rng(0)
    label = np.tile(np.arange(4), 16)
    names = [f"{row}{side}" for row in ("F", "C", "P", "O") for side in (3, 4)]
    patterns = rng.normal(size=(4, 8, 12))
    columns = {"subject": ["1"] * 64, "run": [f"run-{k // 16}" for k in range(64)], "split": [""] * 64}
    recordings = Recordings.make(
        patterns[label] + rng.normal(size=(64, 8, 12)),
        ids=[f"recording{k:02d}" for k in range(64)],
        channels=names,
        groups=[f"{name[0]} {'left' if name[1] == '3' else 'right'}" for name in names],
        sampling_hz=100.0,
        modality="eeg",
        units="uV",
        label=[LABELS[k] for k in label],
        simulated=True,
        **columns,
    )
    words = Vocabulary(LABELS, (), {"Category": LABELS}, {"animate": "face(x) | cat(x)"}, exclusive=("Category",))
    first, later = (Recordings(recordings.data.isel(recording=part)) for part in (slice(48), slice(48, 64)))
    ids, labels = (first.data[name].values.tolist() for name in ("recording", "label"))
    questions = questions_from_labels(ids, labels, words)
    return Dataset("labels", read_card("simulated"), first, questions, words=words), later
