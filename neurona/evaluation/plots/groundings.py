"""Pictures of groundings: where each concept is carried, on a glass brain or on the scalp; a heat map where no places are known.

All words of a picture have one scale of colours, so that a weak map looks weak.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from neurona.evaluation.groundings.volumes import entity_of_channel
from neurona.evaluation.plots.answers import new_figure, save_figure, set_title
from neurona.recordings.entities.entities import Entities

N_WORDS = 6
"""Words that one picture shows on brains."""
LEAST_ON_SCALP = 8
"""Sensors with places, from which a scalp map is drawn."""
LABEL = "grounding, one scale for all words"


class Places(NamedTuple):
    """Where entities are.

    Attributes:
        kind: `brain`, of entities, in mm of an MNI space; `eeg`, `mag` or `grad`, of sensors, in m.
        positions: of each.
        owner: the entity of each sensor; of each entity itself on a brain.
    """

    kind: str
    positions: Float[np.ndarray, "place 3"]
    owner: np.ndarray


def places_of(entities: Entities, space: str) -> Places | None:
    """Where entities may be drawn: parcels of an MNI space on nilearn's glass brain, whose outline is MNI's, and sensors on a scalp.

    Args:
        entities: of a decoder.
        space: of its recordings; places of a native or scanner space are not drawn on a brain.
    """
    measured = entities.measured
    if entities.kind == "parcel" and entities.positions is not None and space.startswith("MNI"):
        return Places("brain", entities.positions, np.arange(len(entities.names)))
    owner = entity_of_channel(entities)
    if measured is None or measured.modality not in ("eeg", "meg") or measured.positions is None or owner is None:
        return None
    placed = np.isfinite(measured.positions).all(axis=1)
    if placed.sum() < LEAST_ON_SCALP:
        return None
    return Places("eeg" if measured.modality == "eeg" else "mag", measured.positions[placed], owner[placed])


def clearest_words(groundings: pd.DataFrame, n: int = N_WORDS) -> list[str]:
    """The words whose strongest entity stands out most from the others, in units of the deviation over entities."""
    values = groundings.to_numpy()
    deviation = values.std(axis=1)
    contrast = (values.max(axis=1) - np.median(values, axis=1)) / np.where(deviation > 0, deviation, np.inf)
    return [str(groundings.index[k]) for k in np.argsort(-contrast, kind="stable")[:n]]


def grounding_map(
    groundings: pd.DataFrame,
    path: str | Path,
    *,
    places: Places | None = None,
    carried: Bool[np.ndarray, "word entity"] | None = None,
    words: Sequence[str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Path:
    """Draw where words are carried, all on one scale.

    Args:
        groundings: one row a word, one column an entity; higher is carried more.
        path: the picture; the suffix chooses the format.
        places: of the entities; None draws a heat map of words and entities.
        carried: where words are carried by more than chance; the others are drawn as small grey points (of a heat map: without a dot; of a scalp: without a
            ring). None where nobody tested.
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
    figure = _heat_map(chosen, marked) if places is None else _heads(chosen, marked, places)
    set_title(figure, title, simulated)
    return save_figure(figure, path)


def _scale(groundings: pd.DataFrame) -> ScalarMappable:
    """From 0, or the lowest value where some are below it, to the highest of all words."""
    values = groundings.to_numpy()
    colours = colormaps["magma_r"].copy()
    colours.set_under("0.7")
    low, high = min(0.0, float(values.min())), float(values.max())
    return ScalarMappable(Normalize(low, high if high > low else low + 1.0), colours)


