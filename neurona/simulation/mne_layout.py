"""A simulated EEG study as MNE-Python files: for each subject, epochs of all recordings and one raw run.

    <subject>_task-scenes-epo.fif      one epoch a recording; metadata: recording, image, split, run
    <subject>_task-scenes_raw.fif      the first run, continuous, one trial a second; annotations name the images
    questions.parquet                  about the recordings

Values are in volts (the recordings' microvolts by 1e-6), the montage is biosemi64, `info["description"]` says SIMULATED.
"""

from __future__ import annotations

from pathlib import Path

import mne
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track

from neurona.simulation.continuous import record_run, runs
from neurona.simulation.measurement import EEG_HZ
from neurona.simulation.simulation import Simulation

NOTICE = "SIMULATED by Neurona: nobody was measured"
TASK = "scenes"
_TRIAL_S, _BEFORE_S = 1.0, 0.5
_VOLTS = 1e-6


def write_mne(simulation: Simulation, folder: Path, console: Console) -> None:
    """Write two files a subject."""
    simulation.dataset().questions.to_parquet(folder / "questions.parquet", index=False)
    for number, name in enumerate(track(simulation.subjects, "writing subjects", console=console, transient=True)):
        stem = f"{name}_task-{TASK}"
        epochs_of(simulation, name).save(folder / f"{stem}-epo.fif", overwrite=False, verbose="error")
        raw_run_of(simulation, number).save(folder / f"{stem}_raw.fif", overwrite=False, verbose="error")


def _info(simulation: Simulation, subject: str) -> mne.Info:
    info = mne.create_info(list(simulation.truth.measurement.channels), EEG_HZ, "eeg", verbose="error")
    info.set_montage("biosemi64")
    info["description"] = NOTICE
    info["subject_info"] = {"his_id": f"{subject} (SIMULATED)"}
    return info


def epochs_of(simulation: Simulation, subject: str) -> mne.EpochsArray:
    """The recordings of one subject."""
    data = simulation.recordings.data
    data = data.isel(recording=np.flatnonzero(data.subject.values == subject))
    columns = {name: [str(value) for value in data[name].values] for name in ("recording", "image", "split", "run")}
    step = int(2 * EEG_HZ)
    events = np.column_stack([step * np.arange(1, len(data) + 1), np.zeros(len(data), int), np.ones(len(data), int)])
    return mne.EpochsArray(
        data.values.astype(np.float64) * _VOLTS,
        _info(simulation, subject),
        events=events,
        tmin=float(data.time.values[0]),
        event_id={"image": 1},
        metadata=pd.DataFrame(columns),
        baseline=None,
        verbose="error",
    )


def raw_run_of(simulation: Simulation, subject: int) -> mne.io.RawArray:
    """The first run of one subject."""
    run = runs(simulation)[0]
    onsets = _BEFORE_S + _TRIAL_S * np.arange(len(run.images))
    times = np.arange(int((onsets[-1] + 2 * _TRIAL_S) * EEG_HZ)) / EEG_HZ
    rng = np.random.default_rng([simulation.seed, 100, subject, run.number])
    values = record_run(simulation, subject, run.images, onsets, times, rng)
    raw = mne.io.RawArray(values * _VOLTS, _info(simulation, simulation.subjects[subject]), verbose="error")
    names = [simulation.scenes[k].image for k in run.images]
    raw.set_annotations(mne.Annotations(onsets, np.full(len(onsets), 0.5), names))
    return raw
