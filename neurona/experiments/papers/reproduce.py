"""`neurona reproduce PAPER`: run what is missing of a paper's tables, with its peers, and put what was measured beside what was published.

tables.yaml -> plan (every config once) -> missing runs, by the engine of sweeps -> predictions -> results, claims, pictures
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import joblib
import pandas as pd
from rich.console import Console
from rich.markup import escape

from neurona.errors import ConfigError, NeuronaError
from neurona.evaluation.inference.claims import claims_markdown, claims_rich_table, claims_table
from neurona.evaluation.metrics.baseline_classifiers import BASELINES
from neurona.evaluation.metrics.learning_curves import CurveRun, learning_curve_table
from neurona.evaluation.plots.effects import forest_plot, learning_curve_plot
from neurona.experiments.papers.claims import measured_claims
from neurona.experiments.papers.groundings import grounding_lines
from neurona.experiments.papers.plan import PlannedRow, Source, chosen_peers, distinct_runs, plan
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
    """What was found: `results` (see `records.COLUMNS`), `claims` (None where none could be tested), and where the files are."""

    results: pd.DataFrame
    claims: pd.DataFrame | None
    folder: Path
    failed: int


def reproduce(
    paper: str | Path,
    *,
    console: Console,
    only: Sequence[str] = (),
    data: Path | None = None,
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
        only: names of tables that are run; all when empty. Results tell of the others, too, where all of their runs are finished.
        data: folder of a converted data set in the place of a SIMULATED twin.
        quick: small data and few seeds; says the same things less surely.
        seeds: how many instead.
        workers: who performs the runs; `default_jobs()` at a time when None.
        runs: where run directories go.
        out: where results.csv, results.md, claims.csv, claims.md and the pictures go; `runs/PAPER/reproduction` (with the name of `data`, and `quick`) when None.
        run: what performs a run, `module:function`.

    Raises:
        ConfigError: a file of the paper, a table's name or the backend is wrong; before any run.
        DataError: no such data, or recordings that cannot be found.
        OutputError: the results cannot be written.
    """
    begun = time.monotonic()
    paper = find_paper(paper)
    tables, published = read_tables(paper / "tables.yaml"), read_published(paper / "published.yaml")
    source = None if data is None else Source.of_folder(data)
    chosen = plan(tables, paper, source, only=only, quick=quick, seeds=seeds, runs=runs, run=run)
    if not chosen:
        raise ConfigError(
            f"{paper}: none of the tables {', '.join(only) or 'of tables.yaml'} can be made of this data with these options"
        )
    planned = distinct_runs(chosen)
    if workers is None:
        workers = Workers(jobs=default_jobs(), together=TOGETHER)
    of = ", ".join(dict.fromkeys(row.source.provenance for row in chosen))
    console.print(f"{tables.paper}: {len(chosen)} rows; data: {of}", highlight=False)
    outcomes = perform(planned, workers, console)
    # Files tell of the tables that were finished before, too; no call takes away what another one measured.
    shown = {row.table for row in chosen}
    rows = list(chosen)
    for name in tables.tables if only else ():
        if name not in shown:
            with suppress(NeuronaError):  # whose recordings are not at hand
                rows += _finished(
                    plan(tables, paper, source, only=[name], quick=quick, seeds=seeds, runs=runs, run=run)
                )
    rows.sort(key=lambda row: list(tables.tables).index(row.table))
    errors = {one.digest: one.error for one in outcomes if one.error}
    marks = [*([source.name] if source else []), *(["quick"] if quick else [])]
    out = out or runs / tables.paper / "_".join(["reproduction", *marks])
    results = result_table(tables, published, rows, errors)
    groundings = [
        line for name, table in tables.tables.items() if table.groundings for line in grounding_lines(name, rows)
    ]
    if groundings:
        results = pd.concat([results, pd.DataFrame(groundings, columns=list(COLUMNS))], ignore_index=True)
    minutes = (time.monotonic() - begun) / 60
    notes = [
        f"{len(planned)} runs, {len(outcomes)} of them new ({minutes:.1f} minutes), {len(errors)} failed"
        + ("; quick: small data and few seeds." if quick else ".")
    ]
    lacking = _not_installed(tables, rows, quick)
    if lacking:
        notes.append(
            f"Peers left out, for they are not installed (pip install 'neurona[bench]'): {', '.join(lacking)}."
        )
    if published.left_out:
        notes.append(f"Published numbers that are not here: {published.left_out.strip()}")
    write_report(out, results, markdown(results, tables, notes))
    for table in rich_tables(results[results.table.isin(shown)], tables):
        console.print(table)
    claims = _claims(tables, rows, out, console)
    _learning_curves(tables, rows, out)
    if errors:
        console.print(f"[red]{len(errors)} runs failed[/red]; the same command tries them again", highlight=False)
        for one in outcomes:
            if one.error:
                console.print(f"  {escape(one.folder)}/log.txt: {escape(one.error)}", highlight=False)
    console.print("\n".join([*notes, f"results: {out}"]), highlight=False, markup=False)
    return Reproduction(results, claims, out, len(errors))


def _finished(table: list[PlannedRow]) -> list[PlannedRow]:
    """The rows of a table that lacks no run; none of another."""
    return table if all(run.finished for row in table for run in (*row.runs, *row.control)) else []


def default_jobs() -> int:
    """As many runs at a time as there are cores, four at most: each takes one to two GB of memory."""
    return min(4, int(joblib.cpu_count()))


def _not_installed(tables: PaperTables, rows: Sequence[PlannedRow], quick: bool) -> list[str]:
    chosen = [tables.tables[name] for name in dict.fromkeys(row.table for row in rows)]
    known = [name for table in chosen for name in chosen_peers(tables, table, quick) if not BASELINES[name].installed]
    return list(dict.fromkeys(known))


def _claims(tables: PaperTables, rows: Sequence[PlannedRow], out: Path, console: Console) -> pd.DataFrame | None:
    tested, untested = measured_claims(tables.claims, rows)
    for text in untested:
        console.print(f"not tested: {text}", highlight=False, markup=False)
    if not tested:
        return None
    source = rows[0].source
    table = claims_table(tested).assign(data=source.provenance)
    title = f"{tables.paper}: claims"
    write_atomically(out / "claims.csv", lambda path: table.to_csv(path, index=False, float_format="%.6g"))
    missing = "".join(f"\nNot tested: {text}." for text in untested)
    write_text(out / "claims.md", claims_markdown(table, title, source.simulated) + missing)
    forest_plot(table, out / "claims.png", title, source.simulated)
    console.print(claims_rich_table(table, title, source.simulated))
    return table


def _learning_curves(tables: PaperTables, rows: Sequence[PlannedRow], out: Path) -> None:
    """A picture for each measure of each table that goes over the number of training recordings."""
    for name, table in tables.tables.items():
        curves = [row for row in rows if row.table == name and N_TRAIN in row.choice]
        if not curves:
            continue
        found, source = [], curves[0].source
        for row in curves:
            predictions = predictions_of(row)
            if predictions is not None:
                label, n_train = tables.rows[row.row].label, int(row.choice[N_TRAIN])
                for seed in sorted(set(predictions.seed.tolist())):
                    found.append(CurveRun(label, n_train, seed, predictions[predictions.seed == seed]))
        for measure in table.measures if found else ():
            curve = learning_curve_table(found, measure, source.own_recordings)
            stem = f"{name}_{measure}".replace("/", "_").replace(" ", "_")
            write_text(out / f"{stem}.csv", curve.to_csv(index=False))
            learning_curve_plot(curve, out / f"{stem}.png", f"{table.title}: {measure}", source.simulated)
