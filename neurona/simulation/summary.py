"""SIMULATED: the oracle's accuracy by type of question and kind of negative, as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.table import Table

from neurona.simulation.simulation import Simulation


def accuracy_by_kind(simulation: Simulation, part: str | None = None) -> pd.DataFrame:
    """How well the oracle does.

    A pair of questions counts under the kind of its negative, the yes as well as the no.

    Args:
        simulation: with questions.
        part: `train` or `test`; both when None.

    Returns:
        One row a type and kind, then `yes/no` and `describe` overall: columns type, negative, questions, chance, expected
        (the oracle's expected accuracy), realised (its accuracy on these recordings).
    """
    asked = simulation.dataset().questions
    seen = simulation.oracle()[["correct", "expected", "chance"]]
    kind_of = asked.loc[asked["negative"] != "", ["pair", "negative"]].drop_duplicates().set_index("pair")["negative"]
    rows = pd.concat([asked.reset_index(drop=True), seen], axis=1)
    rows["negative"] = rows["pair"].map(kind_of).fillna("")
    if part is not None:
        of_part = {scene.image for scene, name in zip(simulation.scenes, simulation.parts, strict=True) if name == part}
        rows = rows[rows["image"].isin(of_part)]
    yes_no = rows["answer"].isin(("yes", "no"))
    groups = [(kind, negative, found) for (kind, negative), found in rows.groupby(["type", "negative"], sort=True)]
    groups.sort(key=lambda group: (not group[2]["answer"].isin(("yes", "no")).iat[0], group[0], group[1]))
    groups += [("yes/no", "all", rows[yes_no]), ("describe", "all", rows[~yes_no])]
    return pd.DataFrame(
        [
            {
                "type": kind,
                "negative": negative,
                "questions": len(found),
                "chance": _mean(found["chance"]),
                "expected": _mean(found["expected"]),
                "realised": _mean(found["correct"]),
            }
            for kind, negative, found in groups
        ]
    )


def _mean(column: pd.Series) -> float:
    return float(np.nanmean(column)) if column.notna().any() else float("nan")


def summary_table(simulation: Simulation) -> Table:
    """The table that `neurona data simulate` ends in."""
    settings = simulation.settings
    null = "" if settings.null == "none" else f", null data: {settings.null}"
    table = Table(
        title=f"SIMULATED {settings.modality}, SNR {settings.snr:g}, interaction {settings.interaction:g}, "
        f"roles {settings.roles:g}, seed {simulation.seed}{null}: the oracle"
    )
    for name in ("type", "kind of negative"):
        table.add_column(name)
    for name in ("questions", "chance", "expected at most", "on these recordings"):
        table.add_column(name, justify="right")
    for row in accuracy_by_kind(simulation).to_dict("records"):
        numbers = [f"{value:.3f}" for value in (row["chance"], row["expected"], row["realised"])]
        table.add_row(str(row["type"]), str(row["negative"]), f"{row['questions']:,}", *numbers)
    return table
