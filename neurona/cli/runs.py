"""`neurona run`, `sweep` and `reproduce`: one experiment, many, and those of a paper; `runs` and `compare`: what they found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

ConfigName = Annotated[str, typer.Argument(metavar="CONFIG", help="a file, or one that ships (`neurona configs`)")]


Overrides = Annotated[list[str] | None, typer.Option("--set", help="key=value, overrides the config")]


def run(
    config: ConfigName,
    set_: Overrides = None,
    out: Annotated[Path | None, typer.Option(help="run directory")] = None,
) -> None:
    """Run an experiment from its config."""
    from neurona.experiments.config import load_config
    from neurona.experiments.runs.identity import data_fingerprint, digest_of
    from neurona.experiments.runs.runner import run as run_experiment
    from neurona.training import is_first

    console = Console()
    loaded = load_config(config, set_ or ())
    folder = out or Path("runs") / loaded.name / digest_of(loaded, data_fingerprint(loaded, console))
    run_experiment(loaded, folder, console)
    console.print(f"results: {folder}" if is_first() else "results: with process 0")


Jobs = Annotated[int, typer.Option(help="runs at a time")]
Backend = Annotated[
    str, typer.Option(help="loky (this machine), dask or ray (a cluster whose machines see this folder)")
]
Scheduler = Annotated[str | None, typer.Option(help="address of the cluster")]
Threads = Annotated[
    int | None, typer.Option(help="of each run; this machine's cores by the jobs unless given, 1 on a cluster")
]


def sweep(
    config: ConfigName,
    over: Annotated[list[str], typer.Option(help="KEY=VALUES: a range (0:5) or a list (CSI1,CSI2); more may follow")],
    more: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUES", help="further ones")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="key=value for all runs")] = None,
    jobs: Jobs = 1,
    backend: Backend = "loky",
    scheduler: Scheduler = None,
    threads: Threads = None,
    together: Annotated[int, typer.Option(help="runs that one process performs, one after another")] = 1,
    out: Annotated[Path | None, typer.Option(help="where the sweep's table and plot go")] = None,
) -> None:
    """Run a config for every combination of values; finished runs are skipped, failed ones tried again."""
    from neurona.experiments.sweeps.over import parse_over
    from neurona.experiments.sweeps.sweep import Workers
    from neurona.experiments.sweeps.sweep import sweep as sweep_config

    workers = Workers(jobs=jobs, backend=backend, scheduler=scheduler, threads=threads, together=together)  # type: ignore[arg-type]
    chosen = parse_over([*over, *(more or ())])
    table = sweep_config(config, chosen, console=Console(), set_=set_ or (), workers=workers, out=out)
    if (table.status == "failed").any():
        raise typer.Exit(1)


def reproduce(
    paper: Annotated[str, typer.Argument(help="folder of a paper, or one that ships (`neurona configs`)")],
    only: Annotated[list[str] | None, typer.Option(help="a table's name; may be repeated")] = None,
    data: Annotated[
        Path | None, typer.Option(help="folder of a converted data set, in the place of a paper's SIMULATED twin")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="small data and few seeds")] = False,
    seeds: Annotated[int | None, typer.Option(help="how many instead of the paper's")] = None,
    jobs: Annotated[
        int | None, typer.Option(help="runs at a time; as many as cores unless given, four at most")
    ] = None,
    backend: Backend = "loky",
    scheduler: Scheduler = None,
    threads: Threads = None,
    out: Annotated[Path | None, typer.Option(help="where tables and plots go")] = None,
) -> None:
    """Run what is missing of a paper's tables, with its peers, and put what was measured beside what was published."""
    from neurona.experiments.papers.reproduce import TOGETHER, default_jobs
    from neurona.experiments.papers.reproduce import reproduce as reproduce_paper
    from neurona.experiments.sweeps.sweep import Workers

    workers = Workers(
        jobs=jobs or default_jobs(),
        backend=backend,  # type: ignore[arg-type]
        scheduler=scheduler,
        threads=threads,
        together=TOGETHER,
    )
    made = reproduce_paper(
        paper, console=Console(), only=only or (), data=data, quick=quick, seeds=seeds, workers=workers, out=out
    )
    if made.failed:
        raise typer.Exit(1)


def runs(folder: Annotated[Path, typer.Argument(help="of run directories")] = Path("runs")) -> None:
    """The runs in a folder, the latest first, with their headline figures."""
    from neurona.experiments.runs.run_list import find_runs, runs_table

    Console().print(runs_table(find_runs(folder), folder))


def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="directory of a finished run")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="of another, asked the same questions")],
    by: Annotated[
        str | None,
        typer.Option(
            help="what is independent: recording, image, run, session or subject; that of the runs unless given"
        ),
    ] = None,
) -> None:
    """Which of two runs answers more of the questions that both were asked: a paired test for each group of questions."""
    from neurona.experiments.runs.comparison import compare_runs, comparison_rich_table, unit_of_runs
    from neurona.experiments.runs.finished_run import open_run

    both = open_run(first), open_run(second)
    unit = by or unit_of_runs(*both)
    Console().print(comparison_rich_table(compare_runs(*both, unit), *both, unit))
