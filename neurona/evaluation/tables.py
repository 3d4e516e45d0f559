"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.evaluation.inference.intervals import chance_interval
from neurona.evaluation.metrics.accuracy import Accuracy
from neurona.evaluation.simulated import SIMULATED


def accuracy_rich_table(
    metrics: Mapping[str, Accuracy],
    title: str = "Accuracy by question type",
    simulated: bool = False,
    unit: str | None = None,
) -> Table:
    """Render what `accuracy_table` (or `baseline_table`) returns.

    A value above the whole 95 % range of guessing is green, one below it red. Beside chance stands the majority rate, where it is higher;
    balanced accuracy with its chance only where it says something else than the accuracy; the oracle's accuracy with the share of it,
    and p, only where a row has them. Below stands what intervals (and p) take to be independent, where `unit` says so. Simulated data say so in the title. All but p fits a terminal of 80 columns.
    """
    rows = metrics.values()
    table = _plain_table(title, simulated)
    if unit is not None:
        table.caption, table.caption_justify = f"95 % intervals over {unit}s", "left"
    table.add_column("type", overflow="fold", min_width=10)
    columns: dict[str, Callable[[Accuracy], str]] = {"accuracy": _value, "95 %": _interval}
    if any(_is_more_than_chance(row) for row in rows):
        columns["chance\n/majority"] = lambda row: _pair(row, "chance", "majority")
    else:
        columns["chance"] = lambda row: _number(row, "chance")
    if any(_differs(row, "balanced", "value") for row in rows):
        columns["balanced\n/chance"] = lambda row: _pair(row, "balanced", "balanced_chance")
    if any("p" in row for row in rows):
        columns["p"] = lambda row: probability(row["p"]) if "p" in row else ""
    if any("oracle" in row for row in rows):
        columns["oracle\nshare"] = lambda row: f"{row['oracle']:.2f} {row['of_oracle']:.0%}" if "oracle" in row else ""
    columns["n"] = lambda row: str(row["n"])
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in metrics.items():
        table.add_row(escape(name), *(cell(row) for cell in columns.values()), end_section=name == "overall")
    return table


def _plain_table(title: str, simulated: bool) -> Table:
    """Without lines between columns, so that much fits a terminal."""
    shown = escape(f"{title} ({SIMULATED})" if simulated else title)
    return Table(title=shown, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


def _value(row: Accuracy) -> str:
    value = f"{row['value']:.3f}"
    if "chance" not in row:
        return value
    low, high = chance_interval(row["chance"], row["n"])
    style = "green" if row["value"] > high else "red" if row["value"] < low else ""
    return f"[{style}]{value}[/{style}]" if style else value


def _interval(row: Accuracy) -> str:
    return f"{row['low']:.3f}-{row['high']:.3f}"


def _number(row: Mapping[str, Any], name: str) -> str:
    return f"{row[name]:.3f}" if name in row else ""


def _pair(row: Mapping[str, Any], first: str, second: str) -> str:
    return "/".join(shown for name in (first, second) if (shown := _number(row, name)))


def _is_more_than_chance(row: Mapping[str, Any]) -> bool:
    return "majority" in row and row["majority"] > row["chance"] + 5e-4


def _differs(row: Mapping[str, Any], name: str, other: str) -> bool:
    return name in row and abs(row[name] - row[other]) > 5e-4


def results_table(results: pd.DataFrame, title: str, simulated: bool = False) -> Table:
    """Render any table of this room: numbers to the right, probabilities (p, q) to four decimals, others to three, NaN as nothing; `low` and `high` of an interval in one column."""
    table = _plain_table(title, simulated)
    told = _intervals_joined(results)
    for column in told:
        words = str(column).endswith(_INTERVAL) or pd.api.types.is_numeric_dtype(told[column])
        numeric = words and not pd.api.types.is_bool_dtype(told[column])
        shown = escape(str(column).replace("_", "\n" if numeric else " "))
        table.add_column(shown, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in told.to_dict("records"):
        table.add_row(*(escape(cell(str(column), value)) for column, value in row.items()))
    return table


_INTERVAL = "95 %"
"""What a column of intervals is called, behind the name of what they are of."""


def _intervals_joined(results: pd.DataFrame) -> pd.DataFrame:
    """With `low` and `high`, and `NAME_low` and `NAME_high`, as one column of texts each."""
    joined: dict[str, Any] = {}
    for column in map(str, results):
        name, high = column.removesuffix("low"), column.removesuffix("low") + "high"
        if column == f"{name}low" and high in results:
            ends = zip(results[column], results[high], strict=True)
            joined[name + _INTERVAL] = [
                "" if pd.isna(low) else f"{cell('', float(low))}-{cell('', float(top))}" for low, top in ends
            ]
        elif not (column.endswith("high") and column.removesuffix("high") + "low" in results):
            joined[column] = results[column]
    return pd.DataFrame(joined, index=results.index)


def probability(p: float) -> str:
    """A p or q value as text; nothing where there is none."""
    return "" if pd.isna(p) else "< 0.0001" if p < 1e-4 else f"{p:.4f}"


def cell(column: str, value: object) -> str:
    """A value of any table of this room as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if column in ("p", "q") or column.endswith("_p"):
            return probability(value)
        return "" if pd.isna(value) else f"{value:.3f}"
    return str(value)
