"""Scene graphs by the format of their file."""

import json

import pytest

from neurona.errors import DataError
from neurona.scenes.scene_files import read_scenes

YAML = "scenes:\n- {image: one, things: [person, bat], relationships: [[0, hold, 1]]}\n"
GENOME = [
    {
        "image_id": "one",
        "objects": [{"object_id": 1, "names": ["person"]}, {"object_id": 2, "names": ["bat"]}],
        "relationships": [{"subject_id": 1, "predicate": "hold", "object_id": 2}],
    }
]
TAGGED = "<image> one\n<positive>\n<relation> <subject> person <predicate> hold <object> bat </relation>\n"


@pytest.fixture
def files(tmp_path):
    """The same scene in each format: name -> path."""
    (tmp_path / "s.yaml").write_text(YAML)
    (tmp_path / "s.json").write_text(json.dumps(GENOME))
    (tmp_path / "s.txt").write_text(TAGGED)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "s.txt").write_text(TAGGED)
    (tmp_path / "texts" / "._s.txt").write_bytes(b"\0\5\x16\7")
    (tmp_path / "genome").mkdir()
    objects = [{"image_id": "one", "objects": GENOME[0]["objects"]}]
    (tmp_path / "genome" / "objects.json").write_text(json.dumps(objects))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "complete", "facts"),
    [("s.yaml", True, 3), ("s.json", True, 3), ("s.txt", False, 3), ("texts", False, 3), ("genome", True, 2)],
)
def test_each_format_is_known_by_its_name(files, name, complete, facts):
    (scene,) = read_scenes(files / name)
    assert (scene.image, scene.complete, len(scene.facts)) == ("one", complete, facts)


def test_completeness_may_be_said_but_for_yaml_which_says_it_itself(files):
    assert not read_scenes(files / "s.json", complete=False)[0].complete
    assert read_scenes(files / "texts", complete=True)[0].complete
    with pytest.raises(DataError, match="says for itself"):
        read_scenes(files / "s.yaml", complete=True)


def test_other_files_are_refused(files):
    (files / "s.csv").write_text("a")
    with pytest.raises(DataError, match=r"s\.csv: expected scene graphs as \.yaml"):
        read_scenes(files / "s.csv")
    with pytest.raises(DataError, match="no such file or folder"):
        read_scenes(files / "none.yaml")
