"""A picture of a concept graph that reads like the scene: "man -- hold .83 --> bat", what carries it, and the true scene beside it.

Left to right: the strongest carriers, the decoded scene (things with their attributes, relations as arrows), defined words; then
the true scene where it is known, with the same things at the same places. The width of a line says how probable what it stands for is,
on one scale for the whole picture; that of a carrier's line how large its evidence is, on another. Beneath stand the scales, and what
the log odds of each carried word are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from neurona.files import write_atomically
from neurona.graphs import pieces
from neurona.graphs.columns import STEP, column
from neurona.graphs.layout import Layout, lay_out
from neurona.graphs.legend import legend, tables
from neurona.graphs.panels import Link, both_scenes, is_symmetric, shown_carriers, shown_definitions
from neurona.graphs.pieces import GREY, Scene, text_width, write
from neurona.programs.pairs import PAIRED

_MARGIN, _BETWEEN = 0.25, 0.8
_REACH = 0.9  # room for the lines between a column and the scene
_NARROWEST, _WIDEST = 6.6, 11.0  # of the whole picture; a true scene that would make it wider stands beneath


def draw(graph: nx.MultiDiGraph, path: str | Path, title: str = "", most_things: int = 10) -> Path:
    """Draw a concept graph to a file; the suffix (.png, .svg, .pdf) chooses the format.

    Args:
        graph: what `concept_graph` returns.
        path: the picture.
        title: a line above it; without one, data set, recording and decoder.
        most_things: only so many things, the most probable, are drawn; how many were left out stands in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = picture(graph, title, most_things)
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(Path(path).suffix.lower())
    return write_atomically(path, lambda target: figure.savefig(target, dpi=150, metadata=metadata))


def picture(graph: nx.MultiDiGraph, title: str = "", most_things: int = 10) -> Figure:
    """The figure that `draw` writes; one unit of its axes is an inch."""
    decoded, true, notes = both_scenes(graph, max(1, most_things))
    page = Page.of(decoded, true)
    carriers, definitions = shown_carriers(graph, decoded), shown_definitions(graph, decoded)
    left = _Side(page, carriers, -_REACH)
    right = _Side(page, definitions, page.layout.size[0] + _REACH)
    words = tables(graph, decoded, None if left.column else carriers, None if right.column else definitions)
    foot = legend(graph, decoded, bool(left.column), bool(right.column), notes)
    inner, scene = left.width + page.layout.size[0] + right.width, page.layout.size[0]
    beside = true is not None and 2 * _MARGIN + inner + _BETWEEN + scene <= _WIDEST
    across = inner + (_BETWEEN + scene if beside else 0)
    width = max(_NARROWEST, 2 * _MARGIN + across, 2 * _MARGIN + words.width)
    low, high = min(0.0, left.low, right.low), max(page.layout.size[1], left.high, right.high)
    tall = high - low
    above = 1.0 if _marks(graph) else 0.75
    beneath = 0.0 if true is None or beside else page.layout.size[1] + 0.75
    height = above + 0.3 + tall + beneath + 0.45 + words.height + foot.height(width)
    figure, axes = _canvas(width, height)
    _title(axes, width, height, graph, title)

    x, middle = (width - across) / 2, height - above - 0.3 - tall / 2
    origin = np.array([x + left.width, middle - tall / 2 - low])
    heads = _headings(graph)
    write(axes, origin[0] + scene / 2, height - above, heads[0], pieces.SMALL, GREY, ha="center")
    left.draw(axes, origin, ("carriers", height - above))
    right.draw(axes, origin, ("defined words", height - above))
    _draw_scene(axes, decoded, page, origin, graph)
    if true is not None:
        shift = np.array([x + inner + _BETWEEN, origin[1]])
        top = height - above
        if beside:
            line = [middle - tall / 2, middle + tall / 2]
            axes.plot([shift[0] - _BETWEEN / 2] * 2, line, color="#CCCCCC", linewidth=0.8)
        else:
            shift = np.array([origin[0], middle - tall / 2 - 0.75 - page.layout.size[1]])
            top = middle - tall / 2 - 0.45
        write(axes, shift[0] + scene / 2, top, heads[1], pieces.SMALL, GREY, ha="center")
        _draw_scene(axes, true, page, shift, graph)
    words.draw(axes, width / 2, foot.height(width) + words.height)
    foot.draw(axes, width)
    return figure


