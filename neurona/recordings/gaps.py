"""Gaps in M/EEG files: moments at which the signal was interrupted and samples that stand side by side were not taken one after the other.

Where a file says so, the moments become annotations, filters work on each piece by itself and windows over a gap are left out: acquisition
skips of FIF (MNE fills them, so that times stay what they were), new segments of BrainVision, boundaries of EEGLAB. EDF+D and BDF+D files
(discontinuous: each data record has a time of its own) are read where there is no gap and refused where there is one,
for MNE counts their samples as if none were missing, and onsets in events.tsv are times.

B. Kemp, J. Olivan (2003). European data format 'plus' (EDF+), an EDF alike standard format for the exchange of physiological data.
Clinical Neurophysiology 114, 1755-1761.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mne
import numpy as np
from jaxtyping import Float

from neurona.errors import DataError

_MARKS = ("bad_acq_skip", "bad boundary", "edge boundary", "boundary", "new segment/")


def gaps_of(raw: mne.io.BaseRaw) -> list[tuple[float, float]]:
    """Start (seconds after the first sample) and duration of each gap that a recording's own annotations tell of."""
    found = [
        (float(one["onset"]) - raw.first_time, float(one["duration"]))
        for one in raw.annotations
        if is_gap(one["description"])
    ]
    # What BrainVision calls the first segment begins with the recording.
    return [gap for gap in found if gap[0] > 0.5 / raw.info["sfreq"]]


def is_gap(description: str) -> bool:
    """Whether an annotation of this description marks a gap, or where a recording begins."""
    return description.lower().startswith(_MARKS)


def mark_gaps(
    raw: mne.io.BaseRaw, gaps: Sequence[tuple[float, float]], bad: Sequence[tuple[float, float]] = ()
) -> mne.io.BaseRaw:
    """Replace a recording's annotations by its gaps and bad segments, in place; events are no annotations here, whatever they are called."""
    # Epochs over either are dropped; MNE's filters stop at the first mark, not at the second.
    marks = ["BAD_ACQ_SKIP"] * len(gaps) + ["BAD_segment"] * len(bad)
    onsets, durations = np.array([*gaps, *bad], dtype=float).reshape(-1, 2).T
    return raw.set_annotations(mne.Annotations(onsets, durations, marks))


def refuse_gaps(path: Path) -> None:
    """Raise a DataError for an EDF+D or BDF+D file with a gap, saying where."""
    if path.suffix.lower() not in (".edf", ".bdf"):
        return
    starts, length = record_times(path)
    gaps = np.flatnonzero(np.abs(np.diff(starts) - length) > 1e-3 * length)
    if len(gaps):
        first = gaps[0]
        raise DataError(
            f"{path}: discontinuous (EDF+D) with {len(gaps)} gap(s), the first after {length * (first + 1):g} s of signal: data record "
            f"{first + 2} starts at {starts[first + 1]:g} s, expected {starts[first] + length:g} s; write each piece as a run of its own "
            "(EDF+C), with the events' onsets counted from its start"
        )


def record_times(path: Path) -> tuple[Float[np.ndarray, " record"], float]:
    """Start of each data record of an EDF+D or BDF+D file in seconds, and the records' length; no starts for other files.

    The start is the first time stamp in a record's first annotation signal: `+12.5`, ended by the byte 20.

    Raises:
        DataError: the header or a time stamp cannot be read.
    """
    none = np.zeros(0)
    with path.open("rb") as file:
        header = file.read(256)
        if header[192:197] not in (b"EDF+D", b"BDF+D"):
            return none, 1.0
        try:
            n_records, length, n_signals = int(header[236:244]), float(header[244:252]), int(header[252:256])
            rest = file.read(256 * n_signals)
            labels = [rest[16 * k : 16 * (k + 1)].strip() for k in range(n_signals)]
            counts = rest[216 * n_signals : 224 * n_signals]
            sizes = [int(counts[8 * k : 8 * (k + 1)]) for k in range(n_signals)]
            place = next(k for k, label in enumerate(labels) if label in (b"EDF Annotations", b"BDF Annotations"))
        except (ValueError, StopIteration) as error:
            raise DataError(f"{path}: the header of a discontinuous file cannot be read ({error!r})") from error
        width = 3 if header[:1] == b"\xff" else 2
        before, size, record = width * sum(sizes[:place]), width * sizes[place], width * sum(sizes)
        starts = []
        for k in range(n_records):
            file.seek(256 * (n_signals + 1) + k * record + before)
            stamp = file.read(size).partition(b"\x14")[0]
            try:
                starts.append(float(stamp))
            except ValueError as error:
                raise DataError(f"{path}: data record {k + 1} has no time stamp (found {stamp[:12]!r})") from error
    return (np.array(starts), length) if length else (none, 1.0)
