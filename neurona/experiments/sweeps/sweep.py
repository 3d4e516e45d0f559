"""Many runs of one config: `neurona sweep CONFIG --over seed=0:5 subject=CSI1,CSI2 --jobs 4 --backend loky|dask|ray`.

joblib deals the runs out: loky on this machine, Dask or Ray on a cluster whose machines see the same folder. Each run has its
own directory `runs/NAME/DIGEST`, its own log there, and ends by writing metrics.json. Finished runs are therefore known
by their files: they are skipped, whoever made them, where settings and data are the same (`identity`). Failed ones are listed with the last line of their error and tried again
by the next sweep. A sweep that is killed loses the runs in hand and nothing else.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import joblib
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from neurona.errors import ConfigError
from neurona.experiments.config import load_config
from neurona.experiments.runs.identity import data_fingerprint, digest_of, is_finished
from neurona.experiments.schema import Config
from neurona.experiments.shipped import find_config
from neurona.experiments.sweeps.jobs import OUTCOME, RUN, Job, Outcome, supervise
from neurona.experiments.sweeps.over import combinations, overrides
from neurona.experiments.sweeps.results import failures_table, over_seeds, run_rows, summary_table, write_results
from neurona.files import digest

Backend = Literal["loky", "dask", "ray"]
Fingerprints = dict[tuple[str | None, Path | None, str, bool], str]
"""Data of a config (name, path, settings, whether they are read) -> fingerprint."""


@dataclass(frozen=True)
class PlannedRun:
    """A run to be: what was chosen for it, its resolved config, the fingerprint of its data, and where its files go."""

    chosen: Mapping[str, Any]
    config: Config
    data: str
    job: Job

    @property
    def folder(self) -> Path:
        return Path(self.job.folder)

    @property
    def finished(self) -> bool:
        """Whether its metrics are there, of these very settings and data."""
        return is_finished(self.folder, self.config, self.data)


@dataclass(frozen=True)
class Workers:
    """Who performs the runs.

    Attributes:
        jobs: at the same time.
        backend: loky: processes of this machine; dask, ray: of a cluster.
        scheduler: address of the cluster; with dask, None is a cluster of this machine; with ray, the one that RAY_ADDRESS names.
        threads: of each run; None shares this machine's cores among the jobs, and is one on a cluster.
        together: runs that one process performs one after another. They share its compiled code and whatever it has read,
            so a short run starts at once; a single one is on its own.
    """

    jobs: int = 1
    backend: Backend = "loky"
    scheduler: str | None = None
    threads: int | None = None
    together: int = 1

    def __post_init__(self) -> None:
        if self.jobs < 1 or self.together < 1 or (self.threads is not None and self.threads < 1):
            raise ConfigError(
                f"--jobs {self.jobs}, --threads {self.threads}, together {self.together}: each must be 1 or more"
            )
        if self.backend not in ("loky", "dask", "ray"):
            raise ConfigError(f"--backend {self.backend}: unknown; known: loky, dask, ray")

    @property
    def threads_of_a_run(self) -> int:
        """Threads of each computing library."""
        if self.threads is not None:
            return self.threads
        return max(1, joblib.cpu_count() // self.jobs) if self.backend == "loky" else 1


def plan_sweep(
    config_path: str | Path,
    over: Mapping[str, Sequence[Any]],
    *,
    set_: Sequence[str] = (),
    runs: Path = Path("runs"),
    run: str = RUN,
) -> list[PlannedRun]:
    """The runs of a sweep, each config once.

    Args:
        config_path: the config that all share, a file or the name of one that ships.
        over: key -> values (see `neurona.experiments.sweeps.over.parse_over`).
        set_: `key=value` overrides of all runs.
        runs: where run directories go.
        run: what performs a run, `module:function`.

    Raises:
        ConfigError: a combination that makes no valid config.
    """
    planned: dict[str, PlannedRun] = {}
    known: Fingerprints = {}
    for chosen in combinations(over):
        made = plan_run(config_path, [*set_, *overrides(chosen)], chosen, runs, run, known)
        planned.setdefault(made.job.digest, made)
    return list(planned.values())


def plan_run(
    config_path: str | Path,
    texts: Sequence[str],
    chosen: Mapping[str, Any],
    runs: Path,
    run: str = RUN,
    known: Fingerprints | None = None,
) -> PlannedRun:
    """One run.

    Args:
        config_path, runs, run: see `plan_sweep`.
        texts: `key=value` overrides.
        chosen: what a sweep chose for it.
        known: fingerprints of data found so far, to be added to.

    Raises:
        ConfigError: the overrides make no valid config.
        DataError: its data cannot be found.
    """
    config_path = find_config(config_path)
    config = load_config(config_path, list(texts))
    if config.training.mesh.processes != 1:
        raise ConfigError(
            f"training.mesh.processes: found {config.training.mesh.processes}, expected 1: each run of a sweep is one process; leave it out, "
            "or start the runs one by one with `neurona run`"
        )
    known = {} if known is None else known
    place = (config.data.name, config.data.path, repr(config.data.settings), config.data.simulation is None)
    if place not in known:
        known[place] = data_fingerprint(config)
    digest = digest_of(config, known[place])
    folder = runs / config.name / digest
    # Absolute, for a worker may have another working directory.
    job = Job(os.path.abspath(config_path), tuple(texts), digest, os.path.abspath(folder), run)
    return PlannedRun(chosen, config, known[place], job)


def perform(planned: Sequence[PlannedRun], workers: Workers, console: Console) -> list[Outcome]:
    """Perform what is not finished, and say how each of those runs ended.

    Args:
        planned: runs; neighbours share a process where `workers.together` allows.
        workers: who does it.
        console: shows progress.

    Raises:
        ConfigError: the backend is not installed or cannot be reached.
    """
    missing = [one.job for one in planned if not one.finished]
    for job in missing:
        # Metrics of another config must not pass for those of this one.
        (Path(job.folder) / "metrics.json").unlink(missing_ok=True)
    kept = len(planned) - len(missing)
    console.print(f"{len(planned)} runs: {kept} finished before, {len(missing)} to do", highlight=False)
    if not missing:
        return []
    size = min(workers.together, -(-len(missing) // workers.jobs))
    batches = [tuple(missing[k : k + size]) for k in range(0, len(missing), size)]
    watched = (socket.gethostname(), os.getpid()) if workers.backend == "loky" else None
    calls = [joblib.delayed(supervise)(batch, workers.threads_of_a_run, watched) for batch in batches]
    outcomes: list[Outcome] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with backend(workers, len(batches)), Progress(*columns, console=console) as progress:
        task = progress.add_task("runs", total=len(missing))
        for ended in _each(calls, workers):
            outcomes += ended
            progress.update(task, advance=len(ended))
            for one in ended:
                if one.error:
                    progress.console.print(f"[red]failed[/red] {escape(one.folder)}: {escape(one.error)}")
    return outcomes


def sweep(
    config_path: str | Path,
    over: Mapping[str, Sequence[Any]],
    *,
    console: Console,
    set_: Sequence[str] = (),
    workers: Workers | None = None,
    runs: Path = Path("runs"),
    out: Path | None = None,
    run: str = RUN,
) -> pd.DataFrame:
    """Perform a sweep and leave `sweep.parquet`, `summary.json` and `sweep.png`.

    Args:
        config_path, over, set_, runs, run: see `plan_sweep`.
        console: shows progress, the table and what failed.
        workers: who performs the runs; one at a time on this machine when None.
        out: where the results go; `runs/NAME/sweep_HASH` when None, the hash that of the runs' digests.

    Returns:
        All runs, one row for each type of question of a finished one, one row for a failed one.

    Raises:
        ConfigError: a config or the backend is wrong; before any run.
        OutputError: the results cannot be written.
    """
    planned = plan_sweep(config_path, over, set_=set_, runs=runs, run=run)
    outcomes = {one.digest: one for one in perform(planned, workers or Workers(), console)}
    rows: list[dict[str, Any]] = []
    for one in planned:
        ended = outcomes.get(one.job.digest)
        error = ended.error if ended else None
        rows += run_rows(one.chosen, one.config, one.job.digest, one.folder, seconds_of(one.folder), error)
    table = pd.DataFrame(rows)
    keys = [key for key in over if key != "seed"]
    for key in keys:  # a column of a file is of one type
        if table[key].map(type).nunique() > 1:
            table[key] = table[key].map(str)
    summary = over_seeds(table, keys)
    name = planned[0].config.name
    if out is None:
        digests = "".join(sorted(one.job.digest for one in planned))
        out = runs / name / f"sweep_{digest(digests)[:10]}"
    write_results(out, table, summary, keys, name)
    if len(summary):
        console.print(summary_table(summary, keys, name))
    if (table.status == "failed").any():
        console.print(failures_table(table[table.status == "failed"], keys))
    console.print(f"results: {out}", highlight=False)
    return table


def seconds_of(folder: Path) -> float | None:
    """How long a run took in the process of a sweep; None where no sweep made it."""
    try:
        return float(json.loads((folder / OUTCOME).read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def backend(workers: Workers, batches: int) -> AbstractContextManager:
    """The context in which joblib deals out to the chosen workers.

    Raises:
        ConfigError: not installed, or no cluster at the address.
    """
    jobs = min(workers.jobs, batches)
    if workers.backend == "loky":
        return joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1)
    open_backend: dict[str, Callable[[Workers, int, ExitStack], None]] = {"dask": _dask, "ray": _ray}
    with ExitStack() as stack:
        open_backend[workers.backend](workers, jobs, stack)
        stack.enter_context(joblib.parallel_config(backend=workers.backend, n_jobs=jobs))
        return stack.pop_all()


def _each(calls: Sequence[Any], workers: Workers) -> Iterator[list[Outcome]]:
    # Ray's pool knows no generators. One batch a task: joblib would wait to fill larger ones.
    how = "list" if workers.backend == "ray" else "generator_unordered"
    yield from joblib.Parallel(return_as=how, batch_size=1, pre_dispatch="all")(calls)


def _dask(workers: Workers, jobs: int, stack: ExitStack) -> None:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ConfigError(f"--backend dask needs Dask ({error}); pip install 'neurona[dask]'") from error
    try:
        if workers.scheduler is None:
            # A worker only watches over the process that computes, so it is not the one to ask for memory.
            address: Any = stack.enter_context(
                LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None, memory_limit=0)
            )
        else:
            address = workers.scheduler
        stack.enter_context(Client(address, timeout="30s"))
    except OSError as error:
        raise ConfigError(f"--scheduler {workers.scheduler}: no Dask scheduler answers ({error})") from error


def _ray(workers: Workers, jobs: int, stack: ExitStack) -> None:
    try:
        import ray  # type: ignore[import-not-found, unused-ignore]
        from ray.util.joblib import register_ray  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise ConfigError(f"--backend ray needs Ray ({error}); pip install 'neurona[ray]'") from error
    if not ray.is_initialized():
        # Ray would also join whatever cluster was last started here, and refuse a number of cores for one that runs.
        address = workers.scheduler or os.environ.get("RAY_ADDRESS") or "local"
        try:
            knock(address)
            ray.init(address=address, num_cpus=jobs if address == "local" else None, log_to_driver=False)
        except ConnectionError as error:
            raise ConfigError(f"--scheduler {address}: no Ray cluster answers ({error})") from error
        stack.callback(ray.shutdown)
    register_ray()


def knock(address: str, timeout: float = 10.0) -> None:
    """See whether anyone listens at HOST:PORT, as Ray itself tries a dead address for minutes; words such as `auto` pass.

    Args:
        address: `HOST:PORT`, `ray://HOST:PORT`, or a word that Ray knows.
        timeout: seconds.

    Raises:
        ConnectionError: nobody listens in that time, or there is no such host.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout).close()
    except OSError as error:
        raise ConnectionError(str(error)) from error
