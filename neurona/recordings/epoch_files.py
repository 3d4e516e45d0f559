"""Epochs that MNE-Python saved (`..._epo.fif`), as MNE-BIDS-Pipeline and others leave them in derivatives: read as they are.

Whatever was done to them (filter, baseline, rejection, reference) was done; bad channels that are still marked are repaired. An epoch's
label is the name of its event, or a column of the epochs' metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pandas as pd
from rich.console import Console

from neurona.errors import DataError, nearest_name
from neurona.recordings.bids_runs import raise_faults
from neurona.recordings.epoching import Epoching
from neurona.recordings.meeg import epochs_recordings, joined
from neurona.recordings.recordings import Recordings


@dataclass(frozen=True)
class EpochFile:
    """One file of epochs.

    Attributes:
        path: of the file.
        subject, session, task, name: as of a run; name is unique within the subject.
        epochs: their values still on disk.
        events: onset, duration and trial_type of each epoch, in its order.
    """

    path: Path
    subject: str
    session: str
    task: str
    name: str
    epochs: mne.BaseEpochs
    events: pd.DataFrame

    @property
    def bads(self) -> tuple[str, ...]:
        """Names of channels that are still marked as bad."""
        return tuple(self.epochs.info["bads"])

    @property
    def id(self) -> str:
        return f"sub-{self.subject}_{self.name}"


def find_epochs(
    derivatives: Path,
    *,
    task: str | None = None,
    datatype: str = "eeg",
    subjects: Sequence[str] | None = None,
    label_column: str = "trial_type",
    filters: Mapping[str, Any] | None = None,
) -> list[EpochFile]:
    """All files of epochs in a folder of derivatives, whose names are those of BIDS.

    Args:
        derivatives: folder; files may lie anywhere below it.
        task: task label; the only one there is when None.
        datatype: `eeg` or `meg`.
        subjects: labels; all when None.
        label_column: column of the epochs' metadata that holds the labels; the names of events where it is `trial_type` and no column.
        filters: further entities, e.g. `{"processing": "clean"}`.

    Raises:
        DataError: nothing found under a name (with the nearest that exists), or faults of files, all in one message.
    """
    paths = sorted({*derivatives.rglob("sub-*_epo.fif"), *derivatives.rglob("sub-*-epo.fif")})
    named = [(path, _entities(path)) for path in paths]
    # The first part of a file in parts leads MNE to the others.
    named = [one for one in named if one[1].get("split") in (None, "01", "1") and one[1]["datatype"] == datatype]
    if not named:
        raise DataError(
            f"{derivatives}: no file of epochs (sub-*_epo.fif) of {datatype} found; name the top folder of the derivatives"
        )
    tasks = sorted({str(entities["task"]) for _, entities in named})
    if task is None and len(tasks) > 1:
        raise DataError(f"{derivatives}: tasks {', '.join(tasks)} found; name the task with --set task=NAME")
    wanted: dict[str, Sequence[str]] = {"task": [task or tasks[0]]}
    if subjects is not None:
        wanted["subject"] = [str(subject).removeprefix("sub-") for subject in subjects]
    for name, values in (filters or {}).items():
        wanted[name] = [str(value) for value in (values if isinstance(values, list | tuple) else [values])]
    for name, chosen in wanted.items():
        if name not in named[0][1]:
            raise DataError(f"filters: no entity {name!r}{nearest_name(name, named[0][1])}")
        known = {str(entities[name]) for _, entities in named if entities[name] is not None}
        for value in chosen:
            if value not in known:
                raise DataError(f"{name}: no file of epochs of {name} {value!r}{nearest_name(value, known)}")
        named = [one for one in named if str(one[1][name]) in chosen]
    files, faults = [], []
    for path, entities in named:
        try:
            files.append(_read(path, entities, label_column))
        except DataError as error:
            faults.append(str(error))
    raise_faults(faults + _inconsistent(files))
    return files


def saved_epochs(
    files: Sequence[EpochFile],
    *,
    trial_types: Sequence[str] | None = None,
    epoching: Epoching | None = None,
    simulated: bool = False,
    console: Console | None = None,
) -> Recordings:
    """One recording an epoch, as `raw_epochs.trial_epochs` makes them.

    Args:
        files: what `find_epochs` found.
        trial_types: labels that become recordings; all when None.
        epoching: bad channels, montage and extra types of channels; the rest is as it was saved.
        simulated: whether nobody measured this.
        console: where bad channels and notes are reported.

    Raises:
        DataError: an unknown trial type, bad channels that cannot be repaired, or values that are none.
    """
    console, chosen = console or Console(quiet=True), epoching or Epoching()
    known = {kind for file in files for kind in file.events.trial_type}
    for kind in trial_types or ():
        if kind not in known:
            raise DataError(f"trial_types: no epoch of type {kind!r} in any file{nearest_name(kind, known)}")
    all_bads = sorted({name for file in files for name in file.bads})
    parts = []
    for file in files:
        rows = np.flatnonzero(file.events.trial_type.isin(list(known if trial_types is None else trial_types)))
        if not len(rows):
            console.print(f"{file.id}: no epoch of the wanted types; left out", highlight=False)
            continue
        epochs = file.epochs[rows]
        if chosen.bad_channels == "drop":  # in all files, for all must have the same channels
            epochs.info["bads"] = [name for name in all_bads if name in epochs.ch_names]
        part = epochs_recordings(
            epochs,
            subject=file.subject,
            run=file.name,
            session=file.session,
            extra=chosen.extra,
            bad_channels=chosen.bad_channels,
            montage=chosen.montage,
            source=str(file.path),
        )
        labels = file.events.trial_type.to_numpy()[rows]
        parts.append(Recordings(part.data.assign_coords(label=("recording", labels.tolist()))))
    report = "; ".join(f"{file.id}: {', '.join(file.bads)}" for file in files if file.bads) or "none"
    done_to_them = {"interpolate": "interpolated", "drop": "dropped"}[chosen.bad_channels]
    console.print(f"bad channels ({done_to_them}): {report}", highlight=False)
    together, note = joined(parts)
    if note:
        console.print(note, highlight=False)
    facts = {"bad_channels": report, "bad_channels_were": done_to_them, "simulated": int(simulated)}
    return Recordings(together.data.assign_attrs(facts))


_LONG = {
    "sub": "subject",
    "ses": "session",
    "task": "task",
    "acq": "acquisition",
    "run": "run",
    "proc": "processing",
    "space": "space",
    "split": "split",
    "desc": "description",
}


def _entities(path: Path) -> dict[str, str | None]:
    """Entities of a name, None where it has none, and the folder that says the kind of data."""
    pairs = (pair.split("-", 1) for pair in path.name.replace("-epo.fif", "_epo.fif").split("_")[:-1] if "-" in pair)
    short: dict[str, str] = dict(pairs)
    known = {name: short.get(key) for key, name in _LONG.items()}
    return known | {"datatype": path.parent.name if path.parent.name in ("eeg", "meg") else "eeg"}


def _read(path: Path, entities: Mapping[str, Any], label_column: str) -> EpochFile:
    try:
        epochs = mne.read_epochs(path, preload=False, verbose="error")
    except Exception as error:  # MNE raises many kinds
        raise DataError(f"{path}: cannot be read as epochs ({error}); expected what mne.Epochs.save writes") from error
    table = epochs.metadata
    if table is not None and label_column in table:
        kinds = table[label_column].astype(str).tolist()
    elif label_column == "trial_type":
        names = {code: name for name, code in epochs.event_id.items()}
        kinds = [names[code] for code in epochs.events[:, 2]]
    else:
        columns = [] if table is None else list(table.columns)
        raise DataError(
            f"{path}: no column {label_column!r} in the epochs' metadata{nearest_name(label_column, columns)}"
        )
    labels = [("ses", "session"), ("acq", "acquisition"), ("run", "run")]
    name = "_".join(f"{short}-{entities[entity]}" for short, entity in labels if entities[entity])
    onsets = epochs.events[:, 0] / epochs.info["sfreq"]
    return EpochFile(
        path=path,
        subject=str(entities["subject"]),
        session=str(entities["session"] or ""),
        task=str(entities["task"] or ""),
        name=name or "run-01",
        epochs=epochs,
        events=pd.DataFrame({"onset": onsets, "duration": 0.0, "trial_type": kinds}),
    )


def _inconsistent(files: Sequence[EpochFile]) -> list[str]:
    """Faults between files: two of one run; other channels, rates or windows."""
    faults = []
    by_id: dict[str, EpochFile] = {}
    for file in files:
        first, same = files[0], by_id.setdefault(file.id, file)
        if same is not file:
            faults.append(
                f"{file.path}: a second file of {file.id} beside {same.path.name}; choose with filters, e.g. --set filters.processing=clean"
            )
        differing = sorted(set(file.epochs.ch_names) ^ set(first.epochs.ch_names))
        if differing:
            faults.append(
                f"{file.path}: channels differ from those of {first.id}: {', '.join(differing[:8])}; read files of one montage together"
            )
        here, there = ((one.epochs.info["sfreq"], one.epochs.tmin, len(one.epochs.times)) for one in (file, first))
        if not np.allclose(here, there, rtol=1e-4):
            faults.append(
                f"{file.path}: {here[2]} samples at {here[0]:g} Hz from {here[1]:g} s, but {there[2]} at {there[0]:g} Hz from {there[1]:g} s in "
                f"{first.id}; save epochs of one window and rate"
            )
    return faults
