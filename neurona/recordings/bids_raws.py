"""M/EEG runs of a BIDS data set, found and checked with mne-bids; no signal is read.

S. Appelhoff et al. (2019). MNE-BIDS: organizing electrophysiological data into the BIDS format and facilitating their
analysis. Journal of Open Source Software 4, 1896.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mne
import numpy as np

from neurona.errors import DataError, nearest_name
from neurona.files import data_files, is_litter, require_content
from neurona.recordings.bids_files import BidsTree, bids_name, read_json
from neurona.recordings.bids_runs import raise_faults
from neurona.recordings.channels import check_channel_table, check_names_alone
from neurona.recordings.epoching import Epoching
from neurona.recordings.events import read_events
from neurona.recordings.gaps import gaps_of
from neurona.recordings.raw_runs import DATATYPES, RawRun, open_alone
from neurona.recordings.text_tables import read_text_table

if TYPE_CHECKING:
    from mne_bids import BIDSPath


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
) -> list[RawRun]:
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
    if datatype not in DATATYPES:
        raise DataError(f"datatype: unknown {datatype!r}{nearest_name(datatype, DATATYPES)}")
    if not (root / "dataset_description.json").is_file():
        raise DataError(f"{root}: no dataset_description.json; name the top folder of a BIDS data set")
    found = _paths(root, datatype)
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
    raws: list[RawRun] = []
    faults = _not_here(root, task, datatype, subjects)
    tree = BidsTree()
    for first, *more in _in_parts(found):
        try:
            raws.append(_look(first, more, tree, datatype, label_column, epoching, drop_incomplete))
        except DataError as error:
            faults.append(str(error))
    faults += _inconsistent(raws, epoching)
    raise_faults(faults)
    return raws


def find_raw(
    file: Path,
    root: Path,
    *,
    datatype: str = "eeg",
    label_column: str = "trial_type",
    epoching: Epoching,
    drop_incomplete: bool = False,
) -> RawRun:
    """The run of a data set that a file holds, or is a part of.

    Args:
        file: of a signal.
        root: the data set that it lies in.
        datatype, label_column, epoching, drop_incomplete: see `find_raws`.

    Raises:
        DataError: it is no recording of this kind of data, or has faults.
    """
    name = bids_name(file)
    subject = name.entities.get("sub") if name else None
    for first, *more in _in_parts(_paths(root, datatype, subject)):
        if file.resolve() in [path.fpath.resolve() for path in (first, *more)]:
            return _look(first, more, BidsTree(), datatype, label_column, epoching, drop_incomplete)
    raise DataError(
        f"{file}: no {datatype} recording of the data set {root} by its name; expected sub-LABEL_task-LABEL_{datatype}{file.suffix} in a "
        f"folder {datatype}; give it such a name, or move it out of the data set"
    )


def _paths(root: Path, datatype: str, subject: str | None = None) -> list[BIDSPath]:
    from mne_bids import find_matching_paths

    found = find_matching_paths(
        root, subjects=subject, datatypes=datatype, suffixes=datatype, ignore_json=True, ignore_nosub=True
    )
    return [path for path in found if path.extension in _EXTENSIONS and not is_litter(path.fpath)]


def _in_parts(paths: Sequence[BIDSPath]) -> list[list[BIDSPath]]:
    """Recordings in order, each with all of its files."""
    ordered = sorted(paths, key=lambda path: (_whole(path), str(path)))
    return [list(parts) for _, parts in itertools.groupby(ordered, key=_whole)]


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


def _inconsistent(raws: Sequence[RawRun], epoching: Epoching) -> list[str]:
    """Faults between runs: two recordings of one, other channels, other rates that nobody asked to make one."""
    faults = []
    by_id: dict[str, RawRun] = {}
    for raw in raws:
        first = by_id.setdefault(raw.id, raw)
        if first is not raw:
            faults.append(
                f"{raw.file}: a second recording of {raw.id} beside {first.file.name}; choose with filters, e.g. --set "
                "filters.processing=sss"
            )
    for raw in raws[1:]:
        differing = sorted(set(raw.channels) ^ set(raws[0].channels))
        if differing:
            faults.append(
                f"{raw.file}: channels differ from those of {raws[0].id}: {', '.join(differing[:8])}; read runs of "
                "one montage together"
            )
        if epoching.sfreq is None and not np.isclose(raw.sfreq, raws[0].sfreq, rtol=1e-4, atol=0):
            faults.append(
                f"{raw.file}: {raw.sfreq:g} samples a second, but {raws[0].sfreq:g} in {raws[0].id}; bring all runs to one rate with "
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


def _look(
    path: BIDSPath,
    more: Sequence[BIDSPath],
    tree: BidsTree,
    datatype: str,
    label_column: str,
    epoching: Epoching,
    drop_incomplete: bool,
) -> RawRun:
    events_path = tree.nearest(path.fpath, ["events"], [".tsv"])
    if events_path is None:
        expected = path.copy().update(split=None, suffix="events", extension=".tsv").fpath.name
        raise DataError(
            f"{path.fpath}: no events file of this run; expected {expected} beside it, with columns onset, duration, trial_type"
        )
    _check_sidecars(path.fpath.parent)
    alone = open_alone(path.fpath)
    channels_path = path.find_matching_sidecar(suffix="channels", extension=".tsv", on_error="ignore")
    if channels_path is not None:
        check_channel_table(channels_path, alone.ch_names, alone.get_channel_types())
    else:
        check_names_alone(alone.ch_names, alone.get_channel_types(), str(path.fpath))
    # A FIF file that MNE-Python split leads to its further parts; others are put together here.
    parts = tuple(more) if len(alone.filenames) == 1 else ()
    return RawRun.look(
        path.fpath,
        partial(_open, path, parts),
        lambda raw: read_events(events_path, label_column),
        events_path,
        tuple(gaps_of(alone)),
        labels=path.entities,
        datatype=datatype,
        epoching=epoching,
        drop_incomplete=drop_incomplete,
    )


def _check_sidecars(folder: Path) -> None:
    """Raise a DataError for tables and JSON files that mne-bids reads along with a recording; its own errors name no line."""
    for file in [*data_files(folder, "*_electrodes.tsv"), *data_files(folder.parent, "*_scans.tsv")]:
        read_text_table(file)
    for file in data_files(folder, "*.json"):
        read_json(file)
