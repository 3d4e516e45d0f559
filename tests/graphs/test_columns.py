"""Columns beside a scene: their lines cross no box, or there is no column."""

from __future__ import annotations

import numpy as np

from neurona.graphs.columns import column

NONE = np.zeros((0, 4))
BOX = np.array([1.0, 0.4])


def test_lines_enter_from_the_side_where_nothing_stands_between():
    found = column([("a", 0), ("b", 0)], np.array([[0.5, 1.0]]), BOX[None], NONE, -1.0)
    assert found.places["a"] > found.places["b"]
    assert np.allclose(found.strands[:, 0, 0], -1)
    assert np.allclose(found.strands[:, 3], [0.0, 1.0])
    right = column([("a", 0)], np.array([[0.5, 1.0]]), BOX[None], NONE, 2.0)
    assert np.allclose(right.strands[0, 3], [1.0, 1.0])


def test_a_line_goes_round_a_box_that_stands_between():
    centres = np.array([[0.5, 1.0], [3.0, 1.0]])
    found = column([("a", 0), ("b", 1), ("c", 1)], centres, np.stack([BOX, BOX]), NONE, -1.0)
    assert found is not None
    along = np.linspace(0, 1, 200)[:, None]
    for a, b, c, d in found.strands[1:]:
        points = (1 - along) ** 3 * a + 3 * along * (1 - along) ** 2 * b + 3 * along**2 * (1 - along) * c + along**3 * d
        assert not (np.abs(points - centres[0]) < BOX / 2).all(axis=1).any()


def test_where_lines_would_cross_boxes_there_is_no_column():
    wall = np.array([[0.5, 1.0], [3.0, 1.0]])
    sizes = np.stack([np.array([1.0, 40.0]), BOX])
    assert column([("a", 1)], wall, sizes, NONE, -1.0) is None
    many = np.stack([np.arange(5) * 2.0, np.zeros(5)], axis=1)
    assert column([("a", k) for k in range(5)], many, np.tile(BOX, (5, 1)), NONE, -1.0) is None
