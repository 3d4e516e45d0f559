"""Leaving the laboratory: what an exported file says beside its decoder, how long a trial takes NumPy, how much room it needs, what eight bits cost.

Decoders are fitted to some recordings and asked about others. Times are CPU times of one thread, trial by trial: reading it and answering every question of
the file. Run with OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from bars.bar import Bar, at_least, at_most, nothing_of, told

import neurona as nr
from neurona.decoders.fitted import FittedDecoder
from neurona.decoders.fitting import fit_decoder, held_for_validation
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.exporting.calibration import MOST
from neurona.exporting.export import export as write
from neurona.exporting.runtime import load
from neurona.recordings.recordings import Recordings
from neurona.simulation import simulate
from neurona.simulation.settings import SimulationSettings
from neurona.training.settings import TrainingSettings
from speeds.bench import Speeds

PROGRAMS, TRIALS = 60, 200
NUMBERS = "probability", "prior", "as_asked"


class Case(NamedTuple):
    """A decoder, and recordings that it was not fitted to with their questions."""

    name: str
    decoder: FittedDecoder
    train: nr.Dataset
    test: nr.Dataset


def export(speeds: Speeds) -> Iterator[Bar]:
    """All bars of all cases."""
    cases = [_labels("linear_evidence"), _labels("explain"), _scenes("linear", None, speeds.quick)]
    if not speeds.quick:
        cases.append(_scenes(NeuronaSettings(), TrainingSettings(epochs=20), False))
    for case in cases:
        yield from _measured(case, speeds.folder)


def _measured(case: Case, folder: Path) -> Iterator[Bar]:
    trials = case.test.recordings.data.values[:TRIALS]
    ids = case.test.recordings.data.recording.values[:TRIALS].astype(str).tolist()
    questions = case.test.questions
    questions = questions[questions.recording.isin(ids)]
    asked = questions.program.value_counts().index[:PROGRAMS].tolist()
    exact, whole = folder / f"{case.name} float32.zip", folder / f"{case.name} int8.zip"
    write(case.decoder, exact, asked)
    write(case.decoder, whole, asked, _calibration(case))
    here = _table(case.decoder.read(Recordings(case.test.recordings.data[:TRIALS])).ask(list(load(exact).questions)))
    there, times = _asked(exact, ids, trials)
    apart = max(
        abs(there[key][name] - here[key][name]) for key in here for name in NUMBERS if not np.isnan(here[key][name])
    )
    yield at_most(
        f"{case.name}: float32 file, largest difference from the decoder", apart, 1e-5, 8, {"questions": len(here)}
    )
    # At .5 exactly a difference of 1e-16 turns an answer.
    other = [
        key
        for key in here
        if there[key]["answer"] != here[key]["answer"] and abs(here[key]["probability"] - 0.5) > 1e-5
    ]
    yield nothing_of(f"{case.name}: answers that differ", len(other), len(here))
    yield at_most(
        f"{case.name}: p99 of a trial, ms of CPU",
        1e3 * float(np.quantile(times, 0.99)),
        20.0,
        1,
        {"median": float(np.median(times))},
    )
    folder_of = case.decoder.save(folder / f"{case.name} decoder")
    size = sum(file.stat().st_size for file in folder_of.rglob("*") if file.is_file())
    yield at_least(f"{case.name}: decoder's folder over the int8 file", size / whole.stat().st_size, 4.0, 1, {"decoder": size, "int8": whole.stat().st_size, "float32": exact.stat().st_size})  # fmt: skip
    yield from _price(case, trials, questions, folder)


def _price(case: Case, trials: np.ndarray, questions: pd.DataFrame, folder: Path) -> Iterator[Bar]:
    """What eight bits cost, over all questions about the trials: a few dozen would not tell .005 from nothing."""
    ids, right = list(dict.fromkeys(questions.recording)), {}
    place = {name: k for k, name in enumerate(case.test.recordings.data.recording.values.astype(str).tolist())}
    for bits, calibration in (("float32", None), ("int8", _calibration(case))):
        file = folder / f"{case.name} {bits}, every question.zip"
        write(case.decoder, file, questions.program.unique().tolist(), calibration)
        decoder = load(file)
        read = {name: decoder.read(trials[place[name]]) for name in ids}
        right[bits] = np.array(
            [read[row.recording].ask(row.program).answer == row.answer for row in questions.itertuples()]
        )
    yield told(
        f"{case.name}: right answers of {len(questions)} about recordings held out", f"{right['float32'].mean():.3f}"
    )
    yield at_least(
        f"{case.name}: right answers with int8, less those of float32",
        float(right["int8"].mean() - right["float32"].mean()),
        -0.005,
        4,
        {"turned": int((right["int8"] != right["float32"]).sum())},
    )


def _asked(file: Path, ids: list[str], trials: np.ndarray) -> tuple[dict[tuple[str, str], Any], list[float]]:
    """Answers by question and recording, and the seconds of each trial."""
    decoder, found, times = load(file), {}, []
    for name, trial in zip(ids, trials, strict=True):
        start = time.process_time()
        answers = decoder.read(trial).ask_all()
        times.append(time.process_time() - start)
        found.update({(one.question, name): one._asdict() for one in answers})
    return found, times


def _table(said: Any) -> dict[tuple[str, str], Any]:
    return {(row["query"], row["recording"]): row for row in said.to_dict("records")}


def _calibration(case: Case) -> np.ndarray:
    """The decoder's validation recordings."""
    data = case.train.recordings
    held = held_for_validation(np.array(case.train.images, dtype=object), np.ones(data.n_recordings, bool), 0.1, 0)
    return data.data.values[np.flatnonzero(held)[:MOST]]


def _part(data: nr.Dataset, chosen: np.ndarray) -> nr.Dataset:
    recordings = Recordings(data.recordings.data.isel(recording=np.flatnonzero(chosen)))
    names = set(recordings.data.recording.values.astype(str))
    return replace(data, recordings=recordings, questions=data.questions[data.questions.recording.isin(names)])


def _labels(kind: str) -> Case:
    """SIMULATED EEG of four labels, 64 channels x 128 samples, weak."""
    rng, label = np.random.default_rng(0), np.arange(600) % 4
    pattern = rng.normal(size=(4, 64, 1)) * np.hanning(128)
    signal = (0.05 * pattern[label] + rng.normal(size=(600, 64, 128))).astype(np.float32)
    data = nr.Dataset.from_arrays(signal, np.array(["face", "house", "cat", "shoe"])[label].tolist())
    train = np.arange(600) < 400
    return Case(
        f"{kind} (SIMULATED labels)",
        fit_decoder(_part(data, train), kind, entities="whole"),
        _part(data, train),
        _part(data, ~train),
    )


def _scenes(decoder: Any, training: TrainingSettings | None, quick: bool) -> Case:
    """SIMULATED fMRI of scenes of several things."""
    settings = SimulationSettings(
        subjects=1, images=300 if quick else 800, questions=20, nouns=40, adjectives=10, snr=0.1
    )
    data = simulate(settings, 0).dataset()
    train = data.recordings.data.split.values.astype(str) == "train"
    kind = decoder if isinstance(decoder, str) else decoder.kind
    fitted = fit_decoder(_part(data, train), decoder, entities="groups", training=training)
    return Case(f"{kind} (SIMULATED scenes)", fitted, _part(data, train), _part(data, ~train))
