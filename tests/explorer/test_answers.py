"""What the page is told is what the reading says."""

from __future__ import annotations

import json

import pytest

from neurona.errors import DataError
from neurona.explorer.requests import Ask, Explain, Map, Scenes


def test_the_reading_is_told_as_json(answers):
    told = json.loads(json.dumps(answers.about, allow_nan=False))
    assert told["simulated"] is True
    assert told["things"] == ["man", "bat", "dog"]
    assert [one["recording"] for one in told["recordings"]] == ["a", "b", "c"]
    assert all(answers.reading.parse(one) for one in told["examples"])


def test_many_recordings_have_a_summary_and_one_a_ranked_list(answers):
    many = answers.ask(Ask(queries=["Is there a man?"], recordings="a,b"))
    assert [row["recording"] for row in many["answers"]] == ["a", "b"]
    assert many["summary"][0]["n"] == 2
    one = answers.ask(Ask(queries=["What is the man holding?", "Is there a bat?"], recordings="a"))
    assert one["ranked"][0][0]["answer"] == "bat"
    assert one["ranked"][1] == []
    assert [row["kind"] for row in one["understood"]] == ["thing", "yes/no"]


def test_the_truth_stands_beside_where_the_run_asked_the_same(answers):
    rows = answers.ask(Ask(queries=["exists y. man(y)", "exists x. animate(x)"], recordings="a"))["answers"]
    assert rows[0]["truth"] in ("yes", "no")
    assert rows[1]["truth"] == ""


def test_a_trace_is_a_tree_with_witnesses(answers):
    trace = answers.explain(Explain(query="exists x. man(x) & hold(x, the y. bat(y))", recording="a"))["trace"]
    assert trace["value"] == pytest.approx(0.7)
    assert trace["witness"] == ["man"]
    assert trace["parts"][0]["values"][0]["name"] == "man"


def test_a_trace_respects_what_is_given(answers):
    asked = "exists x. man(x) & hold(x, the y. bat(y))"
    trace = answers.explain(Explain(query=asked, recording="a", given=f"~({asked})"))["trace"]
    assert trace["value"] == 0


def test_a_map_has_all_entities_with_places_and_a_scale_for_all_words(answers):
    maps = [answers.map(Map(recording="a", word=word)) for word in ("man", "dog")]
    assert len({one["scale"] for one in maps}) == 1
    assert all(abs(one["evidence"]) <= maps[0]["scale"] for found in maps for one in found["entities"])
    assert maps[0]["drawing"]["kind"] == "brain"
    assert answers.map(Map(recording="a", word="hold"))["entities"] == []
    with pytest.raises(DataError, match="no recording"):
        answers.map(Map(recording="z", word="man"))


def test_scenes_are_told_in_words(answers):
    found = answers.scenes(Scenes(recording="a", count=2))["scenes"]
    assert found[0]["facts"] == "red bat, man hold bat"
    assert [one["share"] for one in found] == pytest.approx([0.7, 0.2])
    found = answers.scenes(Scenes(recording="a", count=3, given="exists x. dog(x)"))["scenes"]
    assert [one["share"] for one in found] == pytest.approx([2 / 3, 1 / 3])
    assert all("dog" in one["facts"] for one in found)
