"""What the themes of speed share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def command(arguments: Sequence[str], cache: Path, **variables: str) -> dict[str, Any]:
    """What a command line of Neurona takes in a process of its own (`speeds.starts`).

    Args:
        arguments: of `neurona`.
        cache: where it keeps what it compiles.
        variables: of its environment.

    Raises:
        RuntimeError: it failed.
    """
    told = cache.parent / f"told-{time.monotonic_ns()}.json"
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    done = subprocess.run(
        [sys.executable, "-m", "speeds.starts", str(told), *arguments],
        env=environment | {"NEURONA_CACHE": str(cache), "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"neurona {' '.join(arguments)}: {(done.stderr or done.stdout).strip()[-500:]}")
    return json.loads(told.read_text(encoding="utf-8"))