def _heads(groundings: pd.DataFrame, carried: Bool[np.ndarray, "word entity"] | None, places: Places) -> Figure:
    """A panel for each word, and the scale that they share."""
    columns = min(2 if places.kind == "brain" else 3, len(groundings))
    rows, wide = -(-len(groundings) // columns), 5.2 if places.kind == "brain" else 2.9
    height, width = (2.1 if places.kind == "brain" else 2.9) * rows + 1.5, max(wide * columns, 6.0)
    figure = new_figure(width, height)
    # nilearn places its three views by the axes' position at once, before any layout could move them.
    figure.set_layout_engine("none")
    inside = {
        "left": 0.01,
        "right": 0.99,
        "bottom": 0.75 / height,
        "top": 1 - 1.0 / height,
        "hspace": 0.25,
        "wspace": 0.02,
    }
    axes = figure.subplots(rows, columns, squeeze=False, gridspec_kw=inside)
    scale = _scale(groundings)
    for k, (place, (word, row)) in enumerate(zip(axes.flat, groundings.iterrows(), strict=False)):
        own = np.ones(len(row), bool) if carried is None else carried[k]
        draw = _glass_brain if places.kind == "brain" else _scalp
        box = place.get_position()
        draw(row.to_numpy(np.float64), own, places, scale, place, carried is not None)
        strongest = str(groundings.columns[int(np.where(own, row.to_numpy(), -np.inf).argmax())])
        heading = f"{word}: {strongest if own.any() else 'nowhere above chance'}"
        figure.text(box.x0 + box.width / 2, box.y1 + 0.05 / height, heading, ha="center", fontsize=9)
    for place in axes.flat[len(groundings) :]:
        place.set_axis_off()
    bar = figure.add_axes((0.3, 0.5 / height, 0.4, 0.12 / height))
    figure.colorbar(scale, cax=bar, orientation="horizontal", label=LABEL)
    return figure


def _glass_brain(
    values: np.ndarray, own: np.ndarray, places: Places, scale: ScalarMappable, axes: Axes, tested: bool
) -> None:
    from nilearn.plotting import plot_markers

    low, high = scale.get_clim()
    share = (values - low) / (high - low)
    plot_markers(
        np.where(own, values, low - 1.0),
        places.positions,
        node_size=np.where(own, 12 + 110 * np.clip(share, 0, 1), 8),
        node_cmap=scale.get_cmap(),
        node_vmin=low,
        node_vmax=high,
        display_mode="ortho",
        figure=axes.figure,
        axes=axes,
        colorbar=False,
        annotate=True,
    )


def _scalp(
    values: np.ndarray, own: np.ndarray, places: Places, scale: ScalarMappable, axes: Axes, tested: bool
) -> None:
    import mne

    names = [f"{places.kind}{k}" for k in range(len(places.positions))]
    info = mne.create_info(names, 100.0, places.kind, verbose="error")
    for channel, position in zip(info["chs"], places.positions, strict=True):
        channel["loc"][:3] = position
    ring = {"markersize": 5, "markerfacecolor": "none", "markeredgecolor": "tab:red"}
    mne.viz.plot_topomap(
        values[places.owner],
        info,
        axes=axes,
        show=False,
        cmap=scale.get_cmap(),
        vlim=scale.get_clim(),
        contours=0,
        image_interp="linear",  # others leave the range of the values
        mask=own[places.owner] if tested else None,
        mask_params=ring,
    )


def _heat_map(groundings: pd.DataFrame, carried: Bool[np.ndarray, "word entity"] | None) -> Figure:
    values, scale = groundings.to_numpy(), _scale(groundings)
    figure = new_figure(2.6 + 0.22 * values.shape[1], 1.8 + 0.3 * values.shape[0])
    axes = figure.add_subplot()
    low, high = scale.get_clim()
    image = axes.imshow(values, cmap=scale.get_cmap(), vmin=low, vmax=high, aspect="auto")
    if carried is not None:
        rows, columns = np.nonzero(carried)
        axes.plot(columns, rows, "o", color="tab:red", markersize=4)
    axes.set_yticks(range(len(groundings)), [str(word) for word in groundings.index], fontsize=9)
    axes.set_xticks(range(values.shape[1]), [str(name) for name in groundings.columns], rotation=90, fontsize=7)
    figure.colorbar(image, ax=axes, label=LABEL)
    return figure
