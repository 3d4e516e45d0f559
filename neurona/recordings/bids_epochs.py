"""M/EEG runs of a BIDS data set -> filtered, epoched, baseline-corrected recordings, with mne-bids.

Channels that channels.tsv marks as bad are interpolated (spherical splines for EEG, minimum-norm projection for MEG) or
dropped in all runs; either way they are reported, and named in the recordings' attributes.

S. Appelhoff et al. (2019). MNE-BIDS: organizing electrophysiological data into the BIDS format and facilitating their
analysis. Journal of Open Source Software 4, 1896.
"""

from __future__ import annotations

import itertools
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mne
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import DataError, nearest_name
from neurona.files import data_files, is_litter, require_content
from neurona.recordings.bids_files import BidsTree, bids_name, read_json
from neurona.recordings.bids_runs import raise_faults
from neurona.recordings.channels import check_channel_table, check_names_alone
from neurona.recordings.epoching import Epoching, band_power, cut, prepared
from neurona.recordings.events import check_apart, check_events, chosen_types, read_events
from neurona.recordings.gaps import gaps_of, mark_gaps, refuse_gaps
from neurona.recordings.meeg import epochs_recordings, joined
from neurona.recordings.recordings import Recordings
from neurona.recordings.text_tables import read_text_table

if TYPE_CHECKING:
    from mne_bids import BIDSPath

DATATYPES = ("eeg", "meg")

_MARK = re.compile(r"(BAD|EDGE)([_ ].*)?")
"""What MNE-Python calls segments that are no good (BAD_muscle, BAD boundary), when it writes them to events.tsv."""


