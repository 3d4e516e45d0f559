"""What a reproduction measured, beside what was published: one line a table's row and measure.

Records are the runs' predictions; nothing is read from tables or pictures. Of fewer than three seeds the interval is that over
images; of more it is `seeds_interval`: Student's where the SIMULATED twin gives every seed a brain and images of its own, wider by the choice
of images where the seeds share those of a folder.

    verdict    higher, lower: the published number lies outside of the interval of the measured one;  agrees: it does not
               published only: what needs a large pretrained model is not run here
               at chance, above chance: null data (see `neurona.evaluation.inference.chance`)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.chance import chance_table
from neurona.evaluation.inference.intervals import accuracy_interval, seeds_interval
from neurona.evaluation.metrics.chance_levels import pooled_chance
from neurona.evaluation.predictions import clusters, right_answers
from neurona.experiments.papers.plan import PlannedRow, Source
from neurona.experiments.papers.published import UNSTATED, Figure, Published
from neurona.experiments.papers.tables import PaperTables

COLUMNS = (
    "table",
    "row",
    "measure",
    "published",
    "measured",
    "low",
    "high",
    "difference",
    "verdict",
    "chance",
    "best_possible",
    "reached",
    "seeds",
    "n",
    "data",
    "source",
)
"""Of the table of results; `best_possible` is the ideal observer's accuracy and `reached` the share of it."""

ROUNDING = 0.005
"""A number stated as "about 0.62" may be this far off."""


def predictions_of(row: PlannedRow) -> pd.DataFrame | None:
    """The answers of all finished runs of a row, with the column `seed`; None where there are none."""
    parts = []
    for run in row.runs:
        if run.finished:
            table = pd.read_parquet(run.folder / "predictions.parquet")
            parts.append(table.assign(seed=run.config.seed))
    return pd.concat(parts, ignore_index=True) if parts else None


def result_table(
    tables: PaperTables, published: Published, rows: Sequence[PlannedRow], source: Source, errors: Mapping[str, str]
) -> pd.DataFrame:
    """All lines, table by table; rows that are only published come last in theirs.

    Args:
        tables, published: of the paper.
        rows: as planned; unfinished runs are left out and counted by the column `seeds`.
        source: data.
        errors: digest of a run -> why it failed.
    """
    lines: list[dict[str, Any]] = []
    beside = source.name if source.name in published.datasets else tables.beside or UNSTATED
    for name in dict.fromkeys(row.table for row in rows):
        table = tables.tables[name]
        here = [row for row in rows if row.table == name]
        public = table.published or name
        for row in here:
            predictions = predictions_of(row)
            missing = _missing(row, errors)
            if predictions is None:
                figures = {m: _figure(published, public, row, m, beside) for m in table.measures}
                lines += [
                    empty_line(name, row.label, m, figures[m], source.provenance, published.cite(figures[m]))
                    | {"verdict": missing}
                    for m in figures
                ]
                continue
            found = question_groups(predictions)
            null = (
                chance_table({row.label: predictions}, by=source.clusters).set_index("group").verdict
                if table.chance
                else None
            )
            for measure in table.measures:
                figure = _figure(published, public, row, measure, beside)
                line = empty_line(name, row.label, measure, figure, source.provenance, published.cite(figure))
                if measure in found:
                    line |= _measured(predictions, found[measure], source)
                    line["verdict"] = (
                        str(null[measure]) if null is not None and measure in null else _verdict(line, figure)
                    )
                else:
                    line["verdict"] = "no such questions"
                if missing:
                    line["verdict"] = f"{line['verdict']}; {missing}"
                lines.append(line)
        lines += _published_only(published, public, name, here, table.measures, beside)
    return pd.DataFrame(lines, columns=list(COLUMNS))


def empty_line(
    table: str, label: str, measure: str, figure: Figure | None, data: str, cited: str = ""
) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {
        "table": table,
        "row": label,
        "measure": measure,
        "published": figure.value if figure else np.nan,
        "measured": np.nan,
        "low": np.nan,
        "high": np.nan,
        "difference": np.nan,
        "chance": np.nan,
        "best_possible": np.nan,
        "reached": np.nan,
        "seeds": 0,
        "n": 0,
        "data": data,
        "source": cited,
    }


def _measured(predictions: pd.DataFrame, chosen: np.ndarray, source: Source) -> dict[str, Any]:
    right, seeds = right_answers(predictions)[chosen], predictions["seed"].to_numpy()[chosen]
    each = np.array([right[seeds == seed].mean() for seed in np.unique(seeds)])
    value = float(right.mean())
    low, high = accuracy_interval(right, clusters(predictions, source.clusters)[chosen])
    # Of two seeds there is next to nothing to be said of their spread.
    if len(each) >= 3:
        value = float(each.mean())
        low, high = seeds_interval(each, 0.0 if source.own_images else (high - low) / 2)
    line: dict[str, Any] = {"measured": value, "low": max(0.0, low), "high": min(1.0, high)}
    line |= {"seeds": len(each), "n": int(chosen.sum()), "chance": pooled_chance(predictions, chosen)}
    if "ideal" in predictions and predictions["ideal"][chosen].notna().all():
        line["best_possible"] = float(predictions["ideal"][chosen].mean())
        line["reached"] = float(right.mean()) / line["best_possible"]
    return line


def _verdict(line: dict[str, Any], figure: Figure | None) -> str:
    if figure is None:
        return "nothing published"
    line["difference"] = line["measured"] - figure.value
    slack = ROUNDING if figure.about else 0.0
    if line["low"] - slack <= figure.value <= line["high"] + slack:
        return "agrees"
    return "higher" if line["measured"] > figure.value else "lower"


def _figure(published: Published, table: str, row: PlannedRow, measure: str, dataset: str) -> Figure | None:
    # A choice of `over` is another setting than the one that was published.
    return None if row.choice else published.find(table, row.row, measure, dataset)


def _published_only(
    published: Published, public: str, name: str, rows: Sequence[PlannedRow], measures: Sequence[str], dataset: str
) -> list[dict[str, Any]]:
    run = {row.row for row in rows}
    lines = []
    for figure in published.figures:
        wanted = figure.table == public and figure.row not in run and figure.measure in measures
        if wanted and figure.dataset in (dataset, UNSTATED):
            data = f"published only: {published.called(figure.dataset)}"
            line = empty_line(name, figure.row, figure.measure, figure, data, published.cite(figure))
            lines.append(line | {"verdict": "published only"})
    return lines


def _missing(row: PlannedRow, errors: Mapping[str, str]) -> str:
    lacking = [run for run in row.runs if not run.finished]
    if not lacking:
        return ""
    why = next((errors[run.job.digest] for run in lacking if run.job.digest in errors), "not run")
    return f"{len(lacking)} of {len(row.runs)} runs missing: {why}"
