"""Claims and their verdicts: what was said, how large the effect is, and whether it holds.

A claim that an effect is *above* a bound holds where the whole 95 % interval is, and p, adjusted for all such claims of the table
(Benjamini and Hochberg 1995), is at most the level. A claim that an effect is *at most* a bound (a small loss) holds where the whole interval
is. A claim that does not hold, fails; it is `undecided` where the interval reaches to both sides of the bound, so that more data could
yet decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.errors import DataError
from neurona.evaluation.inference.paired import q_values
from neurona.evaluation.simulated import SIMULATED
from neurona.evaluation.tables import probability


class Claim(NamedTuple):
    """A claim and what was measured.

    Attributes:
        claim: a sentence ("H5 over H4").
        effect, low, high: measured, with its 95 % interval.
        p: against no effect; NaN where it has none.
        kind: whether the effect is claimed to be `above` the bound or `at most` the bound.
        bound: of the effect.
        quantity: what the effect is; those of one quantity share an axis where they are drawn.
    """

    claim: str
    effect: float
    low: float
    high: float
    p: float = float("nan")
    kind: Literal["above", "at most"] = "above"
    bound: float = 0.0
    quantity: str = "difference of accuracies"


def claims_table(claims: Sequence[Claim], level: float = 0.05) -> pd.DataFrame:
    """Claims with their verdicts.

    Args:
        claims: in the order of the table.
        level: of the adjusted p values.

    Returns:
        One row a claim: claim, kind, bound, quantity, effect, low, high, p, q, verdict (`holds` or `fails`), undecided.

    Raises:
        DataError: there are no claims.
    """
    if not claims:
        raise DataError("claims: there are none to judge")
    table = pd.DataFrame(claims)[["claim", "kind", "bound", "quantity", "effect", "low", "high", "p"]]
    above = (table["kind"] == "above").to_numpy()
    tested = above & table["p"].notna().to_numpy()
    table["q"] = float("nan")
    table.loc[tested, "q"] = q_values(table.loc[tested, "p"])
    significant = (table["q"] <= level) | table["q"].isna()
    holds = ((table["low"] > table["bound"]) & significant).where(above, table["high"] <= table["bound"])
    table["verdict"] = holds.map({True: "holds", False: "fails"})
    table["undecided"] = ~holds & (table["low"] <= table["bound"]) & (table["high"] > table["bound"])
    return table


def claims_rich_table(table: pd.DataFrame, title: str = "Claims", simulated: bool = False) -> Table:
    """Render what `claims_table` returns: green holds, red fails, yellow fails undecided."""
    shown = Table(
        title=escape(f"{title} ({SIMULATED})" if simulated else title),
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    shown.add_column("claim", overflow="fold", min_width=16)
    for column in _HEADER[1:-1]:
        shown.add_column(column, justify="right", no_wrap=True)
    shown.add_column("verdict", overflow="fold", min_width=9)
    for row in table.to_dict("records"):
        claim, *cells = _cells(row)
        style = "green" if row["verdict"] == "holds" else "yellow" if row["undecided"] else "red"
        shown.add_row(escape(claim), *cells[:-1], f"[{style}]{cells[-1]}[/{style}]")
    return shown


def claims_markdown(table: pd.DataFrame, title: str = "Claims", simulated: bool = False) -> str:
    """What `claims_table` returns, as Markdown; of simulated data each line says so."""
    header = [*_HEADER, "data"] if simulated else list(_HEADER)
    lines = [
        f"## {title} ({SIMULATED})" if simulated else f"## {title}",
        "",
        _line(header),
        _line(["---" if name in ("claim", "verdict", "data") else "---:" for name in header]),
    ]
    for row in table.to_dict("records"):
        lines.append(_line([cell.replace("|", "\\|") for cell in _cells(row)] + (["SIMULATED"] if simulated else [])))
    return "\n".join(lines) + "\n"


_HEADER = ("claim", "effect", "95 % interval", "p", "q", "verdict")


def _cells(row: dict) -> list[str]:
    sign = ">" if row["kind"] == "above" else "<="
    bound = "" if row["kind"] == "above" and row["bound"] == 0 else f" ({sign} {row['bound']:g})"
    return [
        f"{row['claim']}{bound}",
        f"{row['effect']:+.3f}",
        f"{row['low']:+.3f} to {row['high']:+.3f}",
        probability(row["p"]),
        probability(row["q"]),
        row["verdict"] + (", undecided" if row["undecided"] else ""),
    ]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
