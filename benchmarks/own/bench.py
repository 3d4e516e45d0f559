"""What the bars about recordings of one's own share."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLI = (sys.executable, "-c", "from neurona.cli import main; main()")


@dataclass(frozen=True)
class Own:
    """Where the bars are measured.

    Attributes:
        folder: for files.
        quick: whether to measure small versions.
    """

    folder: Path
    quick: bool


@dataclass(frozen=True)
class Done:
    """A process that came to its end.

    Attributes:
        code: its exit code.
        told: what it printed, errors last.
        cpu: seconds of user and system time, its children's too.
    """

    code: int
    told: str
    cpu: float


def call(command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
    """Run a command to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        list(command),
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(env or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Done(done.returncode, (done.stdout + done.stderr).strip(), cpu)
