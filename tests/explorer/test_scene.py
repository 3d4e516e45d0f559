"""The drawing of a concept graph, with a condition and without."""

from __future__ import annotations

import pytest

from neurona.errors import QueryError
from neurona.explorer.scene import scene


def by_program(drawn):
    things = [*drawn["things"], *(pill for thing in drawn["things"] for pill in thing["pills"])]
    return {one["program"]: one for one in [*things, *drawn["relations"], *drawn["defined"]]}


def test_every_number_is_the_answer_of_its_program(answers):
    for given in (None, "exists x. dog(x)"):
        for program, claim in by_program(scene(answers.reading, "a", given, 0.5)).items():
            said = answers.reading.ask(program, "a", given=given).iloc[0]
            assert (claim["probability"], claim["prior"]) == (said.probability, said.prior)
            assert claim["before"] == answers.reading.ask(program, "a").probability.item()


def test_a_condition_shows_what_goes_and_what_comes(answers):
    found = by_program(scene(answers.reading, "a", "exists x. dog(x)", 0.5))
    bat, dog = found["exists x. bat(x)"], found["exists x. dog(x)"]
    assert (bat["before"], bat["probability"]) == pytest.approx((0.7, 0.0))
    assert (dog["before"], dog["probability"]) == pytest.approx((0.3, 1.0))
    assert found["exists x. small(x) & dog(x)"]["probability"] == pytest.approx(0.2 / 0.3)


def test_boxes_do_not_overlap_and_arrows_run_between_them(answers):
    drawn = scene(answers.reading, "a", "exists x. dog(x)", 0.2)
    width, height = drawn["size"]
    boxes = drawn["things"]
    for k, one in enumerate(boxes):
        assert 0 <= one["place"][0] <= width
        assert 0 <= one["place"][1] <= height
        for other in boxes[:k]:
            gaps = [abs(one["place"][d] - other["place"][d]) - (one["size"][d] + other["size"][d]) / 2 for d in (0, 1)]
            assert max(gaps) > 0
    (arrow,) = drawn["relations"]
    assert (arrow["subject"], arrow["name"], arrow["object"]) == ("man", "hold", "bat")
    assert len(arrow["curve"]) == 3


def test_what_no_scene_holds_is_refused_as_a_condition(answers):
    with pytest.raises(QueryError, match="holds in no scene"):
        scene(answers.reading, "a", "exists x. dog(x) & hold(x, the y. bat(y))", 0.5)
