"""Pictures of groundings: where in the brain each concept is carried, on a glass brain; a heat map where no places are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from matplotlib import colormaps
from matplotlib.figure import Figure
from nilearn.plotting import plot_markers

from neurona.evaluation.plots.answers import new_figure, save_figure, set_title

N_WORDS = 6
"""Words that one picture shows on glass brains."""


def clearest_words(groundings: pd.DataFrame, n: int = N_WORDS) -> list[str]:
    """The words whose strongest entity stands out most from the others, in units of the deviation over entities."""
    values = groundings.to_numpy()
    deviation = values.std(axis=1)
    contrast = (values.max(axis=1) - np.median(values, axis=1)) / np.where(deviation > 0, deviation, np.inf)
    return [str(groundings.index[k]) for k in np.argsort(-contrast, kind="stable")[:n]]


def on_glass_brain(positions: Float[np.ndarray, "entity 3"] | None, space: str) -> Float[np.ndarray, "entity 3"] | None:
    """Places that may be drawn on nilearn's glass brain, whose outline is MNI's: those of a native or scanner space may not."""
    return positions if space.startswith("MNI") else None


def grounding_map(
    groundings: pd.DataFrame,
    path: str | Path,
    *,
    positions: Float[np.ndarray, "entity 3"] | None = None,
    carried: Bool[np.ndarray, "word entity"] | None = None,
    words: Sequence[str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Path:
    """Draw where words are carried.

    Args:
        groundings: one row a word, one column an entity; higher is carried more.
        path: the picture; the suffix chooses the format.
        positions: centres of the entities, mm in MNI152 space; None draws a heat map of words and entities.
        carried: where words are carried by more than chance; the others are drawn as small grey points (of a heat map: without a dot). None where
            nobody tested.
        words: to draw; unless given the clearest ones, those first that are carried anywhere.
        title: a line above the picture.
        simulated: say so in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    if carried is not None and words is None:
        sides = (np.flatnonzero(carried.any(axis=1)), np.flatnonzero(~carried.any(axis=1)))
        words = [word for rows in sides for word in clearest_words(groundings.iloc[rows])][:N_WORDS]
    names = [str(name) for name in groundings.index]
    rows = np.array([names.index(word) for word in words or clearest_words(groundings)], dtype=np.int64)
    chosen, marked = groundings.iloc[rows], None if carried is None else carried[rows]
    figure = _heat_map(chosen, marked) if positions is None else _glass_brains(chosen, marked, positions)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


def _scaled(row: np.ndarray) -> np.ndarray:
    """0 for the weakest entity, 1 for the strongest."""
    low, high = row.min(), row.max()
    return (row - low) / (high - low) if high > low else np.zeros_like(row)


def _glass_brains(
    groundings: pd.DataFrame, carried: Bool[np.ndarray, "word entity"] | None, positions: Float[np.ndarray, "entity 3"]
) -> Figure:
    columns = min(2, len(groundings))
    rows = -(-len(groundings) // columns)
    height = 2.1 * rows + 0.7
    figure = new_figure(5.2 * columns, height)
    # nilearn places its three views by the axes' position at once, before any layout could move them.
    figure.set_layout_engine("none")
    places = {"left": 0.01, "right": 0.99, "bottom": 0.01, "top": 1 - 1.0 / height, "hspace": 0.25, "wspace": 0.02}
    axes = figure.subplots(rows, columns, squeeze=False, gridspec_kw=places)
    colours = colormaps["viridis_r"].copy()
    colours.set_under("0.7")
    for k, (place, (word, row)) in enumerate(zip(axes.flat, groundings.iterrows(), strict=False)):
        values, own = _scaled(row.to_numpy()), np.ones(len(row), bool) if carried is None else carried[k]
        plot_markers(
            np.where(own, values, -1.0),
            positions,
            node_size=np.where(own, 12 + 110 * values, 8),
            node_cmap=colours,
            node_vmin=0,
            node_vmax=1,
            display_mode="ortho",
            figure=figure,
            axes=place,
            colorbar=False,
            annotate=False,
        )
        box = place.get_position()
        strongest = groundings.columns[int(np.where(own, values, -1).argmax())]
        heading = f"{word}: {strongest if own.any() else 'nowhere above chance'}"
        figure.text(box.x0 + box.width / 2, box.y1 + 0.05 / height, heading, ha="center", fontsize=9)
    for place in axes.flat[len(groundings) :]:
        place.set_axis_off()
    return figure


def _heat_map(groundings: pd.DataFrame, carried: Bool[np.ndarray, "word entity"] | None) -> Figure:
    values = np.stack([_scaled(row) for row in groundings.to_numpy()])
    figure = new_figure(2.6 + 0.22 * values.shape[1], 1.8 + 0.3 * values.shape[0])
    axes = figure.add_subplot()
    image = axes.imshow(values, cmap="viridis_r", vmin=0, vmax=1, aspect="auto")
    if carried is not None:
        rows, columns = np.nonzero(carried)
        axes.plot(columns, rows, "o", color="tab:red", markersize=4)
    axes.set_yticks(range(len(groundings)), [str(word) for word in groundings.index], fontsize=9)
    axes.set_xticks(range(values.shape[1]), [str(name) for name in groundings.columns], rotation=90, fontsize=7)
    figure.colorbar(image, ax=axes, label="weakest to strongest entity")
    return figure
