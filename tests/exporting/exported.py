"""SIMULATED recordings of faces, houses and cats, some of them old; decoders of these, and what a user and an exported file say of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from random_programs import random_programs

import neurona as nr
from neurona.exporting.export import export
from neurona.exporting.runtime import load
from neurona.programs import to_logic

LABELS = np.array(["face", "house", "cat"])[np.arange(90) % 3]
NUMBERS = ("probability", "prior", "as_asked")


def recordings(rows: slice) -> nr.Dataset:
    """Of channels that respond to one label each."""
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(90, 12, 20)) + 1.5 * np.eye(12)[np.arange(90) % 3][:, :, None] * np.hanning(20)
    return nr.Dataset.from_arrays(signal[rows].astype(np.float32), LABELS[rows].tolist())


@cache
def fitted(kind: str):
    return nr.fit(recordings(slice(0, 70)), kind)


def programs(vocabulary, n: int, seed: int = 0) -> list[str]:
    drawn = random_programs(np.random.default_rng(seed), vocabulary, n, vocabulary.concepts)
    return [*map(to_logic, drawn), "count x. face(x) | cat(x)", "Is there a face?", "What is there?"]


def both(decoder, data, path: Path, asked, **options) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of a user of Neurona, and of the file."""
    manifest = export(decoder, path, asked, **options)
    texts, trials = [one["text"] for one in manifest["questions"]], data.recordings.data
    here = decoder.read(data).ask(texts).drop(columns="error")
    there = [
        {"recording": name, "query": one.question} | {part: getattr(one, part) for part in ("answer", *NUMBERS)}
        for name, trial in zip(trials.recording.values, load(path).stream(trials.values), strict=True)
        for one in trial.ask_all()
    ]
    order = ["query", "recording"]
    return (table.sort_values(order, ignore_index=True) for table in (here, pd.DataFrame(there)))
