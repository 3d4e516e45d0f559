"""M/EEG runs of a BIDS data set -> filtered, epoched, baseline-corrected recordings, with mne-bids.

Channels that channels.tsv marks as bad are interpolated (spherical splines for EEG, minimum-norm projection for MEG) or
dropped in all runs; either way they are reported, and named in the recordings' attributes.

S. Appelhoff et al. (2019). MNE-BIDS: organizing electrophysiological data into the BIDS format and facilitating their
analysis. Journal of Open Source Software 4, 1896.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mne
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import DataError, nearest_name
from neurona.recordings.bids_runs import raise_faults
from neurona.recordings.channels import check_channel_table, check_names_alone
from neurona.recordings.epoching import Epoching, band_power, cut, prepared
from neurona.recordings.events import check_events, read_events
from neurona.recordings.gaps import gaps_of, mark_gaps, refuse_gaps
from neurona.recordings.meeg import epochs_recordings, joined
from neurona.recordings.recordings import Recordings

if TYPE_CHECKING:
    from mne_bids import BIDSPath

DATATYPES = ("eeg", "meg")


@dataclass(frozen=True)
class BidsRaw:
    """One M/EEG run, its signal still on disk.

    Attributes:
        path: its place in the data set.
        subject, session: labels; session is empty where there are none.
        name: unique within the subject.
        events: columns onset, duration, trial_type; the index keeps lines.
        channels: names of its good and bad data channels, in order.
        bads: names of the bad ones.
        sfreq: samples a second.
        gaps: start and duration in seconds of each interruption of the signal.
    """

    path: BIDSPath
    subject: str
    session: str
    name: str
    events: pd.DataFrame
    channels: tuple[str, ...]
    bads: tuple[str, ...]
    sfreq: float
    gaps: tuple[tuple[float, float], ...] = ()

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
    found = [path for path in found if path.extension in _EXTENSIONS]
    if not found:
        raise DataError(f"{root}: no {datatype} recording found in the raw data")
    found = _narrow(found, "task", [task])
    if subjects is not None:
        found = _narrow(found, "subject", [str(subject).removeprefix("sub-") for subject in subjects])
    for entity, values in (filters or {}).items():
        found = _narrow(found, entity, list(map(str, values if isinstance(values, list | tuple) else [values])))
    raws: list[BidsRaw] = []
    faults: list[str] = []
    for path in sorted(found, key=str):
        try:
            raws.append(_look(path, datatype, label_column, epoching))
        except DataError as error:
            faults.append(str(error))
    faults += _inconsistent(raws, epoching)
    raise_faults(faults)
    return raws


_EXTENSIONS = (".vhdr", ".edf", ".bdf", ".set", ".fif", ".ds", ".sqd", ".con")


def _narrow(paths: list[BIDSPath], entity: str, wanted: Sequence[str]) -> list[BIDSPath]:
    entities = paths[0].entities
    if entity not in entities:
        raise DataError(f"filters: no entity {entity!r}{nearest_name(entity, entities)}")
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


def _open(path: BIDSPath) -> mne.io.BaseRaw:
    from mne_bids import read_raw_bids

    try:
        with warnings.catch_warnings():
            # mne-bids warns of sidecars it does without (electrodes, coordinate system); what is needed is checked here.
            warnings.simplefilter("ignore")
            return read_raw_bids(path, on_ch_mismatch="reorder", verbose="error")
    except Exception as error:  # each format's reader raises its own kinds
        raise DataError(f"{path.fpath}: cannot be read ({error})") from error


def _open_alone(path: BIDSPath) -> mne.io.BaseRaw:
    """The recording without its sidecars: names, types and annotations that are the file's own."""
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


def _look(path: BIDSPath, datatype: str, label_column: str, epoching: Epoching) -> BidsRaw:
    events_path = path.copy().update(suffix="events", extension=".tsv").fpath
    if not events_path.is_file():
        raise DataError(
            f"{path.fpath}: no events file of this run; expected {events_path.name} beside it, with columns onset, "
            "duration, trial_type"
        )
    alone = _open_alone(path)
    channels_path = path.find_matching_sidecar(suffix="channels", extension=".tsv", on_error="ignore")
    if channels_path is not None:
        check_channel_table(channels_path, alone.ch_names, alone.get_channel_types())
    else:
        check_names_alone(alone.ch_names, alone.get_channel_types(), str(path.fpath))
    raw = _open(path)
    sfreq = float(raw.info["sfreq"])
    epoching.check(sfreq, raw.ch_names, str(path.fpath))
    events = read_events(events_path, label_column)
    check_events(events, str(events_path), raw.n_times / sfreq)
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
        channels=names,
        bads=tuple(name for name in names if name in raw.info["bads"]),
        sfreq=sfreq,
        gaps=tuple(gaps_of(alone)),
    )


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
    known = {kind for raw in raws for kind in raw.events.trial_type}
    for kind in trial_types or ():
        if kind not in known:
            raise DataError(f"trial_types: no event of type {kind!r} in any run{nearest_name(kind, known)}")
    wanted = sorted(known if trial_types is None else set(trial_types))
    bads = sorted({name for raw in raws for name in raw.bads})
    done_to_them = {"interpolate": "interpolated", "drop": "dropped"}[epoching.bad_channels]
    report = "; ".join(f"{raw.id}: {', '.join(raw.bads)}" for raw in raws if raw.bads) or "none"
    console.print(f"bad channels ({done_to_them}): {report}", highlight=False)
    dropped = bads if epoching.bad_channels == "drop" else []
    kept = [name for name in raws[0].channels if name not in dropped]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    parts: list[Recordings] = []
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("epochs: runs", total=len(raws))
        jobs = (delayed(_epochs)(raw, kept, wanted, epoching) for raw in raws)
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
    run: BidsRaw, kept: Sequence[str], wanted: Sequence[str], epoching: Epoching
) -> tuple[Recordings, Counter[str]]:
    """One run's epochs, and how many were left out for which reason."""
    source = str(run.path.fpath)
    chosen = run.events[run.events.trial_type.isin(list(wanted))]
    if chosen.empty:
        raise DataError(f"{source}: no event of types {', '.join(wanted)}; leave the run out with subjects")
    raw = mark_gaps(_open(run.path).load_data(verbose="error"), run.gaps)
    raw = prepared(raw, kept, run.bads, epoching, source)
    epochs, lost = cut(raw, chosen, epoching, source)
    labels = {"subject": run.subject, "run": run.name, "session": run.session, "source": source}
    if epoching.bands:
        return band_power(raw, epochs, epoching, **labels), lost
    return epochs_recordings(epochs, extra=epoching.extra, **labels), lost
