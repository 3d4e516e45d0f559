"""Pictures of training: loss over epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from neurona.evaluation.plots.answers import BLUE, VERMILION, new_figure, save_figure, set_title

MEASURES = {"train_loss": (BLUE, "training"), "validation_loss": (VERMILION, "validation")}


def training_plot(
    logs: Mapping[str, Sequence[Mapping[str, float]]], path: str | Path, title: str = "", simulated: bool = False
) -> Path:
    """Draw the loss (nats a question) after each epoch, a thin line for each fold; the least validation loss of each is marked.

    Args:
        logs: fold -> rows with `epoch`, `train_loss` and `validation_loss` (either may be missing).
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = new_figure(7.4, 3.4)
    axes = figure.add_subplot()
    drawn = []
    for measure, (colour, _) in MEASURES.items():
        for rows in logs.values():
            points = [(row["epoch"] + 1, row[measure]) for row in rows if measure in row]
            if not points:
                continue
            axes.plot(*zip(*points, strict=True), color=colour, linewidth=1.4 if len(logs) == 1 else 0.9, alpha=0.9)
            if measure == "validation_loss":
                axes.plot(*min(points, key=lambda point: point[1]), "o", color=colour, markersize=4)
            drawn.append(measure)
    axes.set(xlabel="epoch", ylabel="loss (nats a question)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    handles = [Line2D([], [], color=colour, label=label) for one, (colour, label) in MEASURES.items() if one in drawn]
    if "validation_loss" in drawn:
        handles.append(Line2D([], [], color=VERMILION, marker="o", linewidth=0, markersize=4, label="least"))
    axes.legend(handles=handles, frameon=False, fontsize=9)
    set_title(figure, title, simulated)
    return save_figure(figure, path)
