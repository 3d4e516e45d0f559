"""Do SIMULATED recordings look like real ones? A classifier two-sample test, with real against real as its ceiling.

Real recordings of two halves of the people (of one person: every other run) say what a classifier tells apart where nothing is simulated: .5 if they are
alike, more as people differ. Both sources are brought to as many channels and samples: channels drawn from the larger one, EEG at 50 Hz, and the mean of the
SIMULATED volumes where a real recording is one number a voxel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy.signal
from bars.bar import Bar, told
from bars.lab import EXPERIMENTS

import neurona as nr
from neurona.errors import NeuronaError
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.metrics.two_sample import DESCRIPTORS, describe_recordings, two_sample
from neurona.experiments.papers.tables import read_tables
from neurona.recordings.entities.channels import places
from neurona.recordings.recordings import Recordings
from neurona.simulation import SimulationSettings, simulate
from trusted.bench import Trusted

PREFIX = "data.simulation."
TWINS = "shipped", "all"
PEOPLE = 4
MOST = 600
"""Recordings of a side."""


@dataclass(frozen=True)
class Side:
    """Descriptors of some recordings, and what stays together."""

    described: np.ndarray
    group: np.ndarray


def realism(trusted: Trusted) -> Iterator[Bar]:
    """Haxby's ventral temporal cortex and EEGMMIDB."""
    yield from _beside("Haxby VT", "haxby2001_vt", {}, "fmri", trusted)
    yield from _beside("EEGMMIDB", "eegmmidb", {"runs": [3, 4, 7, 8, 11, 12], "rest": False}, "eeg", trusted)


def _beside(name: str, dataset: str, settings: dict, modality: str, trusted: Trusted) -> Iterator[Bar]:
    try:
        recordings = nr.load_dataset(dataset, **settings).recordings
    except NeuronaError as error:
        yield told(f"realism, {name}", f"skipped: {error}")
        return
    data = recordings.data
    people = data.subject.values.astype(str)
    names = np.unique(people)
    half = np.isin(people, names[: len(names) // 2]) if len(names) > 1 else _alternate_runs(data.run.values.astype(str))
    base = SimulationSettings(subjects=PEOPLE, images=MOST // PEOPLE, questions=0, snr=0.1, modality=modality)
    twins = read_tables(EXPERIMENTS / "neurona_iclr2026" / "tables.yaml").tables["misspecified"].variants
    dials = {twin: {key.removeprefix(PREFIX): value for key, value in twins[twin].items()} for twin in TWINS}
    made = {twin: simulate(replace(base, **chosen), seed=0).recordings for twin, chosen in dials.items()}
    sources = [recordings, *made.values()]
    channels = min(one.data.sizes["channel"] for one in sources)
    samples = min(_sampled(one, modality).shape[2] for one in sources)
    sides = [_side(recordings, chosen, modality, channels, samples) for chosen in (half, ~half)]
    yield _told(f"realism, {name}: real against real", sides[0], sides[1], trusted)
    real = Side(*(np.concatenate([getattr(side, k) for side in sides]) for k in ("described", "group")))
    for twin, simulated in made.items():
        side = _side(simulated, np.ones(simulated.n_recordings, bool), modality, channels, samples)
        yield _told(f"realism, {name}: real against SIMULATED, {twin}", real, side, trusted)
        apart = (side.described.mean(axis=0) - real.described.mean(axis=0)) / (real.described.std(axis=0) + 1e-9)
        shown = " ".join(f"{what} {value:+.1f}" for what, value in zip(DESCRIPTORS, apart, strict=True))
        yield told(f"realism, {name}: SIMULATED, {twin}, less real, in standard deviations", shown)


def _alternate_runs(runs: np.ndarray) -> np.ndarray:
    return np.unique(runs, return_inverse=True)[1].reshape(-1) % 2 == 0


def _sampled(recordings: Recordings, modality: str) -> np.ndarray:
    """Values at 50 Hz where they are EEG: what the filters of both sources let through."""
    values = recordings.data.values
    if modality != "eeg":
        return values
    found: np.ndarray = scipy.signal.resample_poly(values, 50, round(recordings.data.attrs["sampling_hz"]), axis=2)
    return found


def _side(recordings: Recordings, chosen: np.ndarray, modality: str, channels: int, samples: int) -> Side:
    """Descriptors, each person standardised apart."""
    data = recordings.data
    kept = np.sort(np.random.default_rng(0).permutation(data.sizes["channel"])[:channels])
    values = _sampled(recordings, modality)[chosen][:, kept]
    # Of one number a voxel: what a mean over the block is.
    values = values.mean(axis=2, keepdims=True) if samples == 1 else values[:, :, :samples]
    positions = places(recordings)
    subject, run = (data[name].values.astype(str)[chosen] for name in ("subject", "run"))
    described = np.zeros((len(values), len(DESCRIPTORS)))
    for one in np.unique(subject):
        near = None if positions is None else positions[kept]
        described[subject == one] = describe_recordings(values[subject == one], near)
    return Side(described, np.char.add(subject, run))


def _told(name: str, first: Side, second: Side, trusted: Trusted) -> Bar:
    rng = np.random.default_rng(0)
    most = 200 if trusted.quick else MOST
    first, second = (
        Side(one.described[rows], one.group[rows])
        for one in (first, second)
        for rows in [np.sort(rng.permutation(len(one.group))[:most])]
    )
    right = two_sample(first.described, second.described, (first.group, second.group))
    low, high = accuracy_interval(right.astype(bool))
    return told(name, f"{right.mean():.3f} ({low:.3f} to {high:.3f})", {"accuracy": float(right.mean())})
