"""Events of a run: what was shown, when and for how long (events.tsv of BIDS).

Tables of events have the columns onset and duration in seconds after the first sample or volume, and trial_type; their index is the line
in the file, for messages.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.recordings.text_tables import read_text_table


def read_events(events: Path, column: str = "trial_type") -> pd.DataFrame:
    """The events of one run; trial_type is taken from `column`, in the words of the file.

    Rows without a label (`n/a`) are left out; a duration that is not known (`n/a`) counts as 0, a brief event.

    Raises:
        DataError: no readable table, no such column, an empty label, an onset that is no number, or a duration that is none or negative.
    """
    table = read_text_table(events)
    for name in ("onset", "duration", column):
        table.cells(name)
    labels = np.array(table.texts(column), dtype=object)
    labelled = np.array([label is not None for label in labels], dtype=bool)
    onsets = table.numbers("onset", "a number of seconds")
    durations = table.numbers("duration", "a number of seconds, or n/a")
    for row in np.flatnonzero(labelled).tolist():
        if np.isnan(onsets[row]):
            raise table.fault(row, "onset", "a number of seconds")
        if durations[row] < 0:
            raise table.fault(row, "duration", "0 seconds or more")
    found = pd.DataFrame({"onset": onsets, "duration": np.nan_to_num(durations), "trial_type": labels})
    found.index = pd.Index(table.lines, name="line", dtype=int)
    return found[labelled]


def check_events(events: pd.DataFrame, source: str, end: float, *, blocks: bool = False) -> None:
    """Raise a DataError unless each event lies inside the run.

    Args:
        events: what `read_events` returned.
        source: file name for messages.
        end: end of the run in seconds.
        blocks: whether an event needs a duration, all of it inside the run.
    """
    late = (events.onset + events.duration > end) | (events.duration == 0) if blocks else events.onset >= end
    outside = events[(events.onset < 0) | late]
    if len(outside):
        row = outside.iloc[0]
        mend = "check onsets and the sampling" + (
            "" if blocks else ", or leave such trials out with drop_incomplete=true"
        )
        raise DataError(
            f"{source}: line {outside.index[0]}: the event {row.trial_type!r} runs from {row.onset:g} s to "
            f"{row.onset + row.duration:g} s, outside the recording (0 to {end:g} s); {mend}"
        )


def chosen_types(tables: Iterable[pd.DataFrame], wanted: Sequence[str] | None) -> list[str]:
    """The trial types that become recordings, in alphabetical order: the wanted ones, or all when None.

    Raises:
        DataError: no event is of a wanted type; the nearest type is told.
    """
    known = {str(kind) for table in tables for kind in table.trial_type}
    for kind in wanted or ():
        if kind not in known:
            raise DataError(f"trial_types: no event of type {kind!r} in any run{nearest_name(kind, known)}")
    return sorted(known if wanted is None else set(wanted))


def check_apart(trials: pd.DataFrame, source: str) -> None:
    """Raise a DataError for two trials at one time: they would be one recording with two labels, or one event told twice."""
    ordered = trials.sort_values("onset", kind="stable")
    rows = zip(ordered.index.astype(int), ordered.onset.astype(float), ordered.trial_type.astype(str), strict=True)
    for (line, onset, kind), (other_line, other_onset, other_kind) in itertools.pairwise(rows):
        if other_onset - onset < 1e-3:
            lines = f"lines {min(line, other_line)} and {max(line, other_line)}"
            if kind == other_kind:
                raise DataError(f"{source}: {lines}: {kind!r} at {onset:g} s stands there twice; delete one")
            raise DataError(
                f"{source}: {lines}: {kind!r} and {other_kind!r} are both at {onset:g} s, and a recording has one label; leave "
                "one out with trial_types, or label both in one word"
            )
