"""What a finished run measures, draws and shows: the metrics and plots of its config, tables in the terminal, files in the run directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from neurona.errors import DataError
from neurona.evaluation import accuracy_rich_table, results_table
from neurona.evaluation.metrics.groups import groups_rich_table
from neurona.evaluation.simulated import SIMULATED
from neurona.experiments.metrics import METRICS
from neurona.experiments.plots import PLOTS
from neurona.experiments.runs.findings import Findings
from neurona.files import write_atomically

TABLES = "tables"
"""Folder of the metrics that are tables, in a run directory."""

SHOWN = 12
"""Rows of a table that the terminal shows."""


def measure(findings: Findings, folder: Path, console: Console) -> dict[str, Any]:
    """The config's metrics, shown: numbers by the name of the metric; tables go to `tables/NAME.csv`, and why a metric could not be made to
    `not_measured`.

    Raises:
        OutputError: a table cannot be written.
    """
    measured: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for name in findings.config.evaluation.metrics:
        try:
            found = METRICS.find(name)(findings)
        except DataError as error:
            missing[name] = str(error)
            console.print(f"{name}: not measured: {error}", highlight=False, markup=False)
            continue
        if isinstance(found, pd.DataFrame):
            _write(found, folder / TABLES / f"{name}.csv", findings.simulated)
            console.print(results_table(found.head(SHOWN), f"{findings.title}: {name}", findings.simulated))
            if len(found) > SHOWN:
                more = f"{name}: {len(found) - SHOWN:,} rows more in {folder / TABLES / name}.csv"
                console.print(more, highlight=False, markup=False)
            if "said" in found.attrs:
                measured[name] = {"said": found.attrs["said"]}
                console.print(f"{name}: {found.attrs['said']}", highlight=False, markup=False)
        elif found is not None:
            measured[name] = dict(found)
            console.print(_line(name, found, findings.simulated), highlight=False, markup=False)
    return measured | ({"not_measured": missing} if missing else {})


def show(
    findings: Findings, subjects: Mapping[str, Any] | None, baselines: Mapping[str, Any], console: Console
) -> None:
    """The table of accuracies, and beside it those over subjects, where there are several, and of classical decoders."""
    console.print(accuracy_rich_table(findings.accuracy, findings.title, findings.simulated, unit=findings.unit))
    if subjects:
        each = "one decoder each" if findings.config.evaluation.within_subjects else "the same decoders"
        title = f"Accuracy over subjects, {each}"
        console.print(groups_rich_table(subjects, title, simulated=findings.simulated))
    if baselines:
        heading = "Classical decoders of describe, same features and folds"
        console.print(accuracy_rich_table(baselines, heading, findings.simulated, unit=findings.unit))


def plot(findings: Findings, folder: Path, console: Console) -> None:
    """The config's plots; `groundings.parquet` (word x entity, of the first fold) holds what is drawn of groundings.

    Raises:
        OutputError: a file cannot be written.
    """
    groundings = findings.groundings
    if groundings is not None:
        table = groundings.rename_axis("word").reset_index()
        write_atomically(folder / "groundings.parquet", lambda path: table.to_parquet(path, index=False))
    for name in findings.config.evaluation.plots:
        path = PLOTS.find(name)(findings, folder)
        if path is not None:
            console.print(f"{name}: {path}", highlight=False, markup=False)


def _write(table: pd.DataFrame, path: Path, simulated: bool) -> None:
    told = table.assign(data=SIMULATED) if simulated else table
    write_atomically(path, lambda target: told.to_csv(target, index=False))


def _line(name: str, numbers: Mapping[str, Any], simulated: bool) -> str:
    told = ", ".join(
        f"{key.replace('_', ' ')} {value:.3f}" if isinstance(value, float) else f"{key} {value}"
        for key, value in numbers.items()
        if isinstance(value, int | float)
    )
    return f"{name}{' (SIMULATED)' if simulated else ''}: {told}"
