"""Plain YAML: what is printed is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.programs.facts import Fact
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.scenes.yaml_scenes import parse_yaml, read_yaml, to_yaml

WORDS = st.one_of(
    st.sampled_from(["on", "no", "yes", "null", "1", "1e3", "~", "a: b", "- c", "'", "traffic light", "été", "#"]),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=8).filter(str.strip),
)


@st.composite
def scene_graphs(draw, image):
    things = draw(st.lists(st.builds(Thing, WORDS, st.lists(WORDS, max_size=3).map(tuple)), min_size=1, max_size=4))
    place = st.integers(0, len(things) - 1)
    links = draw(st.lists(st.builds(Relationship, place, WORDS, place), max_size=4))
    stated = SceneGraph(image, tuple(things), tuple(links))
    denied = draw(st.frozensets(st.builds(Fact, WORDS, st.lists(WORDS, max_size=2).map(tuple)), max_size=3))
    return SceneGraph(image, stated.things, stated.relationships, denied - stated.facts, draw(st.booleans()))


@given(st.data(), st.lists(WORDS, max_size=3, unique=True))
def test_what_is_printed_is_read_back(data, images):
    scenes = tuple(data.draw(scene_graphs(image)) for image in images)
    assert parse_yaml(to_yaml(scenes)) == scenes


def test_a_scene_written_by_hand():
    text = """
scenes:
- image: one
  things: [{name: person, attributes: [tall]}, bat]
  relationships: [[0, hold, 1]]
  denied: [[dog], [red, bat], [hold, bat, person]]
"""
    denied = {Fact("dog"), Fact("red", ("bat",)), Fact("hold", ("bat", "person"))}
    things = (Thing("person", ("tall",)), Thing("bat"))
    assert parse_yaml(text) == (SceneGraph("one", things, (Relationship(0, "hold", 1),), frozenset(denied)),)


@pytest.mark.parametrize(
    ("scene", "message"),
    [
        (
            "{image: one, things: [dog], relationships: [[0, on, 0]]}",
            r"relationships\[0\]\[1\]: .*found True\); .*quote it",
        ),
        ("{image: one, things: [dog], relationships: [[0, hold, 1]]}", r"relationships\[0\]: .*\(0 to 0\), found 1"),
        ("{image: one, things: [dog], relations: []}", "unknown key 'relations'; did you mean 'relationships'"),
        (
            "{image: one, things: [{nme: dog}]}",
            r"things\[0\].name: is missing \(found nme\)\n.*unknown key 'things\[0\].nme'",
        ),
        ("{image: one, things: [{name: 3}]}", r"things\[0\].name: should be a valid string \(found 3\)"),
        ("{image: one, things: dog}", r"things: should be a list \(found 'dog'\)"),
        ("{image: one}", r"things: is missing \(found image\)"),
        ("{image: one, things: []}", "needs at least one"),
        (
            "{image: one, things: [dog], denied: [[a, b, c, d]]}",
            r"denied\[0\]: should be \[noun\], \[attribute, noun\]",
        ),
        ("{image: one, things: [dog], denied: [[dog]]}", "'dog' is stated as well"),
        ("{image: one, things: [dog], complete: 1}", r"complete: should be a valid boolean \(found 1\)"),
    ],
)
def test_errors_name_image_and_field(tmp_path, scene, message):
    (tmp_path / "my.yaml").write_text(f"scenes: [{scene}]")
    with pytest.raises(DataError, match=f"my.yaml: image 'one': .*{message}"):
        read_yaml(tmp_path / "my.yaml")


def test_files_that_hold_no_scenes_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
    for text, message in {
        "scenes: {": "not YAML",
        "- 1": "expected a key 'scenes'",
        "scenes: [1]": r"scenes\[0\]: .*found 1",
        "scenes: [{image: 7}]": r"scenes\[0\]: image: should be a valid string \(found 7\)",
        "scenes: [{image: a, things: [b]}, {image: a, things: [b]}]": "image 'a' stands twice",
    }.items():
        with pytest.raises(DataError, match=message):
            parse_yaml(text)
