"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.evaluation.accuracy import Accuracy
from neurona.evaluation.intervals import chance_interval
from neurona.evaluation.simulated import SIMULATED


def accuracy_rich_table(
    metrics: Mapping[str, Accuracy], title: str = "Accuracy by question type", simulated: bool = False
) -> Table:
    """Render what `accuracy_table` (or `baseline_table`) returns.

    A value above the whole 95 % range of guessing is green, one below it red. The columns `ideal` (the ideal observer's accuracy) and
    `share` of it appear only where a row has them, `balanced` only where it says something else than the accuracy. Simulated data say
    so in the title. All of it fits a terminal of 80 columns.
    """
    table = Table(
        title=escape(f"{title} ({SIMULATED})" if simulated else title),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("type", overflow="fold", min_width=12)
    for column in ("accuracy", "95 % interval", "chance"):
        table.add_column(column, justify="right", no_wrap=True)
    balanced = any(abs(row.get("balanced", row["value"]) - row["value"]) > 5e-4 for row in metrics.values())
    if balanced:
        table.add_column("balanced", justify="right", no_wrap=True)
    ideal = any("ideal" in row for row in metrics.values())
    for column in ("ideal", "share") if ideal else ():
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for name, row in metrics.items():
        guess_low, guess_high = chance_interval(row["chance"], row["n"])
        style = "green" if row["value"] > guess_high else "red" if row["value"] < guess_low else ""
        value = f"{row['value']:.3f}"
        cells = [
            escape(name),
            f"[{style}]{value}[/{style}]" if style else value,
            f"{row['low']:.3f} - {row['high']:.3f}",
            f"{row['chance']:.3f}",
        ]
        if balanced:
            cells.append(f"{row['balanced']:.3f}" if "balanced" in row else "")
        if ideal:
            cells += [f"{row['ideal']:.3f}", f"{row['of_ideal']:.0%}"] if "ideal" in row else ["", ""]
        table.add_row(*cells, str(row["n"]), end_section=name == "overall")
    return table


def results_table(results: pd.DataFrame, title: str, simulated: bool = False) -> Table:
    """Render any table of this room: numbers to the right, probabilities (p, q) to four decimals, others to three, NaN as nothing."""
    table = Table(title=escape(f"{title} ({SIMULATED})" if simulated else title), title_justify="left")
    for column in results:
        numeric = pd.api.types.is_numeric_dtype(results[column]) and not pd.api.types.is_bool_dtype(results[column])
        shown = escape(str(column).replace("_", " "))
        table.add_column(shown, justify="right" if numeric else "left", overflow="fold")
    for row in results.to_dict("records"):
        table.add_row(*(escape(_cell(str(column), value)) for column, value in row.items()))
    return table


def probability(p: float) -> str:
    """A p or q value as text; nothing where there is none."""
    return "" if pd.isna(p) else "< 0.0001" if p < 1e-4 else f"{p:.4f}"


def _cell(column: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if column in ("p", "q") or column.endswith("_p"):
            return probability(value)
        return "" if pd.isna(value) else f"{value:.3f}"
    return str(value)
