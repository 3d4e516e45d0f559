"""Is `explain` above every other decoder where the twin is not of its family? SIMULATED.

The table `misspecified` of the paper's `tables.yaml`: the same runs that `neurona reproduce neurona_iclr2026 --only misspecified` makes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from bars.bar import Bar, at_least, told
from bars.lab import EXPERIMENTS, QUIET

from neurona.evaluation.predictions import right_answers
from neurona.experiments.papers.plan import VARIANT, PlannedRow, distinct_runs, plan
from neurona.experiments.papers.records import predictions_of
from neurona.experiments.papers.tables import read_tables
from neurona.experiments.sweeps.sweep import Workers, perform
from trusted.bench import Trusted

PAPER, TABLE, OURS = EXPERIMENTS / "neurona_iclr2026", "misspecified", "explain"
MEASURES = "yes/no", "describe"


def misspecified(trusted: Trusted) -> Iterator[Bar]:
    """Every twin: all decoders, and by how much `explain` is above the best of the others."""
    tables = read_tables(PAPER / "tables.yaml")
    rows = plan(tables, PAPER, only=[TABLE], quick=trusted.quick, runs=trusted.folder)
    failed = [one for one in perform(distinct_runs(rows), Workers(jobs=1), QUIET) if one.error]
    for one in failed:
        yield Bar(f"misspecified: {one.folder}", str(one.error), "to be run", False)
    for twin in dict.fromkeys(row.choice[VARIANT] for row in rows):
        reached = {row.row: _reached(row) for row in rows if row.choice[VARIANT] == twin}
        for k, measure in enumerate(MEASURES):
            of = {name: values[k] for name, values in reached.items()}
            best = max((name for name in of if name != OURS), key=lambda name: of[name])
            name = f"misspecified, {twin}, {measure}"
            yield told(name, " ".join(f"{row} {value:.3f}" for row, value in of.items()), of)
            yield at_least(f"{name}: {OURS} above {best}", of[OURS] - of[best], 0.001)


def _reached(row: PlannedRow) -> tuple[float, float]:
    """Accuracy on yes/no questions and on those that ask for a word, over all seeds; NaN where no run finished."""
    predictions = predictions_of(row)
    if predictions is None:
        return np.nan, np.nan
    right, yes_no = right_answers(predictions), predictions.answer.isin(("yes", "no")).to_numpy()
    return float(right[yes_no].mean()), float(right[~yes_no].mean())
