"""Epochs of MNE-Python -> a data set; see `Dataset.from_epochs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from neurona.datasets.dataset import Dataset
from neurona.datasets.from_arrays import labelled
from neurona.datasets.labels import Missing
from neurona.errors import DataError, nearest_name
from neurona.recordings.meeg import epochs_recordings
from neurona.recordings.recordings import Recordings

if TYPE_CHECKING:
    import mne


def from_epochs(
    epochs: mne.BaseEpochs,
    labels: Any = None,
    *,
    groups: str | Sequence[Any] | None = None,
    subject: str = "1",
    definitions: Mapping[str, str] | None = None,
    missing: Missing = "error",
    simulated: bool = False,
    name: str = "epochs",
) -> Dataset:
    """See `Dataset.from_epochs`."""
    recordings = epochs_recordings(epochs, subject=subject)
    data = recordings.data.assign_attrs(simulated=int(simulated))
    if groups is not None:
        runs = _columns(epochs, [groups], "groups").iloc[:, 0] if isinstance(groups, str) else groups
        if len(runs) != recordings.n_recordings:
            raise DataError(f"groups: {len(runs)} given for {recordings.n_recordings} epochs")
        data = data.assign_coords(run=("recording", [str(run) for run in runs]))
    if labels is None:
        events = pd.Series(data.label.values.astype(str), name="event")
        labels = events if events.nunique() > 1 else None  # of one event all that is known is that it happened
    elif isinstance(labels, str):
        labels = _columns(epochs, [labels], "labels").iloc[:, 0]
    elif isinstance(labels, list | tuple) and _names_columns(epochs, labels):
        labels = _columns(epochs, labels, "labels")
    return labelled(Recordings(data), labels, definitions=definitions, missing=missing, name=name, layout="MNE epochs")


def _names_columns(epochs: mne.BaseEpochs, labels: Sequence[Any]) -> bool:
    """Whether a list names columns of the metadata, and is no list of labels, one for each epoch."""
    known = set() if epochs.metadata is None else set(epochs.metadata.columns)
    return bool(labels) and (set(labels) <= known or len(labels) != len(epochs))


def _columns(epochs: mne.BaseEpochs, names: Sequence[str], what: str) -> pd.DataFrame:
    if epochs.metadata is None:
        raise DataError(f"{what}: {list(names)} of epochs without metadata; set epochs.metadata, or pass the values")
    for name in names:
        if name not in epochs.metadata:
            raise DataError(f"{what}: the metadata have no column {name!r}{nearest_name(str(name), epochs.metadata)}")
    return epochs.metadata[list(names)]
