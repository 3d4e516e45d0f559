"""A continuous M/EEG run as windows that slide over it, a part of the signal in memory at a time.

Each part is filtered, repaired and resampled with so much signal on both sides as the filters reach, so that its windows hold what they would if the whole run had been worked on
at once (zero-phase FIR filters: to float tolerance; the Hilbert transform of band power, which reaches further: nearly). Resampled to half or a quarter of the rate they are so, too; to other rates MNE-Python's Fourier
method moves each part by up to half a new sample, as it does a whole run. Memory does not grow with the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import mne
import numpy as np
import pandas as pd
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.epoching import Epoching, epochs_at, prepared
from neurona.recordings.gaps import mark_gaps
from neurona.recordings.raw_epochs import bad_segments, recordings_of
from neurona.recordings.raw_runs import RawRun
from neurona.recordings.recordings import Recordings

PART_S = 120.0
"""Seconds of signal that are worked on at a time, or twice what the filters reach where that is more."""
PART_BYTES = 2**27
"""Of the windows of a part."""
_NOTCH_S = 6.7
"""Length of MNE-Python's notch filter: 3.3 over half of its transition of 1 Hz."""
_RESAMPLED_S = 1.0
"""Seconds that are left over on both sides where the signal is resampled."""


def onsets_of(run: RawRun, epoching: Epoching, every_s: float) -> np.ndarray:
    """Onsets of the windows that lie inside a run, in seconds after its first sample, `every_s` apart.

    Raises:
        DataError: windows less than a sample apart, or a run that is shorter than one window.
    """
    if not every_s * run.sfreq >= 1:
        raise DataError(f"every: {every_s:g} s; expected a sample ({1 / run.sfreq:g} s) or more from window to window")
    first, last = max(0.0, -epoching.tmin), run.end - max(0.0, epoching.tmax) - 1 / run.sfreq
    if last < first:
        raise DataError(
            f"{run.file}: {run.end:g} s long, and a window goes from {epoching.tmin:g} to {epoching.tmax:g} s around its onset; none fits in"
        )
    return first + every_s * np.arange(int((last - first) / every_s + 1e-9) + 1)


def sliding_windows(
    run: RawRun, *, epoching: Epoching, every_s: float, simulated: bool = False, console: Console | None = None
) -> Iterator[Recordings]:
    """Windows of a run in the order of time, those of a part of the signal together.

    Windows that gaps or bad segments overlap, and those that `epoching.reject` refuses, are left out and counted. Each window's id and its coordinate `onset` tell when it was.

    Args:
        run: whose events are not looked at, but for bad segments.
        epoching: of the windows, as of the epochs that a decoder was fitted to.
        every_s: seconds from window to window.
        simulated: whether nobody measured this.
        console: where windows that are left out are counted.

    Raises:
        DataError: see `onsets_of`, `prepared`.
    """
    onsets = onsets_of(run, epoching, every_s)
    dropped = run.bads if epoching.bad_channels == "drop" else ()
    kept = [name for name in run.channels if name not in dropped]
    raw, bad = mark_gaps(run.open(), run.gaps, bad_segments(run.events)), Counter[str]()
    reach, grid = _reach_s(epoching, run.sfreq), _grid(epoching.sfreq, run.sfreq)
    samples = (epoching.tmax - epoching.tmin) * (epoching.sfreq or run.sfreq) + 1
    together = int(PART_BYTES / (4 * len(kept) * max(1, len(epoching.bands)) * samples))
    together = max(1, min(together, int(max(PART_S, 2 * reach) / every_s)))
    for start in range(0, len(onsets), together):
        part = onsets[start : start + together]
        first = max(0, int((part[0] + epoching.tmin - reach) * run.sfreq) // grid * grid)
        end = int((part[-1] + epoching.tmax + reach) * run.sfreq) + 1
        last = min(raw.n_times, first - (first - end) // grid * grid) - 1
        piece = raw.copy().crop(first / run.sfreq, last / run.sfreq).load_data(verbose="error")
        source = f"{run.file} ({first / run.sfreq:.0f} to {last / run.sfreq:.0f} s)"
        piece = prepared(piece, kept, run.bads, epoching, source)
        events = pd.DataFrame({"onset": part - first / run.sfreq, "trial_type": "window"})
        epochs, lost = epochs_at(piece, events, epoching)
        bad += lost
        if not len(epochs):
            continue
        found = recordings_of(piece, epochs, run, epoching).data
        own = part[found.epoch.values]
        names = [f"sub-{run.subject}_{run.name}_at-{one:09.3f}s" for one in own]
        coordinates = {
            "recording": names,
            "onset": ("recording", own),
            "epoch": ("recording", start + found.epoch.values),
        }
        yield Recordings(found.assign_coords(coordinates).assign_attrs(simulated=int(simulated)))
    if bad and console is not None:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(bad.items()))
        console.print(f"{run.id}: windows left out: {reasons}", markup=False, highlight=False)


def _reach_s(epoching: Epoching, sfreq: float) -> float:
    """Seconds to each side of a sample that filters look at."""
    edges = [(epoching.l_freq, epoching.h_freq)] if (epoching.l_freq, epoching.h_freq) != (None, None) else []
    lengths = [_length(low, high, sfreq) for low, high in edges]
    lengths += [int(_NOTCH_S * sfreq)] * bool(epoching.notch)
    lengths.append(max((_length(low, high, sfreq) for low, high in epoching.bands.values()), default=0))
    resampled = epoching.sfreq not in (None, sfreq) or bool(epoching.bands)
    return sum(lengths) / 2 / sfreq + _RESAMPLED_S * resampled + 2 / sfreq


def _grid(new_hz: float | None, hz: float) -> int:
    """Samples from one place to the next at which a part may begin and end so that, resampled, its samples are those of the whole run.

    An even number of new ones, for a time that lies half way between two of these is rounded to the even one.
    """
    grid = 1 if new_hz is None else 2 * Fraction(new_hz / hz).limit_denominator(1000).denominator
    return grid if grid < PART_S / 4 * hz else 1


def _length(low: float | None, high: float | None, sfreq: float) -> int:
    """Samples of MNE-Python's own filter of these edges."""
    return len(mne.filter.create_filter(None, sfreq, low, high, verbose="error"))
