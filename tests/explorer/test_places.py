"""Entities are drawn where they are, and an outline is drawn only where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.explorer.places import HEADS, drawing
from neurona.readings import EntityEvidence


def evidence(positions=None, modality="fmri", space="MNI152", names=None):
    count = 4 if positions is None else len(positions)
    names = names or tuple(f"e{k}" for k in range(count))
    places = None if positions is None else np.array(positions, np.float64)
    return EntityEvidence(("man",), names, np.zeros((1, count, 1)), np.zeros(1), np.zeros(1), places, modality, space)


LEFT_FRONT_TOP = (-30.0, 40.0, 60.0)


def test_each_side_shows_a_place_where_it_is():
    shown = drawing(evidence([LEFT_FRONT_TOP, (20.0, -70.0, -10.0)]))
    sagittal, coronal, axial = (panel["marks"] for panel in shown["panels"])
    assert sagittal[0] == [0, 40, -60]
    assert coronal[0] == [0, -30, -60]
    assert axial[0] == [0, -30, -40]
    assert [panel["ends"] for panel in shown["panels"]] == [["back", "front"], ["L", "R"], ["L", "R"]]


@pytest.mark.parametrize("space", ["MNI152", "MNI152NLin2009cAsym"])
def test_in_an_mni_space_the_outline_is_named(space):
    shown = drawing(evidence([LEFT_FRONT_TOP], space=space))
    assert [panel["side"] for panel in shown["panels"]] == ["x", "y", "z"]
    assert space in shown["space"]


@pytest.mark.parametrize("space", ["scanner", "native", ""])
def test_in_another_space_there_is_no_outline_and_it_says_why(space):
    shown = drawing(evidence([LEFT_FRONT_TOP], space=space))
    assert shown["kind"] == "brain"
    assert {panel["side"] for panel in shown["panels"]} == {None}
    assert "not MNI152" in shown["space"]


def test_a_sensor_stands_on_the_head_by_its_angle_from_the_top_however_far_out():
    places = np.array([(0.0, 0.0, 0.1), (-0.09, 0.0, 0.0), (0.0, 0.08, 0.0)])
    for scale in (1.0, 1000.0):
        shown = drawing(evidence(places * scale, "eeg", "head"))
        assert shown["kind"] == "scalp"
        top, left, front = (mark[1:] for mark in shown["panels"][0]["marks"])
        assert top == pytest.approx([0, 0], abs=1e-3)
        assert left == pytest.approx([-1, 0], abs=1e-3)
        assert front == pytest.approx([0, -1], abs=1e-3)


def test_windows_of_time_are_heads_of_their_own():
    names = tuple(f"{side} {window}" for side in ("left", "right") for window in ("0 to 100 ms", "100 to 200 ms"))
    places = [(-0.08, 0, 0.02)] * 2 + [(0.08, 0, 0.02)] * 2
    panels = drawing(evidence(places, "meg", "head", names))["panels"]
    assert [panel["title"] for panel in panels] == ["0 to 100 ms", "100 to 200 ms"]
    assert [[mark[0] for mark in panel["marks"]] for panel in panels] == [[0, 2], [1, 3]]


def test_too_many_heads_are_a_raster():
    assert drawing(evidence([(0.0, 0.0, 0.1)] * (HEADS + 1), "eeg", "head"))["kind"] == "raster"


def test_entities_without_places_are_a_raster_that_holds_each_once():
    shown = drawing(evidence())
    (panel,) = shown["panels"]
    assert shown["kind"] == "raster"
    assert [mark[0] for mark in panel["marks"]] == [0, 1, 2, 3]


def test_entities_whose_place_is_not_known_are_left_out_of_the_brain():
    shown = drawing(evidence([LEFT_FRONT_TOP, (np.nan, 0.0, 0.0)]))
    assert [[mark[0] for mark in panel["marks"]] for panel in shown["panels"]] == [[0]] * 3
