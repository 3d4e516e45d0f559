"""Pictures of accuracy: points with intervals and chance, and confusion matrices.

Matplotlib's Figure objects are used directly, without pyplot, so that no display and no global state is
involved. Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten, wrap
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from neurona.evaluation.inference.intervals import wilson_interval
from neurona.evaluation.metrics.accuracy import Accuracy
from neurona.evaluation.metrics.calibration import Reliability
from neurona.evaluation.sections import sections
from neurona.evaluation.simulated import SIMULATED
from neurona.files import write_atomically

BLUE, ORANGE, VERMILION, GREEN, GREY = "#0072B2", "#E69F00", "#D55E00", "#009E73", "#555555"


def accuracy_plot(
    metrics: Mapping[str, Accuracy],
    path: str | Path,
    title: str = "",
    simulated: bool = False,
    peers: Mapping[str, Accuracy] | None = None,
) -> Path:
    """Draw accuracies in sections: a point each, its 95 % interval, chance as a tick, the oracle where known, and the strongest classical decoder.

    Args:
        metrics: what `accuracy_table` or `baseline_table` returns; no questions are drawn twice (`sections`).
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.
        peers: classical decoders of the same recordings, of which the strongest is drawn.

    Raises:
        OutputError: the file cannot be written.
    """
    parts = sections(metrics)
    if peers:
        best = max(peers, key=lambda name: peers[name]["value"])
        parts["strongest classical decoder"] = {best: peers[best]}
    lines: list[tuple[str, str, Accuracy | None]] = []
    for heading, rows in parts.items():
        lines += [(heading, "", None), *(("", name, row) for name, row in rows.items())]
    figure = new_figure(7.4, 1.3 + 0.3 * len(lines))
    axes = figure.add_subplot()
    for place, (section, name, row) in enumerate(lines):
        if row is None:
            axes.text(
                0.0,
                place + 0.12,
                section,
                va="center",
                fontsize=9,
                fontweight="bold",
                transform=axes.get_yaxis_transform(),
            )
            continue
        colour = ORANGE if peers and name in peers else BLUE
        axes.axhline(place, color="#E4E4E4", linewidth=0.8, zorder=0)
        axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2.2, zorder=4, clip_on=False)
        axes.plot(
            row["value"], place, "o", color=colour, markersize=6.5, markeredgecolor="white", zorder=6, clip_on=False
        )
        for at, mark in ((row.get("chance"), VERMILION), (row.get("oracle"), GREEN)):
            if at is not None:
                axes.plot([at] * 2, [place - 0.34, place + 0.34], color=mark, linewidth=2.2, zorder=5, clip_on=False)
        axes.text(
            1.02,
            place,
            f"{row['value']:.3f}   n = {row['n']}",
            va="center",
            fontsize=9,
            transform=axes.get_yaxis_transform(),
        )
    rows_at = [(place, name) for place, (_, name, row) in enumerate(lines) if row is not None]
    labels = ["\n".join(wrap(shorten(name, 64, placeholder="..."), 34)) or name for _, name in rows_at]
    axes.set_yticks([place for place, _ in rows_at], labels, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy")
    axes.spines[["top", "right", "left"]].set_visible(False)
    every = [row for rows in parts.values() for row in rows.values()]
    legend = [Line2D([], [], color=BLUE, marker="o", linewidth=2.2, label="accuracy, 95 % interval")]
    legend += (
        [Line2D([], [], color=VERMILION, linewidth=2.2, label="chance")]
        if any("chance" in row for row in every)
        else []
    )
    legend += (
        [Line2D([], [], color=GREEN, linewidth=2.2, label="oracle")] if any("oracle" in row for row in every) else []
    )
    figure.legend(handles=legend, loc="outside lower right", ncols=len(legend), fontsize=9, frameon=False)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


def confusion_plot(panels: Mapping[str, Confusion], path: str | Path, title: str = "", simulated: bool = False) -> Path:
    """Draw which word was answered for which, a panel a category: rows are the true words, shade is the share of a row, cells carry their counts.

    Predictions outside a category's words are counted in a last column, "other"; a true label outside them is a ValueError.

    Args:
        panels: category -> its answers.
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    counted = {name: confusion_counts(one.truth, one.predicted, one.labels) for name, one in panels.items()}
    sides = [1.5 + 0.34 * min(len(columns), 40) for _, columns in counted.values()]
    figure = new_figure(sum(sides) + 1.2, max(sides) + 0.9)
    axes = figure.subplots(1, len(panels), squeeze=False, width_ratios=sides)[0]
    for place, (name, (counts, columns)) in zip(axes, counted.items(), strict=True):
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        place.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        font = 8 if len(columns) <= 24 else 6
        shown = [shorten(word.replace("_", " ").strip(), 28, placeholder="...") for word in columns]
        place.set_xticks(range(len(columns)), shown, rotation=90 if len(columns) > 2 else 0, fontsize=font)
        place.set_yticks(range(len(counts)), shown[: len(counts)], fontsize=font)
        place.set(xlabel="answered", ylabel="true")
        place.set_title(f"{name}, n = {counts.sum()}", fontsize=9)
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = "white" if shares[row, column] > 0.5 else "black"
            place.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour, fontsize=font)
    figure.colorbar(ScalarMappable(Normalize(0, 1), "Blues"), ax=list(axes), label="share of the true word", shrink=0.7)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