@dataclass(frozen=True)
class Page:
    """The scenes of both panels and their common layout, so that a thing stands at the same place in both.

    Attributes:
        slots: thing -> its number in the layout.
        relations: of the arrows of the layout.
        sizes: of the boxes: what the larger look of a thing needs.
    """

    decoded: Scene
    true: Scene | None
    slots: dict[str, int]
    relations: list[tuple[str, str, str]]
    sizes: Float[np.ndarray, "thing 2"]
    layout: Layout

    @classmethod
    def of(cls, decoded: Scene, true: Scene | None) -> Page:
        scenes = [decoded, *([true] if true else [])]
        relations = list(dict.fromkeys(key for scene in scenes for key in scene.relations))
        slots = {name: number for number, name in enumerate(decoded.things)}
        missed = [name for name in (true.things if true else ()) if name not in slots]
        # Without relations to keep apart, what is missed may stand where something else was decoded.
        free = [number for name, number in slots.items() if true and name not in true.things and not relations]
        further = range(len(slots), len(slots) + len(missed))
        slots.update(zip(missed, [*free, *further], strict=False))
        sizes = np.zeros((len(set(slots.values())), 2))
        for name, number in slots.items():
            sizes[number] = np.max([sizes[number], *(scene.box(name) for scene in scenes)], axis=0)
        labels = [
            max(pieces.label_size(scene.relations[key].label) for scene in scenes if key in scene.relations)
            for key in relations
        ]
        arrows = [(slots[subject], slots[object_]) for subject, _, object_ in relations]
        layout = lay_out(sizes, arrows, np.array(labels).reshape(-1, 2))
        return cls(decoded, true, slots, relations, sizes, layout)

    def obstacles(self) -> tuple[Float[np.ndarray, "thing 2"], Float[np.ndarray, "arrow 4"]]:
        """Sizes of the decoded scene's boxes (of others 0), and its labels: centre and size."""
        sizes = np.zeros_like(self.sizes)
        for name in self.decoded.things:
            sizes[self.slots[name]] = self.sizes[self.slots[name]]
        looks = [self.decoded.relations.get(key) for key in self.relations]
        written = np.array([pieces.label_size(look.label) if look else (0.0, 0.0) for look in looks]).reshape(-1, 2)
        return sizes, np.concatenate([self.layout.labels, written], axis=1)


class _Side:
    """A column at one side of the decoded scene; nothing where there is nothing to show, or no room for lines."""

    def __init__(self, page: Page, links: list[Link], edge: float):
        self.links, self.right = links, edge > 0
        self.looks = {link.item: link.look for link in links}
        self.column = None
        if links:
            numbered = [(link.item, page.slots[link.thing]) for link in links]
            sizes, labels = page.obstacles()
            self.column = column(numbered, page.layout.centres, sizes, labels, edge)
        self.edge = edge
        self.box = max((text_width(look.label, pieces.SMALL) for look in self.looks.values()), default=0.0) + 0.2
        self.width = self.box + _REACH if self.column else 0.0
        places = self.column.places.values() if self.column else ()
        self.low = min([place - STEP / 2 for place in places], default=0.0)
        self.high = max([place + STEP / 2 for place in places], default=0.0)

    def draw(self, axes: Axes, origin: Float[np.ndarray, " 2"], heading: tuple[str, float]) -> None:
        """Heading (text, height), boxes and lines."""
        if self.column is None:
            return
        middle = origin[0] + self.edge + (1 if self.right else -1) * self.box / 2
        write(axes, middle, heading[1], heading[0], pieces.SMALL, GREY, ha="center")
        for item, height in self.column.places.items():
            place = np.array([middle, height + origin[1]])
            pieces.draw_small_box(axes, place, self.box, self.looks[item])
        for link, strand in zip(self.links, self.column.strands, strict=True):
            pieces.draw_strand(axes, strand + origin, link.points, link.colour, link.dashed)


def _headings(graph: nx.MultiDiGraph) -> tuple[str, str]:
    likely = f"decoded, probability {pieces.short(graph.graph['threshold'])} or more"
    if any(data.get("likeliest") for _, data in graph.nodes(data=True)):
        likely = f"nothing is as probable as {pieces.short(graph.graph['threshold'])}; the likeliest:"
    return likely, "the true scene"


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    return figure, axes


def _title(axes: Axes, width: float, height: float, graph: nx.MultiDiGraph, title: str) -> None:
    name = " ".join(part for part in (graph.graph["dataset"], graph.graph["recording"]) if part)
    whole = title or f"{name}, decoded by {graph.graph['decoder']}"
    size = 12.0
    while text_width(whole, size, True) > width - 0.3 and size > 7:
        size -= 0.5
    write(axes, width / 2, height - 0.28, whole, size, ha="center", fontweight="bold")
    if marks := _marks(graph):
        backing = {"boxstyle": "round,pad=0.3", "facecolor": "#E4E4E4", "edgecolor": "none"}
        write(axes, width / 2, height - 0.6, "; ".join(marks), 9.5, ha="center", fontweight="bold", bbox=backing)


def _marks(graph: nx.MultiDiGraph) -> list[str]:
    return [mark for name, mark in (("simulated", "SIMULATED DATA"), ("paired", PAIRED)) if graph.graph.get(name)]


def _draw_scene(axes: Axes, scene: Scene, page: Page, origin: Float[np.ndarray, " 2"], graph: nx.MultiDiGraph) -> None:
    layout = page.layout
    for number, key in enumerate(page.relations):
        if key in scene.relations:
            place = layout.curves[number] + origin, layout.labels[number] + origin
            pieces.draw_arrow(axes, place[0], scene.relations[key], place[1], head=not is_symmetric(key))
    for name, look in scene.things.items():
        slot = page.slots[name]
        pieces.draw_box(axes, layout.centres[slot] + origin, page.sizes[slot], look, scene.pills.get(name, []))
    if not scene.things:
        middle = origin + np.array(layout.size) / 2
        write(axes, middle[0], middle[1], "nothing", pieces.LABEL, GREY, ha="center")
