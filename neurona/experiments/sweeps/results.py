"""What the runs of a sweep found: one table of all runs, one of the means over seeds, and a picture.

The interval of a mean is that of `neurona.evaluation.inference.intervals.seeds_interval`; with one seed it is the run's own (see
`neurona.evaluation.metrics.accuracy`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.markup import escape
from rich.table import Table

from neurona.evaluation.inference.intervals import seeds_interval
from neurona.evaluation.simulated import SIMULATED
from neurona.experiments.schema import Config
from neurona.experiments.sweeps.curves import draw_curves
from neurona.files import write_atomically, write_json

MEASURES = [
    "value",
    "low",
    "high",
    "chance",
    "n",
    "majority",
    "balanced",
    "balanced_chance",
    "p",
    "oracle",
    "of_oracle",
]


def run_rows(
    chosen: Mapping[str, Any], config: Config, digest: str, folder: Path, seconds: float | None, error: str | None
) -> list[dict[str, Any]]:
    """One row for each type of question of a finished run; a single one for a run that failed."""
    label = {
        key: value if isinstance(value, str | int | float | bool) else json.dumps(value)
        for key, value in chosen.items()
    }
    start = {**label, "seed": config.seed, "digest": digest, "folder": str(folder), "seconds": seconds}
    if error is not None:
        return [{**start, "status": "failed", "error": error, "simulated": False, "own_images": False}]
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    start |= {"simulated": is_simulated(folder), "own_images": config.data.simulation is not None}
    start["supervision"] = config.decoder.supervision
    start["over"] = metrics.get("unit", "image")
    start["used_of_tested_people"] = metrics.get("used_of_tested_people", "not told")
    return [
        {**start, "status": "finished", "error": None, "type": kind}
        | {measure: row[measure] for measure in MEASURES if measure in row}
        for kind, row in metrics["accuracy"].items()
    ]


def is_simulated(folder: Path) -> bool:
    """Whether a run's data were simulated; where its provenance does not say so either way, they pass for simulated."""
    dataset = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["dataset"]
    return bool(dataset.get("simulated", dataset["name"] == "simulated"))


