"""Where the things of a scene stand and how the arrows between them run, so that nothing hides anything. Lengths in inches.

Things stand on a grid whose odd rows are shifted by half a cell. Which thing stands where is the best of several local searches
(exchange two cells while that lowers the cost): arrows shall be short, not cross, not run through boxes, not have their
labels on one another, and run from left to right. Then each arrow's bend and its label's place are chosen, one arrow after the
other, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import ceil, sqrt

import numpy as np
from jaxtyping import Float, Int

GAP = 0.75  # free height between the boxes of two rows
_STARTS = 8
_BENDS = (0.1, -0.1, 0.22, -0.22, 0.36, -0.36, 0.55, -0.55)
_ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73)
_STEPS = np.linspace(0, 1, 61)


@dataclass(frozen=True)
class Layout:
    """Where everything is; y grows upwards, the lower left corner of what is drawn is (0, 0).

    Attributes:
        centres: of the boxes.
        curves: of each arrow, start, control point and end of a quadratic Bezier curve between the borders of its boxes.
        labels: centres of the arrows' labels.
        size: width and height of it all.
    """

    centres: Float[np.ndarray, "thing 2"]
    curves: Float[np.ndarray, "arrow 3 2"]
    labels: Float[np.ndarray, "arrow 2"]
    size: tuple[float, float]


def lay_out(
    boxes: Float[np.ndarray, "thing 2"],
    arrows: Sequence[tuple[int, int]],
    labels: Float[np.ndarray, "arrow 2"],
    across: float | None = None,
) -> Layout:
    """Place things and arrows.

    Args:
        boxes: width and height of each thing.
        arrows: from which thing to which other; several may join the same two.
        labels: width and height of each arrow's label.
        across: into which width it shall fit if it can; two columns, shifted against each other, are the narrowest. None for any.
    """
    if not len(boxes):
        return Layout(np.zeros((0, 2)), np.zeros((0, 3, 2)), np.zeros((0, 2)), (1.6, 0.5))
    ends = np.array(arrows, np.int64).reshape(-1, 2)
    centres = _places(boxes, ends, labels, across)
    curves, middles = _arrows(centres, boxes, ends, labels)
    corners = np.concatenate([centres - boxes / 2, centres + boxes / 2, middles - labels / 2, middles + labels / 2])
    low, high = corners.min(axis=0), corners.max(axis=0)
    width, height = (high - low).tolist()
    return Layout(centres - low, curves - low, middles - low, (width, height))


def _places(
    boxes: Float[np.ndarray, "thing 2"],
    ends: Int[np.ndarray, "arrow 2"],
    labels: Float[np.ndarray, "arrow 2"],
    across: float | None,
) -> Float[np.ndarray, "thing 2"]:
    """Centres of the boxes: the cheapest assignment of things to cells that the searches find."""
    count = len(boxes)
    if count < 2:
        return np.zeros((count, 2))
    widest = labels[:, 0].max(initial=0.2)
    step = boxes.max(axis=0) + np.array([widest + 0.55, GAP + min(0.25, 0.06 * len(ends))])
    columns = count if count < 3 else ceil(sqrt(count * 1.2))
    narrow = columns
    if across is not None:  # the odd rows reach half a cell further
        narrow = max(1, min(columns, int((across - boxes[:, 0].max()) / step[0] + 0.5)))
    rows = ceil(count / narrow) + (1 if narrow == columns and count in (3, 6) else 0)
    columns = narrow
    cells = np.array(
        [((column + 0.5 * (row % 2)) * step[0], -row * step[1]) for row in range(rows) for column in range(columns)]
    )
    pairs = np.unique(np.sort(ends, axis=1), axis=0) if len(ends) else ends
    swaps = np.array(list(combinations(range(len(cells)), 2)))
    random = np.random.default_rng(0)
    best, least = np.arange(len(cells)), np.inf
    for start in range(_STARTS):
        order = np.arange(len(cells)) if start == 0 else random.permutation(len(cells))
        cost = float(_cost(cells[order[None, :count]], boxes, ends, pairs, labels)[0])
        while True:
            tried = np.repeat(order[None], len(swaps), axis=0)
            rows_ = np.arange(len(swaps))
            tried[rows_, swaps[:, 0]], tried[rows_, swaps[:, 1]] = order[swaps[:, 1]], order[swaps[:, 0]]
            costs = _cost(cells[tried[:, :count]], boxes, ends, pairs, labels)
            if costs.min() >= cost - 1e-9:
                break
            order, cost = tried[int(costs.argmin())], float(costs.min())
        if cost < least - 1e-9:
            best, least = order, cost
    return cells[best[:count]]


def _cost(
    places: Float[np.ndarray, "try thing 2"],
    boxes: Float[np.ndarray, "thing 2"],
    ends: Int[np.ndarray, "arrow 2"],
    pairs: Int[np.ndarray, "pair 2"],
    labels: Float[np.ndarray, "arrow 2"],
) -> Float[np.ndarray, "try"]:
    """How much is wrong with each of several arrangements, arrows taken as straight lines."""
    spread = places - places.mean(axis=1, keepdims=True)
    cost = 0.02 * (spread**2).sum((1, 2))
    if not len(ends):
        return cost
    start, end = places[:, pairs[:, 0]], places[:, pairs[:, 1]]
    cost = cost + np.linalg.norm(end - start, axis=-1).sum(1)
    cost = cost + 0.6 * (places[:, ends[:, 1], 0] < places[:, ends[:, 0], 0] - 0.01).sum(1)
    crossing = _side(start, end, start) * _side(start, end, end) < -1e-9  # their ends lie on both sides of the line
    shared = (pairs[:, None, :, None] == pairs[None, :, None, :]).any((2, 3))
    cost = cost + 6 * (crossing & crossing.transpose(0, 2, 1) & ~shared).sum((1, 2)) / 2
    # A line runs through a box where it comes nearer to the centre than the half axes of the box and a margin.
    axes = boxes / 2 + 0.15
    along = end - start
    foot = ((places[:, None] - start[:, :, None]) * along[:, :, None]).sum(-1) / (along**2).sum(-1)[:, :, None]
    nearest = start[:, :, None] + np.clip(foot, 0, 1)[..., None] * along[:, :, None]
    near = (((nearest - places[:, None]) / axes) ** 2).sum(-1) < 1.2
    own = (pairs[:, :, None] == np.arange(len(boxes))).any(1)
    cost = cost + 8 * (near & ~own).sum((1, 2))
    middle = (start + end) / 2
    size = labels.max(axis=0)
    clash = (np.abs(middle[:, :, None] - middle[:, None]) < size).all(-1)
    return cost + 3 * (clash.sum((1, 2)) - len(pairs)) / 2


def _side(
    start: Float[np.ndarray, "try pair 2"], end: Float[np.ndarray, "try pair 2"], point: Float[np.ndarray, "try pair 2"]
) -> Float[np.ndarray, "try pair pair"]:
    """On which side of each line each point lies."""
    along, to = (end - start)[:, :, None], point[:, None] - start[:, :, None]
    return along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]


def _arrows(
    centres: Float[np.ndarray, "thing 2"],
    boxes: Float[np.ndarray, "thing 2"],
    ends: Int[np.ndarray, "arrow 2"],
    labels: Float[np.ndarray, "arrow 2"],
) -> tuple[Float[np.ndarray, "arrow 3 2"], Float[np.ndarray, "arrow 2"]]:
    """Curves and centres of labels; each arrow takes the best of its bends and label places, given the others."""
    options = [
        [
            (curve, _point(curve, along))
            for curve in (_curve(a, b, centres, boxes, bend) for bend in _BENDS)
            for along in _ALONG
        ]
        for a, b in ends.tolist()
    ]
    effort = np.array([2 * abs(bend) + 1.5 * abs(along - 0.5) for bend, along in product(_BENDS, _ALONG)])
    samples = [np.stack([_point(curve, _STEPS) for curve, _ in choices[:: len(_ALONG)]]) for choices in options]
    chosen = [0] * len(ends)
    for _ in range(6):
        before = list(chosen)
        for arrow in range(len(ends)):
            places = np.array([place for _, place in options[arrow]])
            lines = np.repeat(samples[arrow], len(_ALONG), axis=0)
            others = [other for other in range(len(ends)) if other != arrow]
            cost = effort + 6 * _overlap(places, labels[arrow], centres, boxes).sum(1)
            outside = np.delete(np.arange(len(boxes)), ends[arrow])
            cost = cost + 0.5 * _inside(lines, centres[outside], boxes[outside] + 0.1).sum((1, 2))
            if others:
                where = np.array([options[other][chosen[other]][1] for other in others])
                cost = cost + 8 * _overlap(places, labels[arrow], where, labels[others]).sum(1)
                cost = cost + 0.8 * _inside(lines, where, labels[others] + 0.04).sum((1, 2))
                paths = np.concatenate([samples[other][chosen[other] // len(_ALONG)] for other in others])
                cost = cost + 0.8 * _inside(paths[None], places, np.broadcast_to(labels[arrow] + 0.04, places.shape))[
                    0
                ].sum(0)
                near = np.linalg.norm(lines[:, ::6, None] - paths[None, None, ::3], axis=-1) < 0.1
                cost = cost + 0.05 * near.sum((1, 2))
            chosen[arrow] = int(cost.argmin())
        if chosen == before:
            break
    curves = np.array([options[arrow][choice][0] for arrow, choice in enumerate(chosen)]).reshape(-1, 3, 2)
    return curves, np.array([options[arrow][choice][1] for arrow, choice in enumerate(chosen)]).reshape(-1, 2)


def _curve(
    source: int, target: int, centres: Float[np.ndarray, "thing 2"], boxes: Float[np.ndarray, "thing 2"], bend: float
) -> Float[np.ndarray, "3 2"]:
    """The part between the two boxes of a curve that joins their centres."""
    start, end = centres[source], centres[target]
    across = np.array([-(end - start)[1], (end - start)[0]])
    whole = np.array([start, (start + end) / 2 + bend * across, end])
    path = _point(whole, _STEPS)[None]
    within = _inside(path, centres[[source, target]], boxes[[source, target]] + 0.03)[0]
    leave = _STEPS[min(int(np.flatnonzero(within[:, 0])[-1]) + 1, len(_STEPS) - 1)]
    enter = _STEPS[max(int(np.flatnonzero(within[:, 1])[0]) - 1, 0)]
    if enter <= leave:
        return whole
    # The control point of the piece is the polar form of the curve at its two ends.
    control = (
        (1 - leave) * (1 - enter) * whole[0]
        + (leave * (1 - enter) + enter * (1 - leave)) * whole[1]
        + leave * enter * whole[2]
    )
    return np.array([_point(whole, leave), control, _point(whole, enter)])


def _point(curve: Float[np.ndarray, "3 2"], along: float | Float[np.ndarray, " step"]) -> Float[np.ndarray, "*step 2"]:
    """Points of a quadratic Bezier curve, 0 at its start and 1 at its end."""
    t = np.asarray(along)[..., None]
    return (1 - t) ** 2 * curve[0] + 2 * t * (1 - t) * curve[1] + t**2 * curve[2]


def _overlap(
    places: Float[np.ndarray, "place 2"],
    size: Float[np.ndarray, " 2"],
    others: Float[np.ndarray, "other 2"],
    sizes: Float[np.ndarray, "other 2"],
) -> Float[np.ndarray, "place other"]:
    """How deep a rectangle at each place lies in each of the others: 0 for apart, 1 and more for a good part of it."""
    depth = (size + sizes) / 2 + 0.03 - np.abs(places[:, None] - others)
    return np.where((depth > 0).all(-1), 0.3 + (depth / size).min(-1), 0)


def _inside(
    paths: Float[np.ndarray, "path step 2"], centres: Float[np.ndarray, "box 2"], sizes: Float[np.ndarray, "box 2"]
) -> np.ndarray:
    """Which steps [path, step, box] of each path lie in which rectangle."""
    return (np.abs(paths[:, :, None] - centres) <= sizes / 2).all(-1)
