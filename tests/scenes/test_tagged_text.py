"""Tagged text: the form in which the reference has scenes described."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.programs.facts import Fact
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.scenes.tagged_text import parse_tagged_text, read_tagged_text

CLOSED = """
<positive>
  <object>person</object> <object>bat</object>
  <descriptor><adjective>tall</adjective><subject>person</subject></descriptor>
  <relation><subject>person</subject><predicate>hold</predicate><object>bat</object></relation>
</positive>
<negative>
  <object>dog</object>
  <relation><subject>bat</subject><predicate>hold</predicate><object>person</object></relation>
</negative>
"""
OPEN = """
# Positive facts:
<OBJECT> person, bat
< descriptor > <subject> person <adjective> tall
<relation> <predicate> hold
<object> bat <subject> person
Negative:
<relation> <subject> bat <predicate> hold <object> person <object> dog
"""
SCENE = SceneGraph(
    "one",
    (Thing("person", ("tall",)), Thing("bat")),
    (Relationship(0, "hold", 1),),
    frozenset({Fact("dog"), Fact("hold", ("bat", "person"))}),
    complete=False,
)


@pytest.mark.parametrize("text", [CLOSED, OPEN, CLOSED.replace("\n", " "), CLOSED.replace("\n", "\r\n")])
def test_one_scene_written_several_ways(text):
    assert parse_tagged_text(text, source="one.txt", image="one") == (SCENE,)


def test_nouns_that_only_a_relation_names_are_things():
    (scene,) = parse_tagged_text("<relation><subject>man<predicate>ride<object>horse", source="f", image="i")
    assert [thing.name for thing in scene.things] == ["man", "horse"]
    assert scene.relationships == (Relationship(0, "ride", 1),)


def test_several_images_in_a_file_and_several_files_in_a_folder(tmp_path):
    (tmp_path / "b.txt").write_text("<image> x <object> dog <image> y <negative> <object> dog <positive> <object> cat")
    (tmp_path / "a.txt").write_text("<object>tree")
    assert [scene.image for scene in read_tagged_text(tmp_path)] == ["a", "x", "y"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<object>dog\n<objects>cat", "line 2: image 'i': unknown tag <objects>; did you mean 'object'"),
        ("<object>dog\n<relation>\n<subject>man\n<object>", "line 4: .*<object> is empty"),
        ("\n<relation><subject>man<predicate>hold\n<descriptor>", "line 2: .*<relation> lacks <object>"),
        ("<descriptor><adjective>red</descriptor>", "line 1: .*<descriptor> lacks <subject>"),
        ("<object>dog</object>\nand a cat", "line 2: .*'and a cat' stands outside any tag"),
        ("<subject>dog", "line 1: .*<subject> stands outside"),
        ("<object>dog\n<negative>\n<object>dog", r"line 3: .*'dog' is both positive and negative \(line 1\)"),
        ("<image>a<object>dog\n<image>a<object>cat", "line 2: .*image 'a': needs an id"),
        ("<negative><object>dog", "image 'i': the positive block is empty"),
        ("", "no tags found"),
    ],
)
def test_errors_name_file_line_and_image(text, message):
    with pytest.raises(DataError, match=f"file.txt.*{message}"):
        parse_tagged_text(text, source="file.txt", image="i")


PIECES = ("<object>", "<relation>", "<subject>", "<predicate>", "</", ">", "<", "<x>", "a", ":", "negative:", "\n")


@given(st.lists(st.sampled_from(PIECES)))
def test_any_text_gives_scenes_or_a_data_error(pieces):
    try:
        scenes = parse_tagged_text(" ".join(pieces), source="f", image="i")
    except DataError as error:
        assert str(error).startswith("f")
    else:
        assert all(scene.things for scene in scenes)


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read as text"):
        read_tagged_text(tmp_path / "none.txt")
    with pytest.raises(DataError, match=r"holds no \.txt file"):
        read_tagged_text(tmp_path)
