"""What the themes of speed share."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

CORES = 2
"""Of the machine that the bars speak of."""


@dataclass
class Speeds:
    """Where runs are made.

    Attributes:
        folder: of the runs; a finished one there is not made again.
        quick: small versions.
    """

    folder: Path
    quick: bool = False


class Clock:
    """Seconds that a block took: of CPU, user and system, of all threads; and on the wall.

    Rates are those of a machine of two cores with nothing else to do: per CPU second, times two. A busy machine's wall clock tells of its other work.
    """

    cpu = wall = 0.0

    def __enter__(self) -> Clock:
        self._start = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu, self.wall = time.process_time() - self._start[0], time.perf_counter() - self._start[1]

    def rate(self, count: float) -> float:
        """So many a second of two cores."""
        return min(CORES, os.cpu_count() or 1) * count / self.cpu
