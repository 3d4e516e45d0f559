"""A continuous M/EEG run whose signal is still on disk: what its header says, and what is to be made of it."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import mne
import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.files import data_files, require_content
from neurona.recordings.epoching import Epoching
from neurona.recordings.events import check_events
from neurona.recordings.gaps import refuse_gaps

DATATYPES: Mapping[str, tuple[str, ...]] = {"eeg": ("eeg",), "meg": ("mag", "grad")}
"""Types of channels, in MNE's words, that each kind of data consists of."""


@dataclass(frozen=True)
class RawRun:
    """One M/EEG run, its signal still on disk.

    Attributes:
        file: that holds the signal, or leads to its further parts.
        open: reads it, with all that is known of its channels.
        subject, session, task: labels; empty where there are none.
        name: unique within the subject.
        events: columns onset, duration, trial_type; the index is the line.
        events_file: where they came from.
        channels: names of its good and bad data channels, in order.
        bads: names of the bad ones.
        sfreq: samples a second.
        end: of the signal in seconds.
        gaps: start and duration in seconds of each interruption of the signal.
        others: type of channel -> how many channels of the file are left out.
    """

    file: Path
    open: Callable[[], mne.io.BaseRaw]
    subject: str
    session: str
    task: str
    name: str
    events: pd.DataFrame
    events_file: Path
    channels: tuple[str, ...]
    bads: tuple[str, ...]
    sfreq: float
    end: float
    gaps: tuple[tuple[float, float], ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"sub-{self.subject}_{self.name}"

    @classmethod
    def look(
        cls,
        file: Path,
        open: Callable[[], mne.io.BaseRaw],
        events: Callable[[mne.io.BaseRaw], pd.DataFrame],
        events_file: Path,
        gaps: tuple[tuple[float, float], ...],
        *,
        labels: Mapping[str, str | None],
        datatype: str,
        epoching: Epoching,
        drop_incomplete: bool = False,
    ) -> RawRun:
        """A run, its header and its events checked.

        Args:
            file, open, events_file, gaps: see above.
            events: the run's events, of what `open` reads.
            labels: `subject`, `session`, `task`, and `acquisition` and `run`, which make its name.
            datatype: `eeg` or `meg`.
            epoching: what will be done to the signal.
            drop_incomplete: whether events outside the run are let pass; who makes epochs of them leaves them out.

        Raises:
            DataError: an unknown datatype, no channel of it, frequencies beyond the sampling, events outside the run.
        """
        if datatype not in DATATYPES:
            raise DataError(f"datatype: unknown {datatype!r}{nearest_name(datatype, DATATYPES)}")
        raw = open()
        sfreq = float(raw.info["sfreq"])
        epoching.check(sfreq, raw.ch_names, str(file))
        told = events(raw)
        end = raw.n_times / sfreq
        if not drop_incomplete:
            check_events(told, str(events_file), end)
        wanted = (*DATATYPES[datatype], *epoching.extra)
        kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
        names = tuple(name for name, kind in kinds.items() if kind in wanted and name not in epoching.references)
        if not {kinds[name] for name in names} - set(epoching.extra):
            raise DataError(
                f"{file}: no {datatype} channel among {len(kinds)} (found {', '.join(sorted(set(kinds.values())))}); check datatype, and in "
                "BIDS channels.tsv"
            )
        entities = [
            (key, labels.get(name)) for key, name in (("ses", "session"), ("acq", "acquisition"), ("run", "run"))
        ]
        return cls(
            file=file,
            open=open,
            subject=labels["subject"] or "",
            session=labels.get("session") or "",
            task=labels.get("task") or "",
            name="_".join(f"{key}-{value}" for key, value in entities if value) or "run-01",
            events=told,
            events_file=events_file,
            channels=names,
            bads=tuple(name for name in names if name in raw.info["bads"]),
            sfreq=sfreq,
            end=end,
            gaps=gaps,
            others=Counter(kind for name, kind in kinds.items() if name not in names),
        )


def open_alone(file: Path) -> mne.io.BaseRaw:
    """A recording without its sidecars: names, types and annotations that are the file's own.

    Raises:
        DataError: it was not fetched, has gaps that MNE passes over (see `refuse_gaps`), or cannot be read.
    """
    for part in data_files(file.parent, f"{file.stem}.*"):
        require_content(part)
    refuse_gaps(file)
    shielded = {"allow_maxshield": True} if file.name.endswith((".fif", ".fif.gz")) else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mne.io.read_raw(file, **shielded, verbose="error")
    except Exception as error:  # each format's reader raises its own kinds
        raise DataError(
            f"{file}: cannot be read ({error}); expected a whole file, and beside it those that belong to it"
        ) from error
