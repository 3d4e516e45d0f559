"""What is wrong with a data set's folder: every fault with its file, not the first alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

from neurona.errors import DataError


class Fault(NamedTuple):
    """One fault: the file (relative to the folder checked) and what is wrong with it."""

    file: str
    what: str


@dataclass
class FolderReport:
    """The result of checking a folder.

    Attributes:
        layout: its name.
        simulated: whether nobody measured these data.
        counts: what there is, e.g. recordings and questions of each split.
        faults: what must be mended before it is converted.
        notes: what should be known; not in the way of conversion.
    """

    layout: str
    simulated: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults

    def add(self, file: object, what: object) -> None:
        self.faults.append(Fault(str(file), str(what)))

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def gather(self, look: Callable[[], None], place: str) -> None:
        """Let `look` fill the report; of an error that lists several faults each becomes one of the report's."""
        try:
            look()
        except DataError as error:
            first, *listed = str(error).split("\n- ")
            for what in listed or [first]:
                self.add(place, what)

    def count_trials(self, kinds: Sequence[str], wanted: Sequence[str] | None = None, most: int = 12) -> None:
        """Count trials; a note says how many there are of each type, the most frequent ones first."""
        found = Counter(kind for kind in kinds if wanted is None or kind in wanted)
        self.count("trials", found.total())
        self.count("trial types", len(found))
        order = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = ", ".join(f"{number} {kind}" for kind, number in order[:most])
        self.notes.append(f"trials: {shown}{', ...' if len(found) > most else ''}")
        for kind in wanted or ():
            if kind not in found:
                self.add("events", f"trial_types: no event of type {kind!r} in any run")

    def summary(self) -> str:
        """One line: what there is."""
        found = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        return f"{self.layout}{' (SIMULATED)' if self.simulated else ''}: {found or 'nothing'}"

    def table(self, most: int = 200) -> Table:
        """All faults, at most `most` rows; what is not shown is counted."""
        table = Table(title=f"{len(self.faults)} fault(s)", title_justify="left")
        table.add_column("file", overflow="fold")
        table.add_column("what is wrong", overflow="fold")
        for fault in self.faults[:most]:
            table.add_row(escape(fault.file), escape(fault.what))
        if len(self.faults) > most:
            table.add_row("...", f"and {len(self.faults) - most} more")
        return table


def first_faults(faults: Sequence[Fault], most: int = 3) -> str:
    """The first faults in one line, and how many there are."""
    shown = "; ".join(f"{file}: {what}" for file, what in faults[:most])
    return shown + (f"; and {len(faults) - most} more" if len(faults) > most else "")
