"""A reproduction's tables for the terminal, as Markdown and as CSV. Every line says which data it is of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.evaluation.simulated import SIMULATED
from neurona.evaluation.tables import probability
from neurona.experiments.papers.records import INSIDE
from neurona.experiments.papers.tables import PaperTables
from neurona.files import write_atomically, write_text

_STYLES = {"agrees": "green", "at chance": "green", "lower": "red", "above chance": "red", "below chance": "red"}
_SHORT = {"nothing published": "-"}
HEAD = {
    "row": "row",
    "measure": "measure",
    "published": "published",
    "measured": "measured",
    "interval": "95 % interval",
    "unit": "over",
    "chance": "chance",
    "exchanged": "recordings exchanged",
    "beside": "strongest peer",
    "effect": "beyond it",
    "p": "p",
    "chosen": "settings chosen",
    "difference": "less published",
    "verdict": "verdict",
    "reached": "reached",
    "seeds": "seeds",
    "data": "data",
    "source": "published in",
}
"""Columns of the Markdown tables, those that say nothing left out."""


def rich_tables(results: pd.DataFrame, tables: PaperTables) -> list[Table]:
    """One for each of the paper's tables, in 80 columns; what does not fit stands in the files."""
    shown = []
    for name, part in results.groupby("table", sort=False):
        title = f"{name}: {tables.tables[str(name)].title}; learned from {tables.tables[str(name)].supervision}"
        simulated, peers = _simulated(part), bool(part.p.notna().any())
        published, verdicts = bool(part.published.notna().any()), bool((part.verdict != "nothing published").any())
        table = Table(
            title=escape(f"{title} ({SIMULATED})" if simulated else title),
            title_justify="left",
            caption=_caption(part) if peers else None,
            caption_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
        )
        table.add_column("row", overflow="fold", min_width=12)
        table.add_column("measure", overflow="fold", min_width=8)
        numbers = (*(["published"] if published else []), "measured", "interval", *(["p"] if peers else []))
        for column in numbers:
            table.add_column(HEAD[column], justify="right", no_wrap=True)
        if verdicts:
            table.add_column("verdict", overflow="fold", min_width=9)
        if simulated:
            table.add_column("data", overflow="fold", min_width=9)
        for line in _lines(part):
            cells = _cells(line)
            style = _STYLES.get(line["verdict"], "")
            verdict = escape(_SHORT.get(cells["verdict"], cells["verdict"]))
            data = "SIMULATED" if cells["data"].startswith("SIMULATED") else escape(cells["data"])
            table.add_row(
                escape(cells["row"]),
                escape(cells["measure"]),
                *(cells[key] for key in numbers),
                *([f"[{style}]{verdict}[/{style}]" if style else verdict] if verdicts else []),
                *([data] if simulated else []),
            )
        shown.append(table)
    return shown


def markdown(results: pd.DataFrame, tables: PaperTables, notes: Sequence[str] = ()) -> str:
    """All tables; each with what is not as in the paper, and every line with its data and the source of its published number."""
    simulated = _simulated(results)
    lines = [f"# {tables.paper}: published and measured" + (f" ({SIMULATED})" if simulated else ""), ""]
    if simulated:
        lines += ["Measured numbers are of SIMULATED recordings; they say nothing about a brain.", ""]
    lines += [*notes, ""] if notes else []
    for name, part in results.groupby("table", sort=False):
        table = tables.tables[str(name)]
        lines += [f"## {name}", "", f"{table.title}. Decoders learn from {table.supervision}.", ""]
        lines += [table.note, ""] if table.note else []
        lines += [markdown_table(part), ""]
    return "\n".join(lines)


def markdown_table(part: pd.DataFrame, columns: Sequence[str] = tuple(HEAD)) -> str:
    """Lines of one table, without the columns that are empty in all of them."""
    rows = [_cells(line) for line in _lines(part)]
    kept = [name for name in columns if any(cells[name] for cells in rows)]
    head = [[HEAD[name] for name in kept], ["---"] * len(kept)]
    return "\n".join(_row(cells) for cells in (*head, *([cells[name] for name in kept] for cells in rows)))


def write_report(out: Path, results: pd.DataFrame, text: str) -> None:
    """`results.csv` and `results.md`.

    Raises:
        OutputError: they cannot be written.
    """
    write_atomically(out / "results.csv", lambda path: results.to_csv(path, index=False, float_format="%.5f"))
    write_text(out / "results.md", text)


def _lines(part: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in line.items()} for line in part.to_dict("records")]


def _simulated(part: pd.DataFrame) -> bool:
    return bool(part.data.str.startswith("SIMULATED").any())


def _caption(part: pd.DataFrame) -> str:
    """What the intervals and p are about."""
    measured = part[part.measured.notna()]
    peers = ", ".join(dict.fromkeys(measured.beside[measured.beside != ""]))
    chosen = "; settings chosen " + (INSIDE if (measured.chosen == INSIDE).all() else "as results.md says")
    return escape(
        f"intervals over {', '.join(sorted(set(measured.unit)))}; p: paired, beside the strongest peer ({peers}){chosen}"
    )


def _cells(line: dict[str, Any]) -> dict[str, str]:
    measured = not pd.isna(line["measured"])
    return {
        "row": str(line["row"]),
        "measure": str(line["measure"]),
        "published": _number(line["published"], 4),
        "measured": _number(line["measured"], 3),
        "interval": f"{line['low']:.3f} to {line['high']:.3f}" if measured and not pd.isna(line["low"]) else "",
        "unit": str(line["unit"]),
        "chance": _number(line["chance"], 3),
        "exchanged": _number(line["exchanged"], 3),
        "beside": str(line["beside"]),
        "effect": _signed(line["effect"]),
        "p": "" if pd.isna(line["p"]) else probability(line["p"]),
        "chosen": str(line["chosen"]) if measured else "",
        "difference": _signed(line["difference"]),
        "verdict": str(line["verdict"]),
        "reached": "" if pd.isna(line["reached"]) else f"{line['reached']:.0%} of {line['oracle']:.3f}",
        "seeds": str(line["seeds"]) if measured else "",
        "data": str(line["data"]),
        "source": str(line["source"]),
    }


def _number(value: float, digits: int) -> str:
    return "" if pd.isna(value) else f"{value:.{digits}f}"


def _signed(value: float) -> str:
    return "" if pd.isna(value) else f"{value:+.3f}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
