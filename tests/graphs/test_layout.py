"""Where things stand: nothing hides anything, and little crosses."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from neurona.graphs.layout import lay_out


def laid_out(count, arrows):
    boxes = np.random.default_rng(count).uniform([0.8, 0.4], [1.8, 0.7], (count, 2))
    labels = np.tile([0.75, 0.2], (len(arrows), 1))
    return boxes, labels, lay_out(boxes, arrows, labels)


def overlaps(centres, sizes):
    return [
        (a, b)
        for a, b in combinations(range(len(centres)), 2)
        if (np.abs(centres[a] - centres[b]) < (sizes[a] + sizes[b]) / 2).all()
    ]


SCENES = [
    (1, []),
    (2, [(0, 1)]),
    (2, [(0, 1), (1, 0), (0, 1)]),
    (3, [(0, 1), (1, 2), (0, 2), (2, 0)]),
    (7, [(0, 1), (0, 2), (1, 3), (4, 2), (3, 2), (5, 1), (1, 6), (3, 0)]),
    (10, [(0, k) for k in range(1, 6)] + [(1, 2), (6, 7), (3, 4)]),
]


@pytest.mark.parametrize(("count", "arrows"), SCENES)
def test_boxes_and_labels_are_apart_and_within_the_picture(count, arrows):
    boxes, labels, layout = laid_out(count, arrows)
    assert not overlaps(np.concatenate([layout.centres, layout.labels]), np.concatenate([boxes, labels]))
    assert (layout.centres - boxes / 2 > -1e-9).all()
    assert (layout.centres + boxes / 2 < np.array(layout.size) + 1e-9).all()


@pytest.mark.parametrize(("count", "arrows"), SCENES)
def test_arrows_join_the_borders_of_their_boxes(count, arrows):
    boxes, _, layout = laid_out(count, arrows)
    for (source, target), curve in zip(arrows, layout.curves, strict=True):
        for thing, end in ((source, curve[0]), (target, curve[2])):
            beyond = np.abs(end - layout.centres[thing]) - boxes[thing] / 2
            assert 0 <= beyond.max() < 0.15


def test_a_chain_and_a_square_do_not_cross():
    for arrows in ([(0, 1), (1, 2), (2, 3)], [(0, 2), (2, 1), (1, 3), (3, 0)]):
        _, _, layout = laid_out(4, arrows)
        lines = [layout.centres[list(arrow)] for arrow in arrows]
        assert not any(_cross(*a, *b) for a, b in combinations(lines, 2))


def test_a_single_arrow_runs_from_left_to_right_and_the_same_twice():
    _, _, layout = laid_out(2, [(1, 0)])
    assert layout.centres[1, 0] < layout.centres[0, 0]
    assert np.array_equal(layout.curves, laid_out(2, [(1, 0)])[2].curves)


def _cross(a, b, c, d):
    def side(p, q, r):
        return np.sign((q - p)[0] * (r - p)[1] - (q - p)[1] * (r - p)[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


@pytest.mark.parametrize(("count", "arrows"), SCENES)
@pytest.mark.parametrize("across", [3.4, 6.0])
def test_a_narrow_page_gets_a_narrow_picture_in_which_nothing_hides_anything(count, arrows, across):
    boxes, labels = np.tile([1.1, 0.5], (count, 1)), np.tile([0.75, 0.2], (len(arrows), 1))
    layout = lay_out(boxes, arrows, labels, across)
    assert not overlaps(layout.centres, boxes)
    assert layout.size[0] <= across
