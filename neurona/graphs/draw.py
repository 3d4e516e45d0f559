"""A picture of a concept graph: entities left, concepts in the middle, defined concepts right.

Concepts stand in the order of their probability and are shaded by it; a line is the thicker the higher the
entity ranks among the carriers of the concept.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten

import networkx as nx
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Curve

from neurona.evaluation.plots import GREY, VERMILION, new_figure, save_figure, set_title
from neurona.graphs.concept_graph import nodes_of_kind

_CENTRES = {"entity": 0.0, "concept": 4.6, "defined": 9.2}  # horizontal centre of each layer, in inches
_WIDTH, _HEIGHT, _STEP = 2.6, 0.34, 0.48  # of a box, and from one box to the next, in inches
_SHADES = colormaps["Blues"]


def draw(graph: nx.DiGraph, path: str | Path, title: str = "", max_concepts: int = 16) -> Path:
    """Draw a concept graph to a file; the suffix (.png, .svg, .pdf) chooses the format.

    Args:
        graph: what `concept_graph` returns.
        path: the picture.
        title: a line above it; without one, the dataset and the recording.
        max_concepts: only so many concepts, the most probable, are drawn, with their entities; how many were
            left out stands in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    every = nodes_of_kind(graph, "concept")
    concepts = every[: max(1, max_concepts)]
    layers = {
        "entity": _entities(graph, concepts),
        "concept": concepts,
        "defined": nodes_of_kind(graph, "defined"),
    }
    used = [kind for kind, nodes in layers.items() if nodes]
    arcs = 0.5 if layers["defined"] else 0.1  # room at the right for arcs between defined concepts
    tallest = max((len(nodes) for nodes in layers.values()), default=1)
    places = _places(layers, tallest)
    right = max((_CENTRES[kind] for kind in used), default=0.0) + _WIDTH / 2 + arcs
    height = max(tallest, 2) * _STEP
    figure = new_figure(right + _WIDTH / 2 + 1.4, height + 1.5)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-_WIDTH / 2 - 0.1, right)
    axes.set_ylim(-height / 2 - 0.1, height / 2 + 0.5)
    axes.set_aspect("equal")
    for source, target, data in graph.edges(data=True):
        if source in places and target in places:
            _line(axes, places[source], places[target], data)
    for node, place in places.items():
        _box(axes, place, graph.nodes[node])
    headings = {"entity": "entities", "concept": "concepts", "defined": "defined by the ontology"}
    for kind in used:
        axes.text(_CENTRES[kind], height / 2 + 0.25, headings[kind], ha="center", fontsize=9, color=GREY)
    shades = ScalarMappable(norm=Normalize(0, 1), cmap=_SHADES)
    figure.colorbar(shades, ax=axes, label="probability", shrink=min(1.0, 2.4 / height), aspect=14, pad=0.01)
    notes = ["thicker line: stronger carrier"] + (["dashed: is a"] if layers["defined"] else [])
    if len(every) > len(concepts):
        notes.append(f"{len(every) - len(concepts)} less probable concepts are not drawn")
    figure.supxlabel("; ".join(notes), fontsize=8, color=GREY)
    name = " ".join(str(graph.graph.get(key, "")) for key in ("dataset", "recording")).strip()
    set_title(figure, title or f"Concept graph of {name}", bool(graph.graph.get("simulated", False)))
    return save_figure(figure, path)


def _entities(graph: nx.DiGraph, concepts: list[str]) -> list[str]:
    """Carriers of the drawn concepts, in the order of their concepts' mean place, so that few lines cross."""
    where = {concept: place for place, concept in enumerate(concepts)}
    carried: dict[str, list[int]] = {}
    for source, target, data in graph.edges(data=True):
        if data["kind"] == "carries" and target in where:
            carried.setdefault(source, []).append(where[target])
    return sorted(carried, key=lambda entity: (float(np.mean(carried[entity])), entity))


def _places(layers: dict[str, list[str]], tallest: int) -> dict[str, tuple[float, float]]:
    """Centre (x, y) of each node in inches; every layer is centred on y = 0, short ones are spread out."""
    places = {}
    for kind, nodes in layers.items():
        step = _STEP * min(2.5, (tallest + 1) / (len(nodes) + 1))
        for number, node in enumerate(nodes):
            places[node] = (_CENTRES[kind], ((len(nodes) - 1) / 2 - number) * step)
    return places


def _line(axes: Axes, start: tuple[float, float], end: tuple[float, float], data: dict) -> None:
    """An S-shaped line between two layers; between two boxes of one layer, an arc at their right side."""
    same_layer = start[0] == end[0]
    left = (start[0] + _WIDTH / 2, start[1])
    right = (end[0] + (_WIDTH / 2 if same_layer else -_WIDTH / 2), end[1])
    bend = left[0] + 0.35 if same_layer else (left[0] + right[0]) / 2
    curve = Curve([left, (bend, left[1]), (bend, right[1]), right], [1, 4, 4, 4])
    carries = data["kind"] == "carries"
    style = {
        "linewidth": {1: 2.4, 2: 1.5}.get(int(data["rank"]), 0.8) if carries else 1.4,
        "edgecolor": GREY if carries else VERMILION,
        "linestyle": "-" if carries else "--",
        "alpha": 0.6 if carries else 0.9,
    }
    axes.add_patch(PathPatch(curve, facecolor="none", zorder=1, **style))


def _box(axes: Axes, place: tuple[float, float], data: dict) -> None:
    """A rounded box with the node's name and, for concepts, its probability."""
    probability = data.get("probability")
    name = shorten(str(data["name"]).replace("_", " "), 30, placeholder="...") or str(data["name"])[:30]
    label = name if probability is None else f"{name}  {probability:.2f}"
    corner = (place[0] - _WIDTH / 2, place[1] - _HEIGHT / 2)
    axes.add_patch(
        FancyBboxPatch(
            corner,
            _WIDTH,
            _HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="#F4F4F4" if probability is None else _SHADES(probability),
            edgecolor=GREY,
            linewidth=0.8,
            zorder=2,
        )
    )
    dark = probability is not None and probability > 0.55
    axes.text(*place, label, ha="center", va="center", fontsize=8.5, zorder=3, color="white" if dark else "black")
