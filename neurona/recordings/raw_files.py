"""A file of continuous M/EEG on its own, in whatever format MNE-Python reads.

In a BIDS data set it is that data set's run, with all that the sidecars say. Elsewhere types, positions and bad marks of channels are the file's own, and
its events stand in a table beside it (`NAME_events.tsv`, as in BIDS), else in its annotations.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import mne
import numpy as np
import pandas as pd

from neurona.errors import DataError
from neurona.recordings.bids_files import DESCRIPTION
from neurona.recordings.bids_raws import find_raw
from neurona.recordings.channels import check_names_alone
from neurona.recordings.epoching import Epoching
from neurona.recordings.events import read_events
from neurona.recordings.gaps import gaps_of, is_gap
from neurona.recordings.raw_runs import RawRun, open_alone

FORMATS = (".fif", ".fif.gz", ".edf", ".bdf", ".gdf", ".vhdr", ".set", ".cnt", ".mff", ".ds", ".sqd", ".con", ".nxe")
"""Endings of continuous M/EEG."""


def raw_file(
    file: Path,
    *,
    datatype: str = "eeg",
    label_column: str = "trial_type",
    epoching: Epoching,
    drop_incomplete: bool = False,
    needs_events: bool = True,
) -> RawRun:
    """The run that a file holds, its header, channels and events checked.

    Args:
        file: of the signal; subject, session and run are those of its name where this is one of BIDS, else it is the run `NAME` of the subject `new`.
        datatype: `eeg` or `meg`.
        label_column: column of the table of events that holds the labels.
        epoching: what will be done to the signal.
        drop_incomplete: whether events outside the run are let pass; who makes epochs of them leaves them out.
        needs_events: whether a file of no data set has to have events.

    Raises:
        DataError: it cannot be read, no events are known where they are needed, or see `RawRun.look`.
    """
    root = data_set_of(file)
    if root is not None:
        return find_raw(
            file,
            root,
            datatype=datatype,
            label_column=label_column,
            epoching=epoching,
            drop_incomplete=drop_incomplete,
        )
    stem = stem_of(file)
    told = file.with_name(f"{stem}_channels.tsv")
    if told.is_file():
        raise DataError(
            f"{told}: speaks of the channels of {file.name}, and no {DESCRIPTION} lies above them; put both into a BIDS data set, or the "
            "table elsewhere for what the file itself says of its channels"
        )
    alone = open_alone(file)
    check_names_alone(alone.ch_names, alone.get_channel_types(), str(file))
    table = file.with_name(f"{stem}_events.tsv")
    return RawRun.look(
        file,
        partial(open_alone, file),
        (lambda raw: read_events(table, label_column))
        if table.is_file()
        else partial(_annotated, file=file, table=table, needed=needs_events),
        table if table.is_file() else file,
        tuple(gaps_of(alone)),
        labels=labels_of(file),
        datatype=datatype,
        epoching=epoching,
        drop_incomplete=drop_incomplete,
    )


def data_set_of(file: Path) -> Path | None:
    """The BIDS data set that a file lies in."""
    return next((folder for folder in file.absolute().parents if (folder / DESCRIPTION).is_file()), None)


def labels_of(file: Path) -> dict[str, str]:
    """Subject, session, acquisition, run and task by a file's name; of a name that is none of BIDS, a run of the subject `new` that is called so."""
    pairs = dict(re.findall(r"(?:^|_)(sub|ses|acq|run|task)-([A-Za-z0-9]+)", file.name))
    if "sub" not in pairs:
        return {"subject": "new", "run": stem_of(file)}
    long = {"sub": "subject", "ses": "session", "acq": "acquisition", "run": "run", "task": "task"}
    return {long[key]: value for key, value in pairs.items()}


def stem_of(file: Path) -> str:
    """A file's name without its format and kind: `sub-1_run-2_eeg.edf` -> `sub-1_run-2`."""
    return re.sub(r"[-_](eeg|meg|raw|epo)$", "", re.sub(r"\.[a-z]+(\.gz)?$", "", file.name))


def _annotated(raw: mne.io.BaseRaw, *, file: Path, table: Path, needed: bool) -> pd.DataFrame:
    """Events by a recording's own annotations, their number as the line."""
    rows = [(k, one) for k, one in enumerate(raw.annotations, start=1) if not is_gap(one["description"])]
    if not rows and needed:
        raise DataError(
            f"{file}: no annotations, and no {table.name} beside it; write that table, with columns onset, duration and trial_type, or annotate the "
            "recording (raw.set_annotations; of a trigger channel by mne.find_events and mne.annotations_from_events)"
        )
    events = pd.DataFrame(
        {
            "onset": [float(one["onset"]) - raw.first_time for _, one in rows],
            "duration": [float(one["duration"]) for _, one in rows],
            "trial_type": np.array([str(one["description"]) for _, one in rows], dtype=object),
        }
    )
    events.index = pd.Index([k for k, _ in rows], name="line", dtype=int)
    return events
