"""Beneath the picture of a concept graph: what the log odds of each carried word are made of, and the scales of the lines."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
from matplotlib.axes import Axes

from neurona.graphs.panels import PER_EVIDENCE, PER_PROBABILITY, Link, is_symmetric
from neurona.graphs.pieces import GREEN, GREY, INK, ORANGE, PURPLE, SMALL, VERMILION, Scene, plain, text_width, write

_ROW, _SAMPLE, _MOST_ROWS, _GAP = 0.24, 0.42, 8, 0.22
_SUMS = {
    "prior": "prior_log_odds",
    "bias": "bias",
    "all entities": "evidence_total",
    "rest of scene": "rest",
    "= log odds": "log_odds",
}


@dataclass(frozen=True)
class Sample:
    """A text, and before it a short line where `points` is more than 0."""

    text: str
    points: float = 0.0
    colour: str = GREY
    dashed: bool = False

    @property
    def width(self) -> float:
        return text_width(self.text, SMALL) + (_SAMPLE if self.points else 0)

    def draw(self, axes: Axes, x: float, y: float, colour: str = GREY) -> None:
        if self.points:
            style = (0, (3, 2)) if self.dashed else "-"
            ends = [x, x + _SAMPLE - 0.08]
            axes.plot(ends, [y, y], color=self.colour, linewidth=self.points, linestyle=style, solid_capstyle="butt")
        write(axes, x + (_SAMPLE if self.points else 0), y, self.text, SMALL, colour)


@dataclass(frozen=True)
class Table:
    """Rows of cells, the first of which is the heading; columns are as wide as their widest cell."""

    rows: list[list[Sample]]

    @property
    def columns(self) -> list[float]:
        count = max(map(len, self.rows), default=0)
        return [max(row[k].width for row in self.rows if k < len(row)) + 0.28 for k in range(count)]

    @property
    def width(self) -> float:
        return sum(self.columns)

    @property
    def height(self) -> float:
        return _ROW * len(self.rows) + 0.14 if self.rows else 0.0

    def draw(self, axes: Axes, middle: float, top: float) -> None:
        columns = self.columns
        for number, row in enumerate(self.rows):
            x = middle - self.width / 2
            for place, (cell, width) in enumerate(zip(row, columns, strict=False)):
                right = 0 < place <= len(_SUMS)  # numbers end, words begin, at a common edge
                cell.draw(
                    axes, x + (width - 0.28 - cell.width if right else 0), top - _ROW * number, INK if number else GREY
                )
                x += width


@dataclass(frozen=True)
class Tables:
    """Tables one beneath the other."""

    tables: list[Table]

    @property
    def width(self) -> float:
        return max((table.width for table in self.tables), default=0.0)

    @property
    def height(self) -> float:
        return sum(table.height for table in self.tables)

    def draw(self, axes: Axes, middle: float, top: float) -> None:
        for table in self.tables:
            table.draw(axes, middle, top)
            top -= table.height


def tables(
    graph: nx.MultiDiGraph, decoded: Scene, carriers: list[Link] | None, definitions: list[Link] | None
) -> Tables:
    """Prior + bias + evidence of all entities + rest = log odds of each thing; carriers and definitions that no column shows."""
    nodes = [data for _, data in graph.nodes(data=True) if data["kind"] == "thing" and "evidence_total" in data]
    shown = sorted((data for data in nodes if data["name"] in decoded.things), key=lambda data: -data["probability"])
    found = []
    if shown:
        heading = [Sample("log odds"), *map(Sample, _SUMS), *([Sample("strongest carriers")] if carriers else [])]
        rows = [heading]
        for data in shown[:_MOST_ROWS]:
            row = [Sample(plain(data["name"])), *(Sample(signed(data[key])) for key in _SUMS.values())]
            own = [link for link in carriers or () if link.thing == data["name"]]
            row += [Sample(f"{link.look.label} {signed(link.evidence)}", link.points, link.colour) for link in own[:2]]
            rows.append(row)
        if len(shown) > _MOST_ROWS:
            rows.append([Sample(f"({len(shown) - _MOST_ROWS} more)")])
        found.append(Table(rows))
    if definitions:
        implied: dict[str, list[str]] = {}
        for link in definitions:
            implied.setdefault(link.look.label, []).append(plain(link.thing))
        lines = [[Sample(f"{label}:  {', '.join(things)}")] for label, things in implied.items()]
        found.append(Table([[Sample("defined words, and what implies them")], *lines]))
    return Tables(found)


def signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "−")


@dataclass(frozen=True)
class Legend:
    """Groups of samples; a group stays on one line."""

    groups: list[list[Sample]]

    def height(self, width: float) -> float:
        return _ROW * len(self._lines(width)) + 0.15

    def draw(self, axes: Axes, width: float) -> None:
        y = self.height(width) - 0.2
        for line in self._lines(width):
            x = (width - _length(line)) / 2
            for sample in line:
                sample.draw(axes, x, y)
                x += sample.width + _GAP
            y -= _ROW

    def _lines(self, width: float) -> list[list[Sample]]:
        lines: list[list[Sample]] = []
        for group in self.groups:
            if not lines or _length(lines[-1]) + _GAP + _length(group) > width - 0.4:
                lines.append([])
            lines[-1] += group
        return lines


def legend(graph: nx.MultiDiGraph, decoded: Scene, carried: bool, defined: bool, notes: list[str]) -> Legend:
    """What lines mean, how wide they are, and what is not drawn."""
    ticks = [Sample(text, PER_PROBABILITY * p, INK) for p, text in ((0.5, ".5"), (0.75, ".75"), (1.0, "1"))]
    groups = [[Sample("line width: probability"), *ticks]]
    evidence = [
        abs(data["evidence"])
        for _, word, data in graph.edges(data=True)
        if data["kind"] == "carries"
        and graph.nodes[word]["kind"] == "thing"
        and graph.nodes[word]["name"] in decoded.things
    ]
    if evidence:
        most = max(evidence)
        scale = [
            Sample(signed(most * k), PER_EVIDENCE * abs(k), GREEN if k > 0 else PURPLE) for k in (1, 0.5, -0.5, -1)
        ]
        groups.append([Sample("evidence of a carrier (log odds)"), *scale])
    if defined:
        groups.append([Sample("is a", 1.0, GREY, True)])
    if any(map(is_symmetric, decoded.relations)):
        groups.append([Sample("no arrowhead: both ways round")])
    if "missed" in graph.graph:
        groups.append([Sample("decoded, but false", 2.0, VERMILION, True)])
        groups.append([Sample("true, but missed", PER_PROBABILITY, ORANGE)])
    return Legend(groups + [[Sample(note)] for note in notes])


def _length(samples: list[Sample]) -> float:
    return sum(sample.width for sample in samples) + _GAP * (len(samples) - 1)
