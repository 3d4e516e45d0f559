"""Groups of recordings that are aligned as a whole: runs, sessions, people."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int

from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

By = Literal["run", "session", "subject"]


class Group(NamedTuple):
    """A run, a session or a subject.

    Attributes:
        name: its subject's, session's and run's names.
        subject: whose it is.
        rows: its recordings, in order.
    """

    name: str
    subject: str
    rows: Int[np.ndarray, " row"]


def groups_of(recordings: Recordings, by: By) -> list[Group]:
    """The groups, in the order of their first recordings. A run is one session's and a session one subject's, whatever their names.

    Raises:
        DataError: sessions are asked for, and none are known.
    """
    data = recordings.data
    names = {axis: data[axis].values.astype(str) for axis in ("subject", "session", "run") if axis in data.coords}
    if by == "session" and not any(names.get("session", ())) and data.sizes["recording"]:
        raise DataError("align.by: session: the recordings have no sessions; align by run or by subject")
    columns = {"subject": ("subject",), "session": ("subject", "session"), "run": ("subject", "session", "run")}[by]
    keys = list(zip(*(names[axis] for axis in columns if axis in names), strict=True))
    rows: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    return [Group(" ".join(filter(None, key)), key[0], np.array(found)) for key, found in rows.items()]


def group_of_each(recordings: Recordings, by: By) -> list[str]:
    """The name of each recording's group."""
    names = [""] * recordings.n_recordings
    for group in groups_of(recordings, by):
        for row in group.rows.tolist():
            names[row] = group.name
    return names
