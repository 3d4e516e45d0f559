"""A reproduction's tables for the terminal, as Markdown and as CSV. Every line says which data it is of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.evaluation.simulated import SIMULATED
from neurona.experiments.papers.plan import Source
from neurona.experiments.papers.tables import PaperTables
from neurona.files import write_atomically, write_text

_STYLES = {"agrees": "green", "at chance": "green", "lower": "red", "above chance": "red", "below chance": "red"}
_SHORT = {"nothing published": "-"}


def rich_tables(results: pd.DataFrame, tables: PaperTables, source: Source) -> list[Table]:
    """One for each of the paper's tables, in 80 columns; difference, chance, share of the ideal and seeds stand in the files."""
    shown = []
    for name, part in results.groupby("table", sort=False):
        title = f"{name}: {tables.tables[str(name)].title}; learned from {tables.tables[str(name)].supervision}"
        table = Table(
            title=escape(f"{title} ({SIMULATED})" if source.simulated else title),
            title_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
        )
        table.add_column("row", overflow="fold", min_width=12)
        table.add_column("measure", overflow="fold", min_width=8)
        for column in ("published", "measured", "95 % interval"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("verdict", overflow="fold", min_width=9)
        table.add_column("data", overflow="fold", min_width=9)
        for line in part.to_dict("records"):
            cells = _cells(line)
            style = _STYLES.get(line["verdict"], "")
            verdict = escape(_SHORT.get(cells["verdict"], cells["verdict"]))
            table.add_row(
                escape(cells["row"]),
                escape(cells["measure"]),
                *(cells[key] for key in ("published", "measured", "interval")),
                f"[{style}]{verdict}[/{style}]" if style else verdict,
                "SIMULATED" if cells["data"].startswith("SIMULATED") else escape(cells["data"]),
            )
        shown.append(table)
    return shown


def markdown(results: pd.DataFrame, tables: PaperTables, source: Source, notes: Sequence[str] = ()) -> str:
    """All tables; each with what is not as in the paper, and every line with its data and the source of its published number."""
    head = (
        "row",
        "measure",
        "published",
        "measured",
        "95 % interval",
        "difference",
        "verdict",
        "chance",
        "reached",
        "seeds",
    )
    lines = [f"# {tables.paper}: published and measured" + (f" ({SIMULATED})" if source.simulated else ""), ""]
    if source.simulated:
        lines += ["Measured numbers are of SIMULATED recordings; they say nothing about a brain.", ""]
    lines += [*notes, ""] if notes else []
    for name, part in results.groupby("table", sort=False):
        table = tables.tables[str(name)]
        lines += [f"## {name}", "", f"{table.title}. Decoders learn from {table.supervision}.", ""]
        lines += [table.note, ""] if table.note else []
        lines += [_row([*head, "data", "published in"]), _row(["---"] * (len(head) + 2))]
        for line in part.to_dict("records"):
            cells = _cells(line)
            lines.append(_row([*cells.values(), str(line["source"])]))
        lines.append("")
    return "\n".join(lines)


def write_report(out: Path, results: pd.DataFrame, text: str) -> None:
    """`results.csv` and `results.md`.

    Raises:
        OutputError: they cannot be written.
    """
    write_atomically(out / "results.csv", lambda path: results.to_csv(path, index=False, float_format="%.5f"))
    write_text(out / "results.md", text)


def _cells(line: dict) -> dict[str, str]:
    measured = not pd.isna(line["measured"])
    return {
        "row": str(line["row"]),
        "measure": str(line["measure"]),
        "published": _number(line["published"], 4),
        "measured": _number(line["measured"], 3),
        "interval": f"{line['low']:.3f} to {line['high']:.3f}" if measured and not pd.isna(line["low"]) else "",
        "difference": "" if pd.isna(line["difference"]) else f"{line['difference']:+.3f}",
        "verdict": str(line["verdict"]),
        "chance": _number(line["chance"], 3),
        "reached": "" if pd.isna(line["reached"]) else f"{line['reached']:.0%} of {line['best_possible']:.3f}",
        "seeds": str(line["seeds"]) if measured else "",
        "data": str(line["data"]),
    }


def _number(value: float, digits: int) -> str:
    return "" if pd.isna(value) else f"{value:.{digits}f}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
