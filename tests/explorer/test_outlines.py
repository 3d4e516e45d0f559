"""The outline is nilearn's, in millimetres."""

from __future__ import annotations

import re

import numpy as np

from neurona.explorer.outlines import SIDES, outlines


def test_the_outline_of_each_side_is_as_large_as_a_head_and_lies_in_its_box():
    for side in SIDES:
        found = outlines()[side]
        left, top, width, height = found["box"]
        assert 140 < width < 200
        assert 140 < height < 200
        pairs = [pair.split(",") for line in found["lines"] for pair in re.findall(r"-?[\d.]+,-?[\d.]+", line["path"])]
        places = np.array(pairs, np.float64)
        assert ((places >= (left - 1, top - 1)) & (places <= (left + width + 1, top + height + 1))).all()


def test_left_and_right_are_alike_and_the_eyes_are_in_front():
    box = outlines()["z"]["box"]
    assert abs(2 * box[0] + box[2]) < 5
    assert outlines()["x"]["box"][0] < -100 < 70 < sum(outlines()["x"]["box"][::2])