def over_seeds(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Means over seeds.

    Args:
        rows: of `run_rows`.
        keys: columns that tell the settings apart, without the seed.

    Returns:
        One row a setting and type: the keys, type, mean, low, high, seeds, chance, n (questions of a run), simulated, used_of_tested_people, over (what the interval is
        over: seeds, or the run's unit).
    """
    finished = rows[rows.status == "finished"]
    groups: Any = finished.groupby([*keys, "type"], sort=False, dropna=False) if len(finished) else ()
    found = []
    for place, group in groups:
        images = 0.0 if group.own_images.all() else float((group.high - group.low).mean()) / 2
        low, high = np.clip(seeds_interval(group.value.to_numpy(np.float64), images), 0.0, 1.0).tolist()
        if len(group) == 1:
            low, high = float(group.low.iloc[0]), float(group.high.iloc[0])
        found.append(
            dict(zip([*keys, "type"], place, strict=True))
            | {"mean": group.value.mean(), "low": low, "high": high, "seeds": len(group)}
            | {"chance": group.chance.mean(), "n": int(group.n.mean()), "simulated": bool(group.simulated.any())}
            | {"used_of_tested_people": group.used_of_tested_people.iloc[0]}
            | {"over": group.over.iloc[0] if len(group) == 1 else "seed"}
        )
    told = ["type", "mean", "low", "high", "seeds", "chance", "n", "simulated", "used_of_tested_people", "over"]
    columns = [*keys, *told]
    return pd.DataFrame(found, columns=columns)


def summary_table(summary: pd.DataFrame, keys: Sequence[str], title: str) -> Table:
    """The means over seeds, a line for each setting and type."""
    simulated = bool(summary.simulated.any()) if len(summary) else False
    table = Table(title=escape(f"{title} ({SIMULATED})" if simulated else title), title_justify="left")
    for key in (*keys, "type"):
        table.add_column(key)
    for column in ("accuracy", "95 % interval", "chance", "seeds", "n"):
        table.add_column(column, justify="right", no_wrap=True)
    before: tuple[str, ...] | None = None
    for row in summary.to_dict("records"):
        setting = tuple(escape(str(row[key])) for key in keys)
        if before is not None and setting != before:
            table.add_section()
        shown = setting if setting != before else ("",) * len(keys)
        before = setting
        table.add_row(
            *shown,
            escape(str(row["type"])),
            f"{row['mean']:.3f}",
            f"{row['low']:.3f} to {row['high']:.3f}",
            "" if pd.isna(row["chance"]) else f"{row['chance']:.3f}",
            str(row["seeds"]),
            str(row["n"]),
        )
    return table


def failures_table(failed: pd.DataFrame, keys: Sequence[str]) -> Table:
    """Which runs failed, the last line of why, and where their logs are."""
    table = Table(title="Failed; the same command tries them again", title_justify="left")
    for key in (*keys, "seed"):
        table.add_column(key)
    table.add_column("error", overflow="fold")
    table.add_column("log", overflow="fold")
    for row in failed.to_dict("records"):
        table.add_row(
            *(escape(str(row[key])) for key in (*keys, "seed")), escape(row["error"]), f"{row['folder']}/log.txt"
        )
    return table


def write_results(out: Path, rows: pd.DataFrame, summary: pd.DataFrame, keys: Sequence[str], title: str) -> None:
    """`sweep.parquet` (all runs), `summary.json` (means over seeds), `sweep.png`, and curves where the sweep goes over numbers (`curves`).

    Raises:
        OutputError: a file cannot be written.
    """
    write_atomically(out / "sweep.parquet", lambda path: rows.to_parquet(path, index=False))
    write_json(out / "summary.json", json.loads(summary.to_json(orient="records")))
    if len(summary):
        figure = sweep_plot(rows, summary, keys, title)
        write_atomically(out / "sweep.png", lambda path: figure.savefig(path, dpi=150))
        draw_curves(out, summary, keys, title)


def sweep_plot(rows: pd.DataFrame, summary: pd.DataFrame, keys: Sequence[str], title: str) -> Figure:
    """A panel for each type of question: settings from top to bottom, mean and interval, seeds as small dots, chance dotted."""
    types = [kind for kind in summary.type.unique() if ", " not in kind]
    labels = _labels(summary, keys)
    order = list(dict.fromkeys(labels))
    width, height = 2.2 + 2.1 * len(types), 1.3 + 0.32 * len(order)
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, len(types), sharey=True, squeeze=False)
    finished = rows[rows.status == "finished"]
    of_run = _labels(finished, keys)
    for axis, kind in zip(axes[0], types, strict=True):
        here = summary[summary.type == kind]
        y = [order.index(label) for label, of in zip(labels, summary.type, strict=True) if of == kind]
        seeds = (finished.type == kind).to_numpy()
        places = [order.index(label) for label, chosen in zip(of_run, seeds, strict=True) if chosen]
        axis.plot(finished.value[seeds], places, ".", color="0.7", markersize=4, zorder=1)
        axis.hlines(y, here.low, here.high, color="C0", linewidth=1.6, zorder=2)
        axis.plot(here["mean"], y, "o", color="C0", markersize=5, zorder=3)
        axis.plot(here.chance, y, "|", color="C3", markersize=9, zorder=2)
        axis.set_title(kind, fontsize=9)
        axis.tick_params(labelsize=8)
        axis.grid(axis="x", color="0.92")
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0][0].set_yticks(range(len(order)), order)
    axes[0][0].set_ylim(len(order) - 0.5, -0.5)
    figure.supxlabel("accuracy (dot: mean over seeds, line: 95 % interval, grey: seeds, red: chance)", fontsize=8)
    figure.suptitle(f"{title} ({SIMULATED})" if bool(summary.simulated.any()) else title, fontsize=10)
    return figure


def _labels(table: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    if not keys:
        return ["all"] * len(table)
    return [
        ", ".join(f"{key}={value}" for key, value in zip(keys, row, strict=True))
        for row in table[list(keys)].to_numpy()
    ]
