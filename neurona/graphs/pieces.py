"""The pieces of a picture of a concept graph: text of a known size, boxes with pills, arrows. Lengths in inches, lines in points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from textwrap import shorten

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path as Curve
from matplotlib.textpath import TextPath

INK, GREY, BLUE, GREEN, PURPLE, VERMILION, ORANGE = (
    "#222222",
    "#666666",
    "#0072B2",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#E69F00",
)
NAME, LABEL, SMALL = 10.5, 9.5, 8.5  # sizes of letters, in points
PILL, ROW = 0.23, 0.29  # height of a pill, and from one row of pills to the next
HEAD = 0.38  # height of a box without pills
_WIDEST = 2.1  # of a row of pills


@dataclass(frozen=True)
class Look:
    """How one statement is written and drawn."""

    label: str
    width: float
    colour: str = INK
    dashed: bool = False

    @property
    def style(self) -> str | tuple[int, tuple[int, int]]:
        return (0, (3, 2)) if self.dashed else "-"


@dataclass
class Scene:
    """One panel.

    Attributes:
        things: name -> look.
        pills: name of a thing -> looks of its attributes.
        relations: (subject, relation, object) -> look.
    """

    things: dict[str, Look] = field(default_factory=dict)
    pills: dict[str, list[Look]] = field(default_factory=dict)
    relations: dict[tuple[str, str, str], Look] = field(default_factory=dict)

    def box(self, thing: str) -> tuple[float, float]:
        """Width and height of a thing's box; of one that is not in the scene, nothing."""
        if thing not in self.things:
            return 0.0, 0.0
        rows = _rows(self.pills.get(thing, []))
        widths = [sum(pill_width(look) for look in row) + 0.08 * (len(row) - 1) for row in rows]
        return max([text_width(self.things[thing].label, NAME, True), *widths]) + 0.26, HEAD + ROW * len(rows)


def plain(name: str, most: int = 28) -> str:
    """A name as it is written in the picture."""
    words = name.replace("_", " ").strip()
    return shorten(words, most, placeholder="...") if " " in words and len(words) > most else words[:most]


def short(probability: float) -> str:
    """.83; 1 and 0 only where they are exact to three digits."""
    if 0.995 <= probability < 0.9995:
        return ">.99"
    return "1.00" if probability >= 0.995 else f"{probability:.2f}".removeprefix("0")


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a text in inches."""
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width) / 72 if text.strip() else 0.0


def label_size(label: str) -> tuple[float, float]:
    """Width and height of an arrow's label with its margin."""
    return text_width(label, LABEL) + 0.1, 0.2


def pill_width(look: Look) -> float:
    return text_width(look.label, SMALL) + 0.2


def write(axes: Axes, x: float, y: float, text: str, size: float = SMALL, colour: str = INK, **options) -> None:
    font = {"family": "DejaVu Sans", "fontsize": size, "color": colour, "va": "center", "zorder": 6}
    axes.text(x, y, text, **{**font, **options})


def draw_box(
    axes: Axes, centre: Float[np.ndarray, " 2"], size: Float[np.ndarray, " 2"], head: Look, pills: Sequence[Look] = ()
) -> None:
    """A rounded box with a name, and rows of pills beneath it."""
    _rounded(axes, centre, size, 0.1, head, "white", 3)
    rows = _rows(pills)
    top = centre[1] + (HEAD + ROW * len(rows)) / 2
    write(axes, centre[0], top - HEAD / 2, head.label, NAME, ha="center", fontweight="bold")
    for number, row in enumerate(rows):
        left = centre[0] - (sum(map(pill_width, row)) + 0.08 * (len(row) - 1)) / 2
        for look in row:
            width = pill_width(look)
            middle = np.array([left + width / 2, top - HEAD - ROW * number - PILL / 2 + 0.04])
            _rounded(axes, middle, np.array([width, PILL]), PILL / 2, look, "#EAF3FA", 4)
            write(axes, middle[0], middle[1], look.label, SMALL, ha="center")
            left += width + 0.08


def draw_arrow(
    axes: Axes, curve: Float[np.ndarray, "3 2"], look: Look, label: Float[np.ndarray, " 2"], head: bool
) -> None:
    """A curved arrow (a line where the relation is symmetric) with its label on it."""
    path = Curve(curve, [Curve.MOVETO, Curve.CURVE3, Curve.CURVE3])
    axes.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle="-|>,head_length=5,head_width=2.6" if head else "-",
            mutation_scale=1.35,
            shrinkA=0,
            shrinkB=0,
            linewidth=look.width,
            linestyle=look.style,
            color=look.colour,
            zorder=2,
            joinstyle="miter",
            capstyle="butt",
        )
    )
    backing = {"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none"}
    colour = look.colour if look.colour != INK else BLUE
    write(axes, label[0], label[1], look.label, LABEL, colour, ha="center", bbox=backing, zorder=5)


def draw_small_box(axes: Axes, centre: Float[np.ndarray, " 2"], width: float, look: Look) -> None:
    """A box of a column beside the scene."""
    _rounded(axes, centre, np.array([width, 0.26]), 0.04, look, "#F6F6F6", 3)
    write(axes, centre[0], centre[1], look.label, SMALL, ha="center")


def draw_strand(axes: Axes, curve: Float[np.ndarray, "4 2"], points: float, colour: str, dashed: bool = False) -> None:
    """A line between a box of a column and a thing: a cubic Bezier curve."""
    style = (0, (4, 2)) if dashed else "-"
    path = Curve(curve, [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4])
    axes.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=points, linestyle=style, zorder=1))


def _rows(pills: Sequence[Look]) -> list[list[Look]]:
    """Pills in rows that are not too wide."""
    rows: list[list[Look]] = []
    room = 0.0
    for look in pills:
        if not rows or pill_width(look) + 0.08 > room:
            rows.append([])
            room = _WIDEST
        rows[-1].append(look)
        room -= pill_width(look) + 0.08
    return rows


def _rounded(
    axes: Axes,
    centre: Float[np.ndarray, " 2"],
    size: Float[np.ndarray, " 2"],
    radius: float,
    look: Look,
    fill: str,
    zorder: int,
) -> None:
    corner = (float(centre[0] - size[0] / 2), float(centre[1] - size[1] / 2))
    axes.add_patch(
        FancyBboxPatch(
            corner,
            float(size[0]),
            float(size[1]),
            boxstyle=f"round,pad=0,rounding_size={radius}",
            facecolor=fill,
            edgecolor=look.colour,
            linewidth=look.width,
            linestyle=look.style,
            zorder=zorder,
        )
    )
