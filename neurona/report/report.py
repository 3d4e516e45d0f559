"""The report of one run, or of two beside each other: gather what the runs left, and fill the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from neurona.errors import ConfigError, DataError
from neurona.evaluation.simulated import SIMULATED
from neurona.experiments.metrics import METRICS
from neurona.experiments.runs.comparison import compare_runs, unit_of_runs
from neurona.experiments.runs.findings import title_of
from neurona.experiments.runs.finished_run import Run
from neurona.experiments.runs.results import TABLES
from neurona.files import write_text
from neurona.readings import Reading
from neurona.report.mistakes import worst_mistakes
from neurona.report.pictures import concept_graphs, drawn_by_run, training_curves
from neurona.report.tables import Table, accuracy_section, effects_table, plain_table
from neurona.report.words import sentences

MOST_ROWS = 30
"""Of a table of a metric; the whole lies beside the run."""


def write_report(runs: Sequence[Run], path: str | Path, by: str | None = None) -> Path:
    """Write one self-contained HTML file.

    Args:
        runs: one finished run, or two that were asked the same questions.
        path: of the file.
        by: what is independent, of two runs; see `compare_runs`.

    Raises:
        ConfigError: another number of runs.
        DataError: a run is damaged, or the two cannot be compared.
        OutputError: the file cannot be written.

    Examples:
        >>> import neurona as nr
        >>> from neurona.report import write_report
        >>> write_report([nr.open_run("runs/quickstart")], "report.html")  # doctest: +SKIP
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    if not 1 <= len(runs) <= 2:
        raise ConfigError(f"a report is of one run, or of two to compare, not of {len(runs)}")
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = [_told(run) for run in runs]
    page = pages.get_template("report.html").render(
        title=" and ".join(one["title"] for one in told),
        simulated=SIMULATED if any(one["simulated"] for one in told) else "",
        comparison=_compared(runs[0], runs[1], by) if len(runs) == 2 else None,
        runs=told,
        written=f"{datetime.now():%Y-%m-%d %H:%M}",
    )
    return write_text(path, page)


def _told(run: Run) -> dict[str, Any]:
    """All that the page says of a run."""
    reading = _reading(run)
    metrics, data = run.metrics, run.provenance["dataset"]
    return {
        "title": title_of(run.config),
        "folder": str(run.folder),
        "simulated": data["simulated"],
        "sentences": sentences(run),
        "accuracy": accuracy_section(metrics["accuracy"], metrics.get("baselines") or {}, metrics["unit"]),
        "tables": _tables(run),
        "not_measured": metrics.get("not_measured") or {},
        "pictures": [*drawn_by_run(run), *training_curves(run)],
        "graphs": concept_graphs(run, reading) if reading is not None else [],
        "mistakes": worst_mistakes(run, reading),
        "provenance": _provenance(run.provenance),
        "config": (run.folder / "config.yaml").read_text(encoding="utf-8"),
    }


def _reading(run: Run) -> Reading | None:
    try:
        return run.reading
    except DataError:
        return None


def _tables(run: Run) -> list[Table]:
    """The metrics that are tables; what each is, in the words of the metric."""
    found = []
    for name in run.config.evaluation.metrics:
        path = run.folder / TABLES / f"{name}.csv"
        if path.is_file():
            table, note = pd.read_csv(path), " ".join((METRICS.find(name).__doc__ or "").split())
            if len(table) > MOST_ROWS:
                note += f" The first {MOST_ROWS} of {len(table)} rows; all are in {TABLES}/{path.name}."
            found.append(plain_table(table.head(MOST_ROWS), name.replace("_", " ").capitalize(), note))
    return found


def _compared(first: Run, second: Run, by: str | None) -> Table:
    unit = by or unit_of_runs(first, second)
    names = tuple(f"{title_of(run.config)}, seed {run.config.seed}, {run.folder.name}" for run in (first, second))
    return effects_table(compare_runs(first, second, unit), names, unit)  # type: ignore[arg-type]


def _provenance(found: dict[str, Any]) -> list[tuple[str, str]]:
    data = found["dataset"]
    simulated = f" ({SIMULATED})" if data["simulated"] else ""
    rows = [
        ("data", f"{data['name']}{simulated}, card {data['card_version']}"),
        ("checksum of the data", data["fingerprint"] or "none: made from the config"),
        ("files", f"{len(data['checksums'])} with checksums in provenance.json" if data["checksums"] else "none"),
        ("seed", str(found["seed"])),
        ("commit", found["commit"] or "an installed package"),
        ("device", found["device"]),
        ("Python", found["python"]),
    ]
    return rows + [(name, number) for name, number in found["versions"].items()]
