"""What an alignment is, and the one list of them.

    settings.fit(recordings, train) -> FittedAlignment,      .apply(recordings) -> Recordings of the same shape

An alignment is one file of this folder, with a dataclass of settings under `@ALIGNMENTS.register`; it is in configs (`align: zscore`), and under
the tests of all, by that alone. No method looks at labels unless its `uses` says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from neurona.errors import DataError
from neurona.recordings.alignment.groups import By, Group, groups_of
from neurona.recordings.recordings import Recordings
from neurona.registry import Registry

ALIGNMENTS: Registry[type[Alignment]] = Registry("alignment", "neurona.alignments", "neurona.recordings.alignment")
"""Method -> its settings."""

Uses = Literal["nothing", "past", "unlabelled", "labelled"]
"""What is used of the recordings that are tested, beside the one that is read: nothing; the values of those before it; the values of all that
are read together; their labels."""


@dataclass(frozen=True, kw_only=True)
class Alignment(ABC):
    """Settings of any alignment.

    Attributes:
        by: what is aligned as a whole: each run, each session of a subject, or each subject.
    """

    by: By = "run"

    @property
    def least(self) -> int:
        """Recordings that a group must have."""
        return 2

    @property
    @abstractmethod
    def uses(self) -> Uses: ...

    @property
    @abstractmethod
    def does(self) -> str:
        """What is done, for a table's title: `each run z-scored by its own recordings`."""

    @abstractmethod
    def fit(self, recordings: Recordings, train: Bool[np.ndarray, " recording"]) -> FittedAlignment:
        """Learn what is to be learned from training recordings; the others are not looked at.

        Raises:
            DataError: the recordings do not allow it.
        """


@dataclass(frozen=True)
class FittedAlignment(ABC):
    """What aligns recordings, group by group; each group from its own recordings, whatever other groups are read with it.

    Attributes:
        settings: that it was fitted by.
    """

    settings: Alignment

    def apply(self, recordings: Recordings) -> Recordings:
        """The recordings aligned, in memory. Within a group they are taken to stand in the order in which they were measured.

        Raises:
            DataError: a group has too few recordings, or is not known (no sessions).
        """
        data, least = recordings.data, self.settings.least
        values = np.empty(data.shape, np.float32)
        for group in groups_of(recordings, self.settings.by):
            if len(group.rows) < least:
                raise DataError(
                    f"align: {self.settings.by} {group.name} has {len(group.rows)} recording(s), and is aligned by its own recordings, of "
                    f"which {least} are needed at least; read more of them together, or align by a larger group (align.by)"
                )
            values[group.rows] = self.aligned(data.isel(recording=group.rows).values.astype(np.float64), group)
        return Recordings(data.copy(data=values))

    @abstractmethod
    def aligned(
        self, values: Float[np.ndarray, "recording channel time"], group: Group
    ) -> Float[np.ndarray, "recording channel time"]:
        """One group's recordings, aligned."""


def alignment_settings(method: str) -> Alignment:
    """The settings of a method, with their defaults.

    Raises:
        ConfigError: there is no such method.
    """
    return ALIGNMENTS.find(method)()
