"""Continuous M/EEG runs -> filtered, epoched, baseline-corrected recordings.

Channels that are marked as bad are interpolated (spherical splines for EEG, minimum-norm projection for MEG) or dropped in all runs; either
way they are reported, and named in the recordings' attributes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import mne
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import DataError
from neurona.recordings.bids_runs import raise_faults
from neurona.recordings.epoching import Epoching, band_power, cut, prepared
from neurona.recordings.events import check_apart, chosen_types
from neurona.recordings.gaps import mark_gaps
from neurona.recordings.meeg import epochs_recordings, joined
from neurona.recordings.raw_runs import RawRun
from neurona.recordings.recordings import Recordings

_MARK = re.compile(r"(BAD|EDGE)([_ ].*)?")
"""What MNE-Python calls segments that are no good (BAD_muscle, BAD boundary), in annotations and where it writes them to events.tsv."""


@dataclass(frozen=True)
class EpochPlan:
    """What will be made of a study.

    Attributes:
        runs: those that have trials, each with these alone as its events.
        bad: start and duration in seconds of the bad segments of a run, by its id.
        notes: what a user should know.
    """

    runs: tuple[RawRun, ...]
    bad: Mapping[str, tuple[tuple[float, float], ...]]
    notes: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        """The type of each trial."""
        return [str(kind) for run in self.runs for kind in run.events.trial_type]


def plan_epochs(raws: Sequence[RawRun], *, epoching: Epoching, trial_types: Sequence[str] | None = None) -> EpochPlan:
    """Which events of which runs become recordings.

    Events that MNE-Python's names call bad segments (`BAD_muscle`, `BAD boundary`) are none unless they are wanted by name: epochs that they overlap
    are left out. Epochs that leave the run are left out, too, and counted.

    Args:
        raws: runs that were found.
        epoching: the window.
        trial_types: events that become recordings; all when None.

    Raises:
        DataError: an unknown trial type; two trials at one time; no trial in any run.
    """
    wanted = chosen_types([raw.events for raw in raws], trial_types)
    if trial_types is None:
        wanted = [kind for kind in wanted if not _MARK.fullmatch(kind)]
    notes: list[str] = []
    faults: list[str] = []
    runs: list[RawRun] = []
    bad: dict[str, tuple[tuple[float, float], ...]] = {}
    for raw in raws:
        chosen = raw.events[raw.events.trial_type.isin(wanted)]
        half = 0.5 / raw.sfreq
        start, end = chosen.onset + epoching.tmin, chosen.onset + epoching.tmax
        inside = (chosen.onset >= 0) & (start > -half) & (end < raw.end - half)
        if not inside.all():
            notes.append(f"{raw.id}: {(~inside).sum()} incomplete trial(s) at the edge of the run left out")
        chosen = chosen[inside]
        if chosen.empty:
            notes.append(f"{raw.id}: no trial of the wanted types; the run is left out")
            continue
        try:
            check_apart(chosen, str(raw.events_file))
        except DataError as error:
            faults.append(str(error))
        runs.append(replace(raw, events=chosen))
        bad[raw.id] = bad_segments(raw.events, wanted)
    raise_faults(faults)
    if not runs:
        raise DataError(
            f"{raws[0].events_file}: no trials in any of {len(raws)} runs; check trial_types, tmin, tmax and onsets"
        )
    called_bad = sorted({kind for run in runs for kind in run.events.trial_type if kind.lower().startswith("bad")})
    if called_bad:
        notes.append(
            f"read as trials, not as bad segments: {', '.join(called_bad)}; name the trial types that count with trial_types"
        )
    return EpochPlan(tuple(runs), bad, tuple(notes))


def bad_segments(events: pd.DataFrame, wanted: Sequence[str] = ()) -> tuple[tuple[float, float], ...]:
    """Start and duration in seconds of the segments that events mark as bad.

    Args:
        events: onset, duration, trial_type.
        wanted: types that are trials, whatever they are called.
    """
    is_bad = [bool(_MARK.fullmatch(kind)) and kind not in wanted for kind in events.trial_type]
    marks = events[np.array(is_bad, dtype=bool)]
    return tuple(zip(marks.onset.astype(float), marks.duration.astype(float), strict=True))


def trial_epochs(
    raws: Sequence[RawRun],
    *,
    epoching: Epoching,
    trial_types: Sequence[str] | None = None,
    simulated: bool = False,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Recordings:
    """One recording an epoch.

    Args:
        raws: runs that were found.
        epoching: filter, epochs, baseline, bad channels.
        trial_types: events that become recordings; all when None.
        simulated: whether nobody measured this.
        n_jobs: runs worked on at a time.
        console: where progress, bad channels and dropped epochs are reported.

    Returns:
        Recordings `[epoch, channel, time]` in SI units with coordinates subject, session, run, label and `onset` (of the event, in seconds after the
        run's first sample); attributes `bad_channels` and `bad_channels_were` name what was repaired.

    Raises:
        DataError: an unknown trial type, a flat channel that is not marked as bad, or no epoch left in a run.
    """
    console = console or Console(quiet=True)
    plan = plan_epochs(raws, epoching=epoching, trial_types=trial_types)
    for note in plan.notes:
        console.print(f"note: {note}", markup=False, highlight=False)
    raws = plan.runs
    bads = sorted({name for raw in raws for name in raw.bads})
    done_to_them = {"interpolate": "interpolated", "drop": "dropped"}[epoching.bad_channels]
    report = "; ".join(f"{raw.id}: {', '.join(raw.bads)}" for raw in raws if raw.bads) or "none"
    console.print(f"bad channels ({done_to_them}): {report}", highlight=False)
    others = {kind: max(raw.others.get(kind, 0) for raw in raws) for raw in raws for kind in raw.others}
    if others:
        shown = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
        console.print(f"channels left out: {shown}; epoching.extra keeps types that are asked for", highlight=False)
    dropped = bads if epoching.bad_channels == "drop" else []
    kept = [name for name in raws[0].channels if name not in dropped]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    parts: list[Recordings] = []
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("epochs: runs", total=len(raws))
        jobs = (delayed(_epochs)(raw, kept, plan.bad[raw.id], epoching) for raw in raws)
        for raw, (part, lost) in zip(raws, Parallel(n_jobs=n_jobs, return_as="generator")(jobs), strict=True):
            if lost:
                reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(lost.items()))
                console.print(f"{raw.id}: epochs left out: {reasons}", highlight=False)
            parts.append(part)
            progress.advance(bar)
    together, note = joined(parts)
    if note:
        console.print(note, highlight=False)
    facts = {
        "bad_channels": report,
        "bad_channels_were": done_to_them,
        "l_freq": "none" if epoching.l_freq is None else epoching.l_freq,
        "h_freq": "none" if epoching.h_freq is None else epoching.h_freq,
        "baseline": str(epoching.baseline),
        "reference": str(epoching.reference or "as recorded"),
        "notch": ", ".join(f"{one:g}" for one in epoching.notch) or "none",
        "simulated": int(simulated),
    }
    return Recordings(together.data.assign_attrs(facts))


def _epochs(
    run: RawRun, kept: Sequence[str], bad: Sequence[tuple[float, float]], epoching: Epoching
) -> tuple[Recordings, Counter[str]]:
    """One run's epochs, and how many were left out for which reason."""
    source = str(run.file)
    raw = mark_gaps(run.open().load_data(verbose="error"), run.gaps, bad)
    raw = prepared(raw, kept, run.bads, epoching, source)
    epochs, lost = cut(raw, run.events, epoching, source)
    found = recordings_of(raw, epochs, run, epoching).data
    onset = run.events.onset.to_numpy(dtype=float)[found.epoch.values]
    return Recordings(found.assign_coords(onset=("recording", onset))), lost


def recordings_of(raw: mne.io.BaseRaw, epochs: mne.BaseEpochs, run: RawRun, epoching: Epoching) -> Recordings:
    """The signal of a run's epochs, or its power in bands.

    Args:
        raw: what `prepared` returned.
        epochs: of it.
        run: whose they are.
        epoching: whether it has bands, and what channels are kept.
    """
    labels = {"subject": run.subject, "run": run.name, "session": run.session, "source": str(run.file)}
    if epoching.bands:
        return band_power(raw, epochs, epoching, **labels)
    return epochs_recordings(epochs, extra=epoching.extra, **labels)
