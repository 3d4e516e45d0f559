"""SIMULATED recordings of two people, two sessions each, two runs a session; every run has gains and offsets of its own."""

from __future__ import annotations

import numpy as np

from neurona.recordings.recordings import Recordings

EACH = 12
"""Recordings in a run."""


def drifting(seed: int = 0, *, channels: int = 6, times: int = 10, drift: float = 1.0) -> Recordings:
    """Labels a, b and c take turns, so that every run holds as many of each."""
    rng = np.random.default_rng(seed)
    runs = [(who, when, number) for who in "12" for when in "ab" for number in "12"]
    label = np.tile(np.arange(3), len(runs) * EACH // 3)
    patterns = 2 * rng.normal(size=(3, channels, 1))
    values = patterns[label] + rng.normal(size=(len(label), channels, times))
    gain, offset = np.exp(drift * rng.normal(size=(len(runs), channels, 1))), rng.normal(size=(len(runs), channels, 1))
    of = np.repeat(np.arange(len(runs)), EACH)
    made = Recordings.make(
        gain[of] * values + 3 * drift * offset[of],
        ids=[f"r{k}" for k in range(len(label))],
        channels=[f"c{k}" for k in range(channels)],
        sampling_hz=100.0,
        modality="eeg",
        units="uV",
        subject=[runs[k][0] for k in of],
        run=[f"run-{runs[k][2]}" for k in of],
        split=[""] * len(label),
        label=["abc"[k] for k in label],
        simulated=True,
    )
    return Recordings(made.data.assign_coords(session=("recording", [runs[k][1] for k in of])))


def rows(recordings: Recordings, chosen) -> Recordings:
    """Some of them."""
    return Recordings(recordings.data.isel(recording=chosen))