@dataclass(frozen=True)
class BidsRaw:
    """One M/EEG run, its signal still on disk.

    Attributes:
        path: its place in the data set.
        subject, session: labels; session is empty where there are none.
        name: unique within the subject.
        events: columns onset, duration, trial_type; the index is the line.
        events_file: where they came from.
        channels: names of its good and bad data channels, in order.
        bads: names of the bad ones.
        sfreq: samples a second.
        end: of the signal in seconds.
        gaps: start and duration in seconds of each interruption of the signal.
        parts: further files of the signal, in order, that the first does not lead to.
        others: type of channel -> how many channels of the file are left out.
    """

    path: BIDSPath
    subject: str
    session: str
    name: str
    events: pd.DataFrame
    events_file: Path
    channels: tuple[str, ...]
    bads: tuple[str, ...]
    sfreq: float
    end: float
    gaps: tuple[tuple[float, float], ...] = ()
    parts: tuple[BIDSPath, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def task(self) -> str:
        return str(self.path.task or "")

    @property
    def id(self) -> str:
        return f"sub-{self.subject}_{self.name}"


def find_raws(
    root: Path,
    *,
    task: str,
    datatype: str = "eeg",
    subjects: Sequence[str] | None = None,
    label_column: str = "trial_type",
    epoching: Epoching,
    filters: Mapping[str, Any] | None = None,
    drop_incomplete: bool = False,
) -> list[BidsRaw]:
    """All runs of a task, their headers, channels and events checked.

    Args:
        root: raw BIDS data set.
        task: task label.
        datatype: `eeg` or `meg`.
        subjects: labels of the subjects to read; all when None.
        label_column: column of events.tsv that holds the labels.
        epoching: what will be done to the signals.
        filters: further BIDS entities that choose among recordings, e.g. `{"session": "1", "processing": "sss"}`.
        drop_incomplete: whether events outside the run are let pass; who makes epochs of them leaves them out.

    Raises:
        DataError: an unknown task or subject (with the nearest that exists), or faults of files, all in one message: no
            events, events past the end, an unreadable header, a filter beyond the sampling, other channels.
    """
    from mne_bids import find_matching_paths

    if datatype not in DATATYPES:
        raise DataError(f"datatype: unknown {datatype!r}{nearest_name(datatype, DATATYPES)}")
    if not (root / "dataset_description.json").is_file():
        raise DataError(f"{root}: no dataset_description.json; name the top folder of a BIDS data set")
    found = find_matching_paths(root, datatypes=datatype, suffixes=datatype, ignore_json=True, ignore_nosub=True)
    found = [path for path in found if path.extension in _EXTENSIONS and not is_litter(path.fpath)]
    if not found:
        raise_faults(_not_here(root, task, datatype, subjects))
        raise DataError(f"{root}: no {datatype} recording found in the raw data")
    if (root / "participants.tsv").exists():
        read_text_table(root / "participants.tsv")  # mne-bids reads it along, and its own errors name no line
    found = _narrow(found, "task", [task])
    if subjects is not None:
        found = _narrow(found, "subject", [str(subject).removeprefix("sub-") for subject in subjects])
    for entity, values in (filters or {}).items():
        found = _narrow(found, entity, list(map(str, values if isinstance(values, list | tuple) else [values])))
    raws: list[BidsRaw] = []
    faults = _not_here(root, task, datatype, subjects)
    tree = BidsTree()
    for _, parts in itertools.groupby(sorted(found, key=lambda path: (_whole(path), str(path))), key=_whole):
        first, *more = parts
        try:
            raws.append(_look(first, more, tree, datatype, label_column, epoching, drop_incomplete))
        except DataError as error:
            faults.append(str(error))
    faults += _inconsistent(raws, epoching)
    raise_faults(faults)
    return raws


def _not_here(root: Path, task: str, datatype: str, subjects: Sequence[str] | None) -> list[str]:
    """Faults of wanted recordings whose content was not fetched: mne-bids passes over links that lead nowhere."""
    faults = []
    for path in data_files(root, f"sub-*/**/{datatype}/*_{datatype}.*"):
        name = bids_name(path)
        if path.exists() or name is None or name.extension not in _EXTENSIONS or name.entities.get("task") != task:
            continue
        if subjects is None or name.entities["sub"] in [str(one).removeprefix("sub-") for one in subjects]:
            try:
                require_content(path)
            except DataError as error:
                faults.append(str(error))
    return faults


def _whole(path: BIDSPath) -> tuple[str, bool]:
    """The recording that a file is, or is a part of."""
    return str(path.copy().update(split=None).fpath), path.split is not None


_EXTENSIONS = (".vhdr", ".edf", ".bdf", ".set", ".fif", ".ds", ".sqd", ".con")


def _narrow(paths: list[BIDSPath], entity: str, wanted: Sequence[str]) -> list[BIDSPath]:
    entities = paths[0].entities
    if entity not in entities:
        raise DataError(f"filters: no entity {entity!r}{nearest_name(entity, entities)}")
    if not wanted:
        raise DataError(f"{entity}: an empty list chooses no recording; leave it out for all")
    known = {str(path.entities[entity]) for path in paths if path.entities[entity] is not None}
    for value in wanted:
        if value not in known:
            raise DataError(f"{entity}: no recording of {entity} {value!r}{nearest_name(value, known)}")
    return [path for path in paths if str(path.entities[entity]) in wanted]


def _inconsistent(raws: Sequence[BidsRaw], epoching: Epoching) -> list[str]:
    """Faults between runs: two recordings of one, other channels, other rates that nobody asked to make one."""
    faults = []
    by_id: dict[str, BidsRaw] = {}
    for raw in raws:
        first = by_id.setdefault(raw.id, raw)
        if first is not raw:
            faults.append(
                f"{raw.path.fpath}: a second recording of {raw.id} beside {first.path.fpath.name}; choose with filters, e.g. --set "
                "filters.processing=sss"
            )
    for raw in raws[1:]:
        differing = sorted(set(raw.channels) ^ set(raws[0].channels))
        if differing:
            faults.append(
                f"{raw.path.fpath}: channels differ from those of {raws[0].id}: {', '.join(differing[:8])}; read runs of "
                "one montage together"
            )
        if epoching.sfreq is None and not np.isclose(raw.sfreq, raws[0].sfreq, rtol=1e-4, atol=0):
            faults.append(
                f"{raw.path.fpath}: {raw.sfreq:g} samples a second, but {raws[0].sfreq:g} in {raws[0].id}; bring all runs to one rate with "
                "epoching.sfreq, e.g. --set epoching.sfreq=100"
            )
    return faults


def _open(path: BIDSPath, parts: Sequence[BIDSPath] = ()) -> mne.io.BaseRaw:
    """A recording with what its sidecars say; of one in several files all of them."""
    from mne_bids import read_raw_bids

    if parts:
        raws = [_open(one) for one in (path, *parts)]
        try:
            return mne.concatenate_raws(raws, verbose="error")
        except ValueError as error:
            raise DataError(
                f"{path.fpath}: it and {parts[0].fpath.name} are no parts of one recording ({error})"
            ) from error

    try:
        with warnings.catch_warnings():
            # mne-bids warns of sidecars it does without (electrodes, coordinate system); what is needed is checked here.
            warnings.simplefilter("ignore")
            return read_raw_bids(path, on_ch_mismatch="reorder", verbose="error")
    except Exception as error:  # each format's reader raises its own kinds
        raise DataError(f"{path.fpath}: cannot be read ({error})") from error


def _open_alone(path: BIDSPath) -> mne.io.BaseRaw:
    """The recording without its sidecars: names, types and annotations that are the file's own."""
    for file in data_files(path.fpath.parent, f"{path.fpath.stem}.*"):
        require_content(file)
    refuse_gaps(path.fpath)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mne.io.read_raw(path.fpath, **_ALONE.get(path.extension, {}), verbose="error")
    except Exception as error:
        raise DataError(
            f"{path.fpath}: cannot be read ({error}); expected a whole file, and beside it those that belong to it"
        ) from error


_ALONE: dict[str, dict[str, bool]] = {".fif": {"allow_maxshield": True}}


def _look(
    path: BIDSPath,
    more: Sequence[BIDSPath],
    tree: BidsTree,
    datatype: str,
    label_column: str,
    epoching: Epoching,
    drop_incomplete: bool,
) -> BidsRaw:
    events_path = tree.nearest(path.fpath, ["events"], [".tsv"])
    if events_path is None:
        expected = path.copy().update(split=None, suffix="events", extension=".tsv").fpath.name
        raise DataError(
            f"{path.fpath}: no events file of this run; expected {expected} beside it, with columns onset, duration, trial_type"
        )
    _check_sidecars(path.fpath.parent)
    alone = _open_alone(path)
    channels_path = path.find_matching_sidecar(suffix="channels", extension=".tsv", on_error="ignore")
    if channels_path is not None:
        check_channel_table(channels_path, alone.ch_names, alone.get_channel_types())
    else:
        check_names_alone(alone.ch_names, alone.get_channel_types(), str(path.fpath))
    # A FIF file that MNE-Python split leads to its further parts; others are put together here.
    parts = tuple(more) if len(alone.filenames) == 1 else ()
    raw = _open(path, parts)
    sfreq = float(raw.info["sfreq"])
    epoching.check(sfreq, raw.ch_names, str(path.fpath))
    events = read_events(events_path, label_column)
    end = raw.n_times / sfreq
    if not drop_incomplete:
        check_events(events, str(events_path), end)
    wanted = (*{"eeg": ("eeg",), "meg": ("mag", "grad")}[datatype], *epoching.extra)
    kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    names = tuple(name for name, kind in kinds.items() if kind in wanted and name not in epoching.references)
    if not {kinds[name] for name in names} - set(epoching.extra):
        raise DataError(f"{path.fpath}: no {datatype} channel; check channels.tsv")
    entities = [("ses", path.session), ("acq", path.acquisition), ("run", path.run)]
    return BidsRaw(
        path=path,
        subject=path.subject,
        session=path.session or "",
        name="_".join(f"{key}-{value}" for key, value in entities if value) or "run-01",
        events=events,
        events_file=events_path,
        channels=names,
        bads=tuple(name for name in names if name in raw.info["bads"]),
        sfreq=sfreq,
        end=end,
        gaps=tuple(gaps_of(alone)),
        parts=parts,
        others=Counter(kind for name, kind in kinds.items() if name not in names),
    )


def _check_sidecars(folder: Path) -> None:
    """Raise a DataError for tables and JSON files that mne-bids reads along with a recording; its own errors name no line."""
    for file in [*data_files(folder, "*_electrodes.tsv"), *data_files(folder.parent, "*_scans.tsv")]:
        read_text_table(file)
    for file in data_files(folder, "*.json"):
        read_json(file)


@dataclass(frozen=True)
class EpochPlan:
    """What will be made of a study.

    Attributes:
        runs: those that have trials, each with these alone as its events.
        bad: start and duration in seconds of the bad segments of a run, by its id.
        notes: what a user should know.
    """

    runs: tuple[BidsRaw, ...]
    bad: Mapping[str, tuple[tuple[float, float], ...]]
    notes: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        """The type of each trial."""
        return [str(kind) for run in self.runs for kind in run.events.trial_type]


def plan_epochs(raws: Sequence[BidsRaw], *, epoching: Epoching, trial_types: Sequence[str] | None = None) -> EpochPlan:
    """Which events of which runs become recordings.

    Events that MNE-Python's names call bad segments (`BAD_muscle`, `BAD boundary`) are none unless they are wanted by name: epochs that they overlap
    are left out. Epochs that leave the run are left out, too, and counted.

    Args:
        raws: what `find_raws` found.
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
    runs: list[BidsRaw] = []
    bad: dict[str, tuple[tuple[float, float], ...]] = {}
    for raw in raws:
        chosen = raw.events[raw.events.trial_type.isin(wanted)]
        marks = raw.events[[bool(_MARK.fullmatch(kind)) and kind not in wanted for kind in raw.events.trial_type]]
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
        bad[raw.id] = tuple(zip(marks.onset.astype(float), marks.duration.astype(float), strict=True))
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


def trial_epochs(
    raws: Sequence[BidsRaw],
    *,
    epoching: Epoching,
    trial_types: Sequence[str] | None = None,
    simulated: bool = False,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Recordings:
    """One recording an epoch.

    Args:
        raws: what `find_raws` found.
        epoching: filter, epochs, baseline, bad channels.
        trial_types: events that become recordings; all when None.
        simulated: whether nobody measured this.
        n_jobs: runs worked on at a time.
        console: where progress, bad channels and dropped epochs are reported.

    Returns:
        Recordings `[epoch, channel, time]` in SI units with coordinates subject, session, run and label; attributes
        `bad_channels` and `bad_channels_were` name what was repaired.

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
    run: BidsRaw, kept: Sequence[str], bad: Sequence[tuple[float, float]], epoching: Epoching
) -> tuple[Recordings, Counter[str]]:
    """One run's epochs, and how many were left out for which reason."""
    source = str(run.path.fpath)
    raw = mark_gaps(_open(run.path, run.parts).load_data(verbose="error"), run.gaps, bad)
    raw = prepared(raw, kept, run.bads, epoching, source)
    epochs, lost = cut(raw, run.events, epoching, source)
    labels = {"subject": run.subject, "run": run.name, "session": run.session, "source": source}
    if epoching.bands:
        return band_power(raw, epochs, epoching, **labels), lost
    return epochs_recordings(epochs, extra=epoching.extra, **labels), lost
