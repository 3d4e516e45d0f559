"""One process of a sweep: a few runs, one after another, each with its own log; and the supervisor of that process.

    supervise(jobs)  ->  python -m neurona.experiments.sweeps.jobs  ->  for each job: run(config, folder)

The supervisor is what joblib calls, on this machine or on another one that sees the same files. It imports nothing heavy, so that a
worker costs little; the runs' process imports JAX once for all of its runs. A run that fails by an error leaves the
others alone; one that takes the process with it (out of memory, killed) is noted, and a new process does the rest.

What they say to each other: the jobs as one line of JSON on the process's standard input, which then stays open as a life line
(the process ends itself when it closes, so a killed sweep leaves no orphans), and a line of JSON for every finished run back.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

RUN = "neurona.experiments.runs.runner:run"
"""What performs a run: module:function, called as (config, folder, console)."""

LOG = "log.txt"
OUTCOME = "outcome.json"

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NPROC")
"""NPROC is XLA's: the size of its CPU thread pools."""


@dataclass(frozen=True)
class Job:
    """One run.

    Attributes:
        config: the config file.
        overrides: `key=value` texts.
        digest: of settings and data, see `neurona.experiments.runs.identity`.
        folder: run directory.
        run: what performs it, see `RUN`.
    """

    config: str
    overrides: tuple[str, ...]
    digest: str
    folder: str
    run: str = RUN


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `error` is the last line of what went wrong, None where all went well."""

    digest: str
    folder: str
    seconds: float
    error: str | None = None


def supervise(jobs: tuple[Job, ...], threads: int, watched: tuple[str, int] | None = None) -> list[Outcome]:
    """Perform some runs in a process of their own, several in turn where one takes the process with it.

    Args:
        jobs: the runs.
        threads: of each of the libraries that compute.
        watched: host and process id of the sweep: when it ends, so do its runs on the same host.
    """
    left, outcomes = list(jobs), []
    while left:
        started = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(threads),
        ) as process:
            assert process.stdin
            assert process.stdout
            assert process.stderr
            order = {"jobs": [dataclasses.asdict(job) for job in left], "watched": watched}
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    outcome = Outcome(**json.loads(line))
                    outcomes.append(outcome)
                    left = [job for job in left if job.digest != outcome.digest]
                    started = time.monotonic()
                said = process.stderr.read().strip()
            except BrokenPipeError:
                said = process.stderr.read().strip()
        if left:
            lost = left.pop(0)
            why = f"the process ended {_how(process.returncode)}" + (f": {said.splitlines()[-1]}" if said else "")
            outcomes.append(_note(Outcome(lost.digest, lost.folder, time.monotonic() - started, why)))
    return outcomes


def main() -> None:
    """The runs' process."""
    order = json.loads(sys.stdin.readline())
    _end_with(order["watched"])
    # Whatever the runs print, at whatever level, belongs into their logs; the supervisor's line is kept apart.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    for job in order["jobs"]:
        outcome = _perform(Job(**{**job, "overrides": tuple(job["overrides"])}))
        print(json.dumps(dataclasses.asdict(outcome)), file=answers, flush=True)


def _perform(job: Job) -> Outcome:
    folder, start = Path(job.folder), time.monotonic()
    error: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("w", encoding="utf-8") as log:
            for descriptor in (1, 2):
                os.dup2(log.fileno(), descriptor)
            error = _run(job, log)
    except OSError as failure:
        error = f"{type(failure).__name__}: {failure}"
    return _note(Outcome(job.digest, job.folder, round(time.monotonic() - start, 2), error))


def _run(job: Job, log: TextIO) -> str | None:
    """Run, and say what went wrong."""
    import logging
    import traceback

    from rich.console import Console

    from neurona.errors import NeuronaError

    try:
        from neurona.experiments.config import load_config
        from neurona.experiments.runs.compiled_code import keep_compiled_code
        from neurona.experiments.runs.identity import data_fingerprint, digest_of

        config = load_config(Path(job.config), list(job.overrides))
        if digest_of(config, data_fingerprint(config)) != job.digest:
            return f"{job.config}: it or its data changed since the sweep began; start it again"
        module, _, function = job.run.partition(":")
        perform = getattr(importlib.import_module(module), function)
        if "jax" in sys.modules:
            keep_compiled_code()
        logging.basicConfig(stream=log, format="%(asctime)s %(message)s", force=True)
        logging.getLogger("neurona").setLevel(logging.INFO)
        perform(config, Path(job.folder), Console(file=log, width=120))
    except NeuronaError as error:
        print(f"neurona: {error}", file=log, flush=True)
        return str(error).strip().splitlines()[-1]
    except Exception as error:
        traceback.print_exc(file=log)
        log.flush()
        return f"{type(error).__name__}: {error}".strip().splitlines()[-1]
    return None


def _note(outcome: Outcome) -> Outcome:
    """Leave the outcome in the run directory; one that cannot be written is still reported."""
    from neurona.errors import OutputError
    from neurona.files import write_json

    try:
        write_json(Path(outcome.folder) / OUTCOME, {"seconds": outcome.seconds, "error": outcome.error})
    except OutputError as error:
        return outcome if outcome.error else dataclasses.replace(outcome, error=str(error))
    return outcome


def _end_with(watched: list[Any] | None) -> None:
    """End this process when the supervisor or the sweep is no more, even if they were killed."""

    def read() -> None:
        sys.stdin.read()
        os._exit(1)

    def look() -> None:
        while True:
            time.sleep(0.5)
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                os._exit(1)
            except PermissionError:
                pass

    threading.Thread(target=read, daemon=True).start()
    if watched and watched[0] == socket.gethostname():
        pid = int(watched[1])
        threading.Thread(target=look, daemon=True).start()


def _environment(threads: int) -> dict[str, str]:
    limited = dict.fromkeys(_THREADS, str(threads))
    if threads == 1:
        flags = os.environ.get("XLA_FLAGS", "")
        limited["XLA_FLAGS"] = f"{flags} --xla_cpu_multi_thread_eigen=false".strip()
    return {**os.environ, **limited}


def _how(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
    return f"with code {code}"


if __name__ == "__main__":
    main()
