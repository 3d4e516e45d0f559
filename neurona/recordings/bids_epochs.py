"""M/EEG runs of a BIDS data set -> filtered, epoched, baseline-corrected recordings, with mne-bids.

Channels that channels.tsv marks as bad are interpolated (spherical splines for EEG, minimum-norm projection for MEG) or
dropped in all runs; either way they are reported, and named in the recordings' attributes.

S. Appelhoff et al. (2019). MNE-BIDS: organizing electrophysiological data into the BIDS format and facilitating their
analysis. Journal of Open Source Software 4, 1896.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import mne
import numpy as np
import pandas as pd
import xarray as xr
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import DataError, nearest_name
from neurona.recordings.bids_runs import raise_faults
from neurona.recordings.events import check_events, read_events
from neurona.recordings.meeg import epochs_recordings
from neurona.recordings.recordings import Recordings

if TYPE_CHECKING:
    from mne_bids import BIDSPath

BAD_CHANNELS = ("interpolate", "drop")
DATATYPES = ("eeg", "meg")


@dataclass(frozen=True)
class Epoching:
    """How epochs are made.

    Attributes:
        tmin, tmax: seconds around the event.
        baseline: (from, to) in seconds whose mean is subtracted; None as a bound is the epoch's end; None is no correction.
        l_freq, h_freq: band of the zero-phase FIR filter in Hz; None as a bound leaves that side open.
        sfreq: Hz to resample the epochs to; None keeps the recording's.
        bad_channels: `interpolate` or `drop`.
        montage: where electrodes lie when the data set does not say.
    """

    tmin: float = -0.2
    tmax: float = 0.8
    baseline: tuple[float | None, float | None] | None = (None, 0.0)
    l_freq: float | None = 0.1
    h_freq: float | None = 40.0
    sfreq: float | None = None
    bad_channels: str = "interpolate"
    montage: str = "standard_1005"

    def __post_init__(self) -> None:
        if self.bad_channels not in BAD_CHANNELS:
            raise DataError(
                f"bad_channels: unknown {self.bad_channels!r}{nearest_name(self.bad_channels, BAD_CHANNELS)}"
            )
        if self.tmin >= self.tmax:
            raise DataError(f"epochs from tmin {self.tmin:g} s to tmax {self.tmax:g} s are empty; tmin comes first")


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
    """

    path: BIDSPath
    subject: str
    session: str
    name: str
    events: pd.DataFrame
    channels: tuple[str, ...]
    bads: tuple[str, ...]

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
) -> list[BidsRaw]:
    """All runs of a task, their headers, channels and events checked.

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
    raws: list[BidsRaw] = []
    faults: list[str] = []
    for path in sorted(found, key=str):
        try:
            raws.append(_look(path, datatype, label_column, epoching))
        except DataError as error:
            faults.append(str(error))
    for raw in raws[1:]:
        differing = sorted(set(raw.channels) ^ set(raws[0].channels))
        if differing:
            faults.append(
                f"{raw.path.fpath}: channels differ from those of {raws[0].id}: {', '.join(differing[:8])}; read runs of "
                "one montage together"
            )
    raise_faults(faults)
    return raws


_EXTENSIONS = (".vhdr", ".edf", ".bdf", ".set", ".fif", ".ds", ".sqd", ".con")


def _narrow(paths: list[BIDSPath], entity: str, wanted: Sequence[str]) -> list[BIDSPath]:
    known = {str(path.entities[entity]) for path in paths}
    for value in wanted:
        if value not in known:
            raise DataError(f"{entity}: no recording of {entity} {value!r}{nearest_name(value, known)}")
    return [path for path in paths if path.entities[entity] in wanted]


def _open(path: BIDSPath) -> mne.io.BaseRaw:
    from mne_bids import read_raw_bids

    try:
        with warnings.catch_warnings():
            # mne-bids warns of sidecars it does without (electrodes, coordinate system); what is needed is checked here.
            warnings.simplefilter("ignore")
            return read_raw_bids(path, verbose="error")
    except Exception as error:  # each format's reader raises its own kinds
        raise DataError(f"{path.fpath}: cannot be read ({error}); the file is damaged, copy it again") from error


def _look(path: BIDSPath, datatype: str, label_column: str, epoching: Epoching) -> BidsRaw:
    events_path = path.copy().update(suffix="events", extension=".tsv").fpath
    if not events_path.is_file():
        raise DataError(
            f"{path.fpath}: no events file of this run; expected {events_path.name} beside it, with columns onset, "
            "duration, trial_type"
        )
    raw = _open(path)
    sfreq = raw.info["sfreq"]
    if epoching.h_freq is not None and epoching.h_freq >= sfreq / 2:
        raise DataError(
            f"{path.fpath}: h_freq {epoching.h_freq:g} Hz is not below half of the sampling rate of {sfreq:g} Hz"
        )
    events = read_events(events_path, label_column)
    check_events(events, str(events_path), raw.n_times / sfreq)
    picks = mne.pick_types(raw.info, meg=datatype == "meg", eeg=datatype == "eeg", exclude=())
    names = tuple(raw.ch_names[pick] for pick in picks)
    if not names:
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
    parts: list[xr.DataArray] = []
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("epochs: runs", total=len(raws))
        jobs = (delayed(_epochs)(raw, kept, wanted, epoching) for raw in raws)
        for raw, (data, lost) in zip(raws, Parallel(n_jobs=n_jobs, return_as="generator")(jobs), strict=True):
            if lost:
                reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(lost.items()))
                console.print(f"{raw.id}: epochs left out: {reasons}", highlight=False)
            parts.append(data)
            progress.advance(bar)
    together = xr.concat(parts, dim="recording", combine_attrs="override", join="exact")
    facts = {
        "bad_channels": report,
        "bad_channels_were": done_to_them,
        "l_freq": "none" if epoching.l_freq is None else epoching.l_freq,
        "h_freq": "none" if epoching.h_freq is None else epoching.h_freq,
        "baseline": str(epoching.baseline),
        "simulated": int(simulated),
    }
    return Recordings(together.assign_attrs(facts))


def _epochs(
    run: BidsRaw, kept: Sequence[str], wanted: Sequence[str], epoching: Epoching
) -> tuple[xr.DataArray, Counter[str]]:
    """One run's epochs, and how many were left out for which reason."""
    raw = _open(run.path).load_data(verbose="error")
    bads = [name for name in run.bads if name in kept]
    raw.pick(list(kept), exclude=()).info["bads"] = bads
    _refuse_flat(raw, run)
    if raw.get_montage() is None and raw.get_channel_types(unique=True) == ["eeg"]:
        _locate(raw, epoching.montage)
    raw.filter(epoching.l_freq, epoching.h_freq, verbose="error")
    if bads:
        try:
            raw.interpolate_bads(verbose="error")
        except (ValueError, RuntimeError) as error:
            raise DataError(
                f"{run.path.fpath}: bad channels {', '.join(bads)} cannot be interpolated ({error}); add electrodes.tsv, or "
                "drop them with bad_channels='drop'"
            ) from error
    chosen = run.events[run.events.trial_type.isin(list(wanted))]
    codes = {kind: code for code, kind in enumerate(wanted, start=1)}
    # Times in BIDS count from the first sample, wherever MNE's own count begins.
    samples = raw.first_samp + np.round(chosen.onset.to_numpy() * raw.info["sfreq"]).astype(int)
    table = np.column_stack([samples, np.zeros(len(chosen), int), [codes[kind] for kind in chosen.trial_type]])
    present = {kind: codes[kind] for kind in wanted if kind in set(chosen.trial_type)}
    if not present:
        raise DataError(f"{run.path.fpath}: no event of types {', '.join(wanted)}; leave the run out with subjects")
    epochs = mne.Epochs(
        raw,
        table.reshape(-1, 3),
        present,
        tmin=epoching.tmin,
        tmax=epoching.tmax,
        baseline=epoching.baseline,
        preload=True,
        event_repeated="drop",
        verbose="error",
    )
    lost = Counter(reason.lower() for reasons in epochs.drop_log for reason in reasons[:1] if reason != "IGNORED")
    if not len(epochs):
        raise DataError(
            f"{run.path.fpath}: no epoch is left of {len(chosen)} ({dict(lost)}); check tmin, tmax and onsets"
        )
    if epoching.sfreq is not None:
        epochs.resample(epoching.sfreq, verbose="error")
    recordings = epochs_recordings(epochs, subject=run.subject, run=run.name)
    session = xr.DataArray([run.session] * len(epochs), dims="recording")
    return replace(recordings, data=recordings.data.assign_coords(session=session)).data, lost


def _refuse_flat(raw: mne.io.BaseRaw, run: BidsRaw) -> None:
    """Raise a DataError for good channels that are constant, or all but constant beside the others."""
    good = [name for name in raw.ch_names if name not in raw.info["bads"]]
    spans = np.ptp(raw.get_data(picks=good), axis=1)
    flat = [name for name, span in zip(good, spans, strict=True) if span <= 1e-6 * np.median(spans)]
    if flat:
        raise DataError(
            f"{run.path.fpath}: {len(flat)} flat channel(s): {', '.join(flat[:8])}; mark them `bad` in channels.tsv (they "
            "are then interpolated or dropped)"
        )


def _locate(raw: mne.io.BaseRaw, montage: str) -> None:
    """Positions by name, where the data set gives none and the montage has all names."""
    renamed = {"standard_1005": "colin27_1005", "standard_1020": "colin27_1020"}.get(montage, montage)
    name = renamed if renamed in mne.channels.get_builtin_montages() else montage
    known = mne.channels.make_standard_montage(name)
    if set(raw.ch_names) <= set(known.ch_names):
        raw.set_montage(known, verbose="error")
