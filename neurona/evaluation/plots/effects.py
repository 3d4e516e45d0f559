"""Pictures of learning curves and of effects with their intervals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from textwrap import shorten, wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from neurona.errors import DataError
from neurona.evaluation.plots.answers import BLUE, GREEN, GREY, ORANGE, VERMILION, new_figure, save_figure, set_title

COLOURS = (BLUE, VERMILION, GREEN, ORANGE, "#CC79A7", "#56B4E9", "#000000", "#8C6D00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", "-.", ":")


def learning_curve_plot(
    table: pd.DataFrame,
    path: str | Path,
    title: str = "",
    simulated: bool = False,
    across: str = "training recordings",
    note: str = "",
) -> Path:
    """Draw accuracy against the number of training recordings: a line a decoder, its band, the oracle dashed, chance dotted.

    Args:
        table: what `learning_curve_table` returns.
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.
        across: what `n_train` counts, where it is not training recordings.
        note: lines beneath the picture.

    Raises:
        DataError: the table is empty.
        OutputError: the file cannot be written.
    """
    if table.empty:
        raise DataError("learning curve: the table has no rows to draw")
    figure = new_figure(8.2, 5.0)
    axes = figure.add_subplot()
    last = []
    for k, (decoder, rows) in enumerate(table.groupby("decoder", sort=False)):
        colour = COLOURS[k % len(COLOURS)]
        x = rows["n_train"].to_numpy(dtype=float)
        axes.fill_between(
            x, rows["low"].astype(float), rows["high"].astype(float), color=colour, alpha=0.15, linewidth=0
        )
        if len(x) == 1:  # a band of one point has no width
            axes.plot([x[0]] * 2, [rows["low"].iloc[0], rows["high"].iloc[0]], color=colour, linewidth=1.4)
        axes.plot(
            x,
            rows["accuracy"],
            color=colour,
            marker=MARKERS[k % len(MARKERS)],
            linestyle=DASHES[k // len(COLOURS) % len(DASHES)],
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.8,
            linewidth=1.8,
        )
        last.append((float(rows["accuracy"].iloc[-1]), str(decoder), colour))
    numbers = np.unique(table["n_train"].to_numpy(dtype=float))
    least, most = float(numbers.min()), float(numbers.max())
    chance = table["chance"].mean()
    lowest = float(np.nanmin([table["low"].min(), chance]))
    highest = float(table["high"].max())
    if least > 0:
        axes.set_xscale("log")
    if np.isfinite(chance):  # questions of several forms have none in common
        axes.axhline(chance, color=GREY, linewidth=1.3, linestyle=(0, (1, 2)), zorder=1)
        last.append((float(chance), "chance", GREY))
    oracle = table.groupby("n_train")["oracle"].mean().dropna()
    if len(oracle):
        axes.axhline(float(oracle.mean()), color="black", linewidth=1.3, linestyle=(0, (6, 3)), zorder=1)
        last.append((float(oracle.mean()), "oracle", "black"))
        highest = max(highest, float(oracle.mean()))
    margin = 0.04 * (highest - lowest) + 0.01
    bottom, top = max(0.0, lowest - margin), min(1.0, highest + margin)
    axes.set_ylim(bottom, top)
    for (value, name, colour), y in zip(
        last, spread_out([row[0] for row in last], 0.047 * (top - bottom)), strict=True
    ):
        axes.annotate(
            shorten(name, 30, placeholder="..."),
            xy=(1.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(1.03, y),
            textcoords=("axes fraction", "data"),
            color=colour,
            fontsize=9,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 0},
        )
    axes.set_xlim(*((least / 1.12, most * 1.12) if least > 0 else (-0.04 * most, 1.04 * most)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(numbers)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel(f"{across}\n\n{note}" if note else across, fontsize=9 if note else None)
    group = str(table["group"].iloc[0])
    axes.set_ylabel("accuracy" if group == "overall" else f"accuracy, {group}")
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


def spread_out(values: list[float], gap: float) -> list[float]:
    """Places for labels at given heights: as near as may be, in the same order, and `gap` apart."""
    order = np.argsort(values, kind="stable")
    places = np.array(values, dtype=float)[order]
    # Labels that would overlap make a block, centred on the mean of what it labels; blocks that meet become one.
    blocks: list[list[float]] = []
    for value in places:
        blocks.append([value])
        while len(blocks) > 1 and _top(blocks[-2], gap) + gap > _bottom(blocks[-1], gap):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    spread = np.concatenate([_bottom(block, gap) + gap * np.arange(len(block)) for block in blocks])
    found = np.empty(len(values))
    found[order] = spread
    return found.tolist()


def _bottom(block: list[float], gap: float) -> float:
    return float(np.mean(block)) - gap * (len(block) - 1) / 2


def _top(block: list[float], gap: float) -> float:
    return float(np.mean(block)) + gap * (len(block) - 1) / 2


def forest_plot(
    table: pd.DataFrame,
    path: str | Path,
    title: str = "",
    simulated: bool = False,
    label: str = "claim",
    axis: str = "difference of accuracies",
) -> Path:
    """Draw effects with their 95 % intervals, one row each, around no effect; bounds that claims name are ticks.

    Args:
        table: columns `label`, effect, low, high; and, where known, bound, verdict and quantity (what `claims_table` returns). Each quantity
            has a panel and an axis of its own.
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.
        label: the column that names the rows.
        axis: what the effect is, where no column says so.

    Raises:
        DataError: the table is empty.
        OutputError: the file cannot be written.
    """
    if table.empty:
        raise DataError("forest plot: the table has no rows to draw")
    named = table if "quantity" in table else table.assign(quantity=axis)
    panels = {str(name): part for name, part in named.groupby("quantity", sort=False)}
    labels = {name: [_wrapped(str(text)) for text in part[label]] for name, part in panels.items()}
    heights = [len(part) + 0.3 * sum(text.count("\n") for text in labels[name]) for name, part in panels.items()]
    figure = new_figure(8.6, 1.0 + 0.6 * len(panels) + 0.4 * sum(heights))
    drawn = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (name, part) in zip(drawn, panels.items(), strict=True):
        _effects(axes, part.to_dict("records"))
        axes.set_yticks(range(len(part)), labels[name], fontsize=9)
        axes.set_xlabel(name)
        if (part["low"] <= 0).any():
            axes.axvline(0, color=GREY, linewidth=1.0, zorder=1)
    if "bound" in table and table["bound"].astype(bool).any():
        tick = Line2D([], [], color="black", linewidth=0, marker="|", markersize=11, markeredgewidth=1.6)
        figure.legend([tick], ["bound that the claim names"], loc="outside lower right", fontsize=9, frameon=False)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


def _wrapped(text: str) -> str:
    return "\n".join(wrap(shorten(text, 90, placeholder="..."), 40))


def _effects(axes: Axes, rows: Sequence[Mapping[Hashable, Any]]) -> None:
    """Effects of one quantity from top to bottom, their figures beside them."""
    verdicts = "verdict" in rows[0]
    for place, row in enumerate(rows):
        holds = not verdicts or row["verdict"] == "holds"
        undecided = verdicts and bool(row.get("undecided", False))
        colour = BLUE if holds else ORANGE if undecided else VERMILION
        axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2.4, solid_capstyle="butt")
        axes.plot(
            [row["effect"]], [place], marker="o" if holds else "X", markersize=8, color=colour, markeredgecolor="white"
        )
        if row.get("bound"):
            axes.plot([row["bound"]] * 2, [place - 0.34, place + 0.34], color="black", linewidth=1.6, zorder=4)
        text = f"{row['effect']:+.3f}  [{row['low']:+.3f}, {row['high']:+.3f}]"
        if verdicts:
            text += "  " + row["verdict"] + (", undecided" if undecided else "")
        axes.annotate(
            text,
            xy=(1.02, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            color="black" if not verdicts else COLOURS[-1] if undecided else colour,
            annotation_clip=False,
        )
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.margins(x=0.06)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
