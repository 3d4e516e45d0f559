"""Two runs on the same questions: which answers more of them, by group of questions."""

from __future__ import annotations

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.errors import DataError
from neurona.evaluation import comparison_table, question_groups
from neurona.evaluation.grouping import told_apart
from neurona.evaluation.inference.paired import joined
from neurona.evaluation.predictions import UNITS
from neurona.evaluation.tables import SIMULATED, probability
from neurona.experiments.runs.findings import title_of
from neurona.experiments.runs.finished_run import Run


def unit_of_runs(first: Run, second: Run) -> str:
    """What is independent of each other in both runs: the larger of their units."""
    return max((run.metrics["unit"] for run in (first, second)), key=list(UNITS).index)


def compare_runs(first: Run, second: Run, by: str | None = None) -> pd.DataFrame:
    """The paired test of two runs, for each group of the questions that both were asked.

    Args:
        first, second: finished runs.
        by: what is independent of each other, so that the two could have exchanged their answers about it: one of `UNITS`; `unit_of_runs` when None.

    Returns:
        group, first, second (accuracies), effect (first less second), low, high (95 %), p, q (Benjamini and Hochberg's, over the rows), n,
        n_clusters, left_out (questions that only one of them was asked).

    Raises:
        DataError: no question in common, two answers to one question, an unknown unit, or predictions that know nothing of it.
    """
    by = by or unit_of_runs(first, second)
    if by not in UNITS:
        raise DataError(f"--by {by}: unknown; known: {', '.join(UNITS)}")
    # Seeds of two runs may differ, where their recordings and questions do not.
    tables = {name: run.predictions.drop(columns="seed") for name, run in (("first", first), ("second", second))}
    for run, table in zip((first, second), tables.values(), strict=True):
        if by not in table:
            raise DataError(f"{run.folder}: its predictions know no {by}; choose another --by")
    groups = list(told_apart(question_groups(joined(*tables.values()))))
    found = comparison_table(tables, groups=groups, by=UNITS[by])
    return found.drop(columns=["first_decoder", "second_decoder"])


def comparison_rich_table(comparison: pd.DataFrame, first: Run, second: Run, by: str) -> Table:
    """What `compare_runs` returns, fit for a terminal of 80 columns."""
    names = [f"{title_of(run.config)}, seed {run.config.seed}" for run in (first, second)]
    if names[0] == names[1]:
        names = [f"{name}, {run.folder.name}" for name, run in zip(names, (first, second), strict=True)]
    simulated = any(run.provenance["dataset"]["simulated"] for run in (first, second))
    title = f"first: {names[0]}\nsecond: {names[1]}\npaired by {by}" + (f" ({SIMULATED})" if simulated else "")
    left_out = int(comparison.left_out.max())
    caption = f"{left_out} questions that only one of them was asked are left out" if left_out else None
    table = Table(title=escape(title), title_justify="left", caption=caption, box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("questions", overflow="fold", min_width=12)
    for column in ("first", "second", "effect", "95 % interval", "p", "q", "n"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in comparison.to_dict("records"):
        table.add_row(
            escape(str(row["group"])),
            *(f"{row[name]:.3f}" for name in ("first", "second", "effect")),
            f"{row['low']:.3f} to {row['high']:.3f}",
            *(probability(row[name]) for name in ("p", "q")),
            str(row["n"]),
        )
    return table
