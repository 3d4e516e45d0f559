"""`neurona reproduce experiments/PAPER`: run what is missing of a paper's tables, and put what was measured beside what was published.

tables.yaml -> plan (every config once) -> missing runs, by the engine of sweeps -> predictions -> results, claims, pictures
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import joblib
import pandas as pd
from rich.console import Console
from rich.markup import escape

from neurona.errors import ConfigError
from neurona.evaluation.inference.claims import claims_markdown, claims_rich_table, claims_table
from neurona.evaluation.metrics.learning_curves import CurveRun, learning_curve_table
from neurona.evaluation.plots.effects import forest_plot, learning_curve_plot
from neurona.experiments.papers.claims import measured_claims
from neurona.experiments.papers.groundings import grounding_lines
from neurona.experiments.papers.plan import PlannedRow, Source, distinct_runs, plan
from neurona.experiments.papers.published import read_published
from neurona.experiments.papers.records import COLUMNS, predictions_of, result_table
from neurona.experiments.papers.report import markdown, rich_tables, write_report
from neurona.experiments.papers.tables import PaperTables, read_tables
from neurona.experiments.shipped import find_paper
from neurona.experiments.sweeps.jobs import RUN
from neurona.experiments.sweeps.sweep import Workers, perform
from neurona.files import write_atomically, write_text

TOGETHER = 12
"""Runs that one process performs: enough to share what it compiled, few enough to keep all processes busy."""

N_TRAIN = "evaluation.n_train"


class Reproduction(NamedTuple):
    """What was found: `results` (see `paper_records.COLUMNS`), `claims` (None where none could be tested), and where the files are."""

    results: pd.DataFrame
    claims: pd.DataFrame | None
    folder: Path
    failed: int


def reproduce(
    paper: str | Path,
    *,
    console: Console,
    only: Sequence[str] = (),
    data: str = "simulated",
    quick: bool = False,
    seeds: int | None = None,
    workers: Workers | None = None,
    runs: Path = Path("runs"),
    out: Path | None = None,
    run: str = RUN,
) -> Reproduction:
    """Reproduce a paper's tables.

    Args:
        paper: folder with tables.yaml, published.yaml and the configs that they name, or the name of a paper that ships.
        console: shows progress and the tables.
        only: names of tables; all when empty.
        data: `simulated`, or the folder of a converted data set.
        quick: small data and few seeds; says the same things less surely.
        seeds: how many instead.
        workers: who performs the runs; `default_jobs()` at a time when None.
        runs: where run directories go.
        out: where results.csv, results.md, claims.csv, claims.md and the pictures go; `runs/PAPER/reproduction_DATA` when None.
        run: what performs a run, `module:function`.

    Raises:
        ConfigError: a file of the paper, a table's name or the backend is wrong; before any run.
        DataError: no such data.
        OutputError: the results cannot be written.
    """
    begun = time.monotonic()
    paper = find_paper(paper)
    tables, published = read_tables(paper / "tables.yaml"), read_published(paper / "published.yaml")
    source = Source.of(data)
    rows = plan(tables, paper, source, only=only, quick=quick, seeds=seeds, runs=runs, run=run)
    if not rows:
        raise ConfigError(
            f"{paper}: none of the tables {', '.join(only) or 'of tables.yaml'} can be made of this data with these options"
        )
    planned = distinct_runs(rows)
    if workers is None:
        workers = Workers(jobs=default_jobs(), together=TOGETHER)
    console.print(f"{tables.paper}: {len(rows)} rows, {source.provenance} data", highlight=False)
    outcomes = perform(planned, workers, console)
    errors = {one.digest: one.error for one in outcomes if one.error}
    out = out or runs / tables.paper / f"reproduction_{source.name}{'_quick' if quick else ''}"
    results = result_table(tables, published, rows, source, errors)
    groundings = [
        line
        for name, table in tables.tables.items()
        if table.groundings
        for line in grounding_lines(name, rows, source)
    ]
    if groundings:
        results = pd.concat([results, pd.DataFrame(groundings, columns=list(COLUMNS))], ignore_index=True)
    minutes = (time.monotonic() - begun) / 60
    notes = [
        f"{len(planned)} runs, {len(outcomes)} of them new ({minutes:.1f} minutes), {len(errors)} failed"
        + ("; quick: small data and few seeds." if quick else ".")
    ]
    write_report(out, results, markdown(results, tables, source, notes))
    for table in rich_tables(results, tables, source):
        console.print(table)
    claims = _claims(tables, rows, source, out, console)
    _learning_curves(tables, rows, source, out)
    if errors:
        console.print(f"[red]{len(errors)} runs failed[/red]; the same command tries them again", highlight=False)
        for one in outcomes:
            if one.error:
                console.print(f"  {escape(one.folder)}/log.txt: {escape(one.error)}", highlight=False)
    console.print(f"{notes[0]}\nresults: {out}", highlight=False)
    return Reproduction(results, claims, out, len(errors))


def default_jobs() -> int:
    """As many runs at a time as there are cores, four at most: each takes one to two GB of memory."""
    return min(4, int(joblib.cpu_count()))


def _claims(
    tables: PaperTables, rows: Sequence[PlannedRow], source: Source, out: Path, console: Console
) -> pd.DataFrame | None:
    tested, untested = measured_claims(tables.claims, rows, source)
    for text in untested:
        console.print(f"not tested: {text}", highlight=False, markup=False)
    if not tested:
        return None
    table = claims_table(tested).assign(data=source.provenance)
    title = f"{tables.paper}: claims"
    write_atomically(out / "claims.csv", lambda path: table.to_csv(path, index=False, float_format="%.6g"))
    missing = "".join(f"\nNot tested: {text}." for text in untested)
    write_text(out / "claims.md", claims_markdown(table, title, source.simulated) + missing)
    forest_plot(table, out / "claims.png", title, source.simulated)
    console.print(claims_rich_table(table, title, source.simulated))
    return table


def _learning_curves(tables: PaperTables, rows: Sequence[PlannedRow], source: Source, out: Path) -> None:
    """A picture for each measure of each table that goes over the number of training recordings."""
    for name, table in tables.tables.items():
        curves = [row for row in rows if row.table == name and N_TRAIN in row.choice]
        if not curves:
            continue
        found = []
        for row in curves:
            predictions = predictions_of(row)
            if predictions is not None:
                label, n_train = tables.rows[row.row].label, int(row.choice[N_TRAIN])
                for seed in sorted(set(predictions.seed.tolist())):
                    found.append(CurveRun(label, n_train, seed, predictions[predictions.seed == seed]))
        for measure in table.measures if found else ():
            curve = learning_curve_table(found, measure, source.own_images)
            stem = f"{name}_{measure}".replace("/", "_").replace(" ", "_")
            write_text(out / f"{stem}.csv", curve.to_csv(index=False))
            learning_curve_plot(curve, out / f"{stem}.png", f"{table.title}: {measure}", source.simulated)