class Confusion(NamedTuple):
    """Answers to the questions of one category.

    Attributes:
        truth, predicted: of each question.
        labels: the category's words, in the order in which they are drawn.
    """

    truth: Sequence[str]
    predicted: Sequence[str]
    labels: Sequence[str]


def confusion_counts(
    truth: Sequence[str], predicted: Sequence[str], labels: Sequence[str]
) -> tuple[np.ndarray, list[str]]:
    """Counts [labels, columns] and the columns' names: `labels`, then "other" where a prediction needs it."""
    place = {word: number for number, word in enumerate(labels)}
    unknown = sorted({str(word) for word in truth if word not in place})
    if unknown:
        raise ValueError(f"true labels {unknown} are not among the labels {list(labels)}")
    columns = list(labels) + (["other"] if any(word not in place for word in predicted) else [])
    counts = np.zeros((len(labels), len(columns)), dtype=int)
    for true, guess in zip(truth, predicted, strict=True):
        counts[place[true], place.get(guess, len(columns) - 1)] += 1
    return counts, columns


def new_figure(width: float, height: float) -> Figure:
    """A figure (inches) with an Agg canvas and a layout that keeps labels apart."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def set_title(figure: Figure, title: str, simulated: bool) -> None:
    """Write the title, wrapped to the figure's width; simulated data say so there."""
    width = max(20, int(figure.get_figwidth() * 11))
    lines = wrap(title, width)[:3]
    if simulated:
        lines.append(SIMULATED)
    if lines:
        figure.suptitle("\n".join(lines), fontsize=11)


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure atomically, without a date, so that equal pictures are equal files."""
    suffix = Path(path).suffix.lower()
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix)
    return write_atomically(path, lambda target: figure.savefig(target, dpi=150, metadata=metadata))


def reliability_plot(
    diagrams: Mapping[str, Reliability], path: str | Path, title: str = "", simulated: bool = False
) -> Path:
    """Draw which share of the statements of a probability is true, with its 95 % interval and, below, how many there are; on the diagonal both agree.

    Args:
        diagrams: form of questions -> their diagram; one panel each.
        path: of the picture.
        title: above it.
        simulated: whether the title says so.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = new_figure(0.6 + 3.6 * len(diagrams), 4.8)
    panels = figure.subplots(2, len(diagrams), sharex=True, squeeze=False, height_ratios=(4, 1))
    for (name, diagram), (axes, below) in zip(diagrams.items(), panels.T, strict=True):
        filled = diagram.count > 0
        stated, true, count = diagram.stated[filled], diagram.true[filled], diagram.count[filled]
        ends = np.array([wilson_interval(round(share * n), n) for share, n in zip(true, count, strict=True)])
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        axes.vlines(stated, ends[:, 0], ends[:, 1], color=BLUE, linewidth=1.2, zorder=2)
        axes.plot(stated, true, "o-", color=BLUE, linewidth=1.2, markersize=4.5, markeredgecolor="white", zorder=3)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), ylabel="share that is true")
        axes.set_title(f"{name}: expected error {diagram.expected_error:.3f}, n = {diagram.count.sum()}", fontsize=9)
        below.bar((diagram.edges[:-1] + diagram.edges[1:]) / 2, diagram.count, width=0.09, color=GREY)
        below.set(xlabel="stated probability", ylabel="number")
        for each in (axes, below):
            each.spines[["top", "right"]].set_visible(False)
    set_title(figure, title, simulated)
    return save_figure(figure, path)
