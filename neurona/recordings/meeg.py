"""M/EEG: epochs -> labelled recordings."""

from __future__ import annotations

import re
from collections.abc import Sequence

import mne
import numpy as np
from jaxtyping import Float

from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

AREAS = {
    "Fp": "frontopolar",
    "AF": "anterior frontal",
    "F": "frontal",
    "FC": "frontocentral",
    "FT": "frontotemporal",
    "T": "temporal",
    "C": "central",
    "CP": "centroparietal",
    "TP": "temporoparietal",
    "P": "parietal",
    "PO": "parieto-occipital",
    "O": "occipital",
}
"""Rows of the 10-05 system."""


def sensor_groups(channels: Sequence[str]) -> list[str]:
    """Region of each electrode: its row and hemisphere in the 10-05 system; an unknown name is a group of its own."""
    return [_region(name) or name for name in channels]


def _region(name: str) -> str | None:
    found = re.fullmatch(r"([A-Z][A-Za-z]?)(z|\d+)", name)
    if not found or found[1] not in AREAS:
        return None
    side = "midline" if found[2] == "z" else ("left" if int(found[2]) % 2 else "right")
    return f"{AREAS[found[1]]} {side}"


def position_groups(positions: Float[np.ndarray, "channel 3"]) -> list[str]:
    """Region of each sensor by its place in the head frame (x to the right, y to the front): a 3 x 3 grid.

    For sensors whose names say nothing, as in MEG. The borders are a third of the way from the middle to the rim.
    """
    across, along = np.round(1.5 * positions[:, :2] / np.abs(positions[:, :2]).max(axis=0)).clip(-1, 1).T
    sides, rows = {-1: "left", 0: "midline", 1: "right"}, {-1: "posterior", 0: "central", 1: "anterior"}
    return [f"{rows[int(row)]} {sides[int(side)]}" for side, row in zip(across, along, strict=True)]


def sensor_positions(channels: Sequence[str], montage: str = "standard_1005") -> Float[np.ndarray, "channel 3"]:
    """Positions in metres (head frame of MNE's montage).

    Raises:
        DataError: a channel is not in the montage.
    """
    # MNE 1.13 renamed its standard montages after the head they were measured on.
    renamed = {"standard_1005": "colin27_1005", "standard_1020": "colin27_1020"}.get(montage, montage)
    name = renamed if renamed in mne.channels.get_builtin_montages() else montage
    known = mne.channels.make_standard_montage(name).get_positions()["ch_pos"]
    missing = [name for name in channels if name not in known]
    if missing:
        raise DataError(f"channels {missing[:5]} are not in the montage {montage!r}; name a montage that has them")
    return np.array([known[name] for name in channels])


def epochs_recordings(epochs: mne.BaseEpochs, *, subject: str, run: str = "run-01", split: str = "") -> Recordings:
    """One recording for each MNE epoch; its label is the name of its event.

    Args:
        epochs: with events named in `event_id`; preload, pick and crop beforehand.
        subject, run, split: labels of all epochs.

    Returns:
        Recordings `[epoch, channel, time]` in SI units (V, T, T/m); channel groups are regions: by name where the names
        are those of the 10-05 system, else by position where positions are known.

    Raises:
        DataError: see `Recordings.validate`.
    """
    values = epochs.get_data(copy=False)
    names = {code: name for name, code in epochs.event_id.items()}
    kinds = sorted(set(epochs.get_channel_types()))
    located = np.array([channel["loc"][:3] for channel in epochs.info["chs"]])
    known = bool(np.isfinite(located).all() and located.any())
    named = any(_region(name) for name in epochs.ch_names)
    recordings = Recordings.make(
        values,
        ids=[f"sub-{subject}_{run}_epoch-{k:04d}" for k in range(len(values))],
        channels=epochs.ch_names,
        sampling_hz=float(epochs.info["sfreq"]),
        start_s=float(epochs.tmin),
        modality="+".join(kinds),
        units="SI",
        subject=[subject] * len(values),
        run=[run] * len(values),
        split=[split] * len(values),
        label=[names[code] for code in epochs.events[:, 2]],
        positions=located if known else None,
        groups=position_groups(located) if known and not named else sensor_groups(epochs.ch_names),
        space="head",
    )
    recordings.validate(f"epochs of subject {subject}")
    return recordings
