"""Columns of small boxes beside a scene, joined to its things by lines that cross no box. Lengths in inches.

A line may enter a thing's box from the side, from below or from above. All ways to choose are tried for a few things; where every
one leads a line through the box of another thing, there is no column, and the picture says it in words instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float

STEP = 0.36  # from one box of a column to the next
MOST_THINGS = 3
_STEPS = np.linspace(0, 1, 41)[:, None]


@dataclass(frozen=True)
class Column:
    """A column beside a scene, in the scene's coordinates.

    Attributes:
        places: item -> height of its centre.
        strands: a cubic Bezier curve for every link, from the column to the thing.
    """

    places: dict[str, float]
    strands: Float[np.ndarray, "link 4 2"]


def column(
    links: Sequence[tuple[str, int]],
    centres: Float[np.ndarray, "thing 2"],
    sizes: Float[np.ndarray, "thing 2"],
    labels: Float[np.ndarray, "arrow 4"],
    edge: float,
) -> Column | None:
    """Order the items of a column and lead their lines; None where that cannot be done without crossing a box.

    Args:
        links: item of the column, and number of the thing that it is joined to.
        centres, sizes: of the things' boxes; a size of 0 is no box.
        labels: centre and size of the arrows' labels, which lines shall not cross either.
        edge: x of the column's border that faces the scene; beyond the right end of all boxes for a column at the right.
    """
    things = sorted({thing for _, thing in links})
    if int((sizes > 0).all(axis=1).sum()) > MOST_THINGS:
        return None
    best, least = None, np.inf
    # Of two ways as good, lines from the left come from below and those from the right from above, so that they do not meet.
    ways = (0, -1, 1) if edge < centres[:, 0].min() else (0, 1, -1)
    for entries in product(ways, repeat=len(things)):
        tried = _lead(links, dict(zip(things, entries, strict=True)), centres, sizes, edge)
        hits = _hits(tried.strands, [thing for _, thing in links], centres, sizes)
        written = _within(tried.strands, labels[:, :2], labels[:, 2:]).any(1).sum()
        length = np.abs(tried.strands[:, 3] - tried.strands[:, 0]).sum()
        cost = 1000 * hits + 5 * written + 0.1 * length + np.abs(entries).sum()
        if cost < least:
            best, least = tried, cost
    return best if least < 1000 else None


def _lead(
    links: Sequence[tuple[str, int]],
    entries: dict[int, int],
    centres: Float[np.ndarray, "thing 2"],
    sizes: Float[np.ndarray, "thing 2"],
    edge: float,
) -> Column:
    """A column where each thing is entered from the side (0), from below (-1) or from above (1)."""
    bottom, top = float((centres - sizes / 2)[:, 1].min()), float((centres + sizes / 2)[:, 1].max())
    # What enters from below stands lowest, and the lower the farther it goes.
    far = {thing: entry * (100 + abs(float(centres[thing, 0]) - edge)) for thing, entry in entries.items()}
    heights: dict[str, float] = {}
    for item in dict.fromkeys(item for item, _ in links):
        own = [thing for other, thing in links if other == item]
        heights[item] = float(np.mean([centres[thing, 1] + far[thing] for thing in own]))
    items = sorted(heights, key=lambda item: -heights[item])
    above = [item for item in items if heights[item] > top + 1]
    below = [item for item in items if heights[item] < bottom - 1]
    beside = [item for item in items if item not in above and item not in below]
    middle = float(np.mean([centres[thing, 1] for thing in entries]))
    places = {item: middle + ((len(beside) - 1) / 2 - number) * STEP for number, item in enumerate(beside)}
    highest = max([top - STEP / 2, *places.values()]) + STEP
    lowest = min([bottom + STEP / 2, *places.values()]) - STEP
    places |= {item: highest + (len(above) - 1 - number) * STEP for number, item in enumerate(above)}
    places |= {item: lowest - number * STEP for number, item in enumerate(below)}
    side = -1 if edge < centres[:, 0].min() else 1
    strands = []
    for item, thing in links:
        start, (x, y), (width, height) = (edge, places[item]), centres[thing], sizes[thing]
        if entries[thing] == 0:
            end = (x + side * width / 2, y)
            between = (start[0] + end[0]) / 2
            strands.append([start, (between, start[1]), (between, y), end])
        else:
            end = (x + side * 0.15 * width, y + entries[thing] * height / 2)
            strands.append([start, (start[0] + 0.6 * (end[0] - start[0]), start[1]), (end[0], start[1]), end])
    return Column(places, np.array(strands, np.float64).reshape(-1, 4, 2))


def _hits(
    strands: Float[np.ndarray, "link 4 2"],
    own: Sequence[int],
    centres: Float[np.ndarray, "thing 2"],
    sizes: Float[np.ndarray, "thing 2"],
) -> int:
    """How many lines run through a box, the one that they end at included."""
    margins = np.where((np.arange(len(centres)) == np.array(own)[:, None])[..., None], -0.04, 0.06)
    return int(_within(strands, centres, sizes + margins[:, None]).any((1, 2)).sum())


def _within(
    strands: Float[np.ndarray, "link 4 2"], centres: Float[np.ndarray, "box 2"], sizes: np.ndarray
) -> np.ndarray:
    """Which points [link, step, box] of each line lie in which box."""
    a, b, c, d = (strands[:, None, number] for number in range(4))
    t = _STEPS
    points = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
    return (np.abs(points[:, :, None] - centres) < sizes / 2).all(-1)
