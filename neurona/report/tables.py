"""Tables of a report: cells are text, flushed right where they are numbers, and intervals are drawn beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from neurona.evaluation import Accuracy
from neurona.evaluation.sections import sections
from neurona.evaluation.tables import cell


@dataclass(frozen=True)
class Strip:
    """An interval drawn in a cell, on one scale for the column.

    Attributes:
        value, low, high: of what was measured.
        marks: kind (`chance`, `best`, `nothing`) -> where it is marked.
        ends: of the scale.
    """

    value: float
    low: float
    high: float
    marks: Mapping[str, float] = field(default_factory=dict)
    ends: tuple[float, float] = (0.0, 1.0)

    def at(self, value: float) -> float:
        """Place on the scale, in percent of its width."""
        first, last = self.ends
        return round(100 * min(max((value - first) / (last - first), 0.0), 1.0), 2)


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title, note: above and below it.
        heads: of the columns.
        rows: cells; a row with one cell is a heading.
        numeric: which columns are numbers.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | Strip, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""


def accuracy_section(accuracy: Mapping[str, Accuracy], peers: Mapping[str, Accuracy], unit: str) -> Table:
    """Accuracies of all groups of questions, nothing twice, and of classical decoders of the same recordings."""
    parts = {**sections(accuracy), **({"classical decoders, same features and folds": peers} if peers else {})}
    rows: list[tuple[str | Strip, ...]] = []
    every = [row for part in parts.values() for row in part.values()]
    extra = [name for name in ("majority", "balanced", "oracle", "p") if any(_tells(row, name) for row in every)]
    for title, part in parts.items():
        rows.append((title,))
        rows += [_accuracy_row(name, row, extra) for name, row in part.items()]
    heads = (
        "questions",
        "accuracy",
        "",
        "95 % interval",
        "chance",
        *extra,
        "n",
    )
    numeric = (False, True, False, *(True for _ in range(3 + len(extra))))
    note = f"Intervals over {unit}s, which are taken to be independent. Chance is the most frequent answer for yes and no, and guessing one of the words otherwise."
    if "balanced" in extra:
        note += " Balanced: the mean over answers of the share answered rightly, where it is not the accuracy."
    return Table("Accuracy", heads, tuple(rows), numeric, note)


def _accuracy_row(name: str, row: Accuracy, extra: Sequence[str]) -> tuple[str | Strip, ...]:
    of: Mapping[str, Any] = row
    marks = {mark: of[key] for mark, key in (("chance", "chance"), ("best", "oracle")) if key in of}
    strip = Strip(row["value"], row["low"], row["high"], marks)
    interval = f"{row['low']:.3f}–{row['high']:.3f}"
    further = [cell(key, of[key]) if _tells(row, key) else "" for key in ("chance", *extra)]
    return (name, f"{row['value']:.3f}", strip, interval, *further, str(row["n"]))


def _tells(row: Mapping[str, Any], name: str) -> bool:
    """Whether a row has a number that says something else than its accuracy, or than chance."""
    other = {"balanced": "value", "majority": "chance"}.get(name)
    return name in row and (other is None or abs(row[name] - row[other]) > 5e-4)


def effects_table(comparison: pd.DataFrame, names: tuple[str, str], unit: str) -> Table:
    """What `compare_runs` returns: paired differences with their intervals on one scale."""
    widest = float(comparison[["low", "high"]].abs().to_numpy().max()) or 1.0
    rows: tuple[tuple[str | Strip, ...], ...] = tuple(
        (
            str(row["group"]),
            str(row["n"]),
            *(f"{row[key]:.3f}" for key in ("first", "second")),
            f"{row['effect']:+.3f}",
            f"{row['low']:+.3f} to {row['high']:+.3f}",
            Strip(row["effect"], row["low"], row["high"], {"nothing": 0.0}, (-widest, widest)),
            *(cell(key, row[key]) for key in ("p", "q")),
        )
        for row in comparison.to_dict("records")
    )
    left_out = int(comparison.left_out.max())
    note = f"First: {names[0]}. Second: {names[1]}. Paired by {unit}; q is Benjamini and Hochberg's over the rows."
    note += f" {left_out} questions that only one of them was asked are left out." if left_out else ""
    heads = ("questions", "n", "first", "second", "first − second", "95 % interval", "", "p", "q")
    return Table("Compared", heads, rows, (False, True, True, True, True, True, False, True, True), note)


def plain_table(frame: pd.DataFrame, title: str, note: str = "") -> Table:
    """Any table of a run."""
    shown = frame.drop(columns=[name for name in ("data",) if name in frame])
    numeric = tuple(
        bool(pd.api.types.is_numeric_dtype(shown[name]) and not pd.api.types.is_bool_dtype(shown[name]))
        for name in shown
    )
    rows = tuple(tuple(cell(str(name), value) for name, value in row.items()) for row in shown.to_dict("records"))
    return Table(title, tuple(str(name).replace("_", " ") for name in shown), rows, numeric, note)
