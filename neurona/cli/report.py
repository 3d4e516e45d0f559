"""`neurona report`: one HTML file about a run, or about two beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN [RUN]", help="directory of a finished run; of two, to compare them")
    ],
    by: Annotated[
        str | None, typer.Option(help="what is independent where two are compared, as in `neurona compare`")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="the file; RUN/report.html unless given")] = None,
) -> None:
    """Write what runs found into one HTML file that works offline: words, tables, pictures, graphs, mistakes, provenance."""
    from neurona.experiments.runs.finished_run import open_run
    from neurona.report import write_report

    name = "report.html" if len(runs) == 1 else f"report_beside_{runs[-1].resolve().name}.html"
    path = write_report([open_run(run) for run in runs], out or runs[0] / name, by)
    Console().print(f"report: {path}", highlight=False, soft_wrap=True)
