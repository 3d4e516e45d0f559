"""Pictures of accuracy: bars with intervals and chance, and confusion matrices.

Matplotlib's Figure objects are used directly, without pyplot, so that no display and no global state is
involved. Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten, wrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from neurona.evaluation.inference.intervals import wilson_interval
from neurona.evaluation.metrics.accuracy import Accuracy
from neurona.evaluation.metrics.calibration import Reliability
from neurona.evaluation.simulated import SIMULATED
from neurona.files import write_atomically

BLUE, ORANGE, VERMILION, GREEN, GREY = "#0072B2", "#E69F00", "#D55E00", "#009E73", "#555555"


def accuracy_plot(metrics: Mapping[str, Accuracy], path: str | Path, title: str = "", simulated: bool = False) -> Path:
    """Draw one horizontal bar a question type (or decoder): accuracy, 95 % interval, chance as a tick, and the ideal observer where known.

    Args:
        metrics: what `accuracy_table` or `baseline_table` returns; `overall` is drawn in another colour.
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    rows = list(metrics.items())
    labels = ["\n".join(wrap(shorten(name, 64, placeholder="..."), 24)) or name for name, _ in rows]
    figure = new_figure(7.4, 1.5 + 0.46 * len(rows))
    axes = figure.add_subplot()
    for place, (name, row) in enumerate(rows):
        axes.barh(place, row["value"], height=0.62, color=ORANGE if name == "overall" else BLUE)
        axes.plot([row["low"], row["high"]], [place, place], color="black", linewidth=1.4, zorder=6, clip_on=False)
        for end in (row["low"], row["high"]):
            axes.plot(
                [end, end],
                [place - 0.12, place + 0.12],
                color="black",
                linewidth=1.4,
                zorder=6,
                clip_on=False,
            )
        if "chance" in row:
            axes.plot([row["chance"]] * 2, [place - 0.4, place + 0.4], color="white", linewidth=4.5, zorder=4)
            axes.plot([row["chance"]] * 2, [place - 0.4, place + 0.4], color=VERMILION, linewidth=2.2, zorder=5)
        if "ideal" in row:
            axes.plot([row["ideal"]] * 2, [place - 0.4, place + 0.4], color=GREEN, linewidth=2.2, zorder=5)
        axes.text(1.02, place, f"{row['value']:.3f}   n = {row['n']}", va="center", fontsize=9)
    axes.set_yticks(range(len(rows)), labels, fontsize=9)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy")
    axes.spines[["top", "right"]].set_visible(False)
    legend = [
        Line2D([], [], color=VERMILION, linewidth=2.2, label="chance"),
        Line2D([], [], color="black", linewidth=1.4, label="95 % interval"),
    ]
    if any("ideal" in row for row in metrics.values()):
        legend.append(Line2D([], [], color=GREEN, linewidth=2.2, label="best possible"))
    figure.legend(handles=legend, loc="outside lower right", ncols=len(legend), fontsize=9, frameon=False)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


def confusion_plot(
    truth: Sequence[str],
    predicted: Sequence[str],
    labels: Sequence[str],
    path: str | Path,
    title: str = "",
    simulated: bool = False,
) -> Path:
    """Draw which label was predicted for which: rows are the true labels, shade is the share of a row.

    Cells carry their counts while there are at most 20 labels. Predictions outside `labels` are counted in a
    last column, "other"; a true label outside `labels` is a ValueError.

    Raises:
        OutputError: the file cannot be written.
    """
    counts, columns = confusion_counts(truth, predicted, labels)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 2.6 + 0.42 * min(len(columns), 40)
    figure = new_figure(side + 0.9, side)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
    font = 9 if len(columns) <= 24 else 6
    shown = [shorten(word, 28, placeholder="...") for word in columns]
    axes.set_xticks(range(len(columns)), shown, rotation=90 if len(columns) > 2 else 0, fontsize=font)
    axes.set_yticks(range(len(labels)), shown[: len(labels)], fontsize=font)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    if len(columns) <= 20:
        for (row, column), count in np.ndenumerate(counts):
            colour = "black" if shares[row, column] > 0.5 else "white"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=font)
    figure.colorbar(image, ax=axes, label="share of the true label", shrink=0.8)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


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
