"""Visual Genome's JSON in both layouts."""

import json

import pytest

from neurona.errors import DataError
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.scenes.visual_genome import read_visual_genome, read_visual_genome_lists

MAN, HORSE = {"object_id": 7, "names": ["man"], "attributes": ["tall", "old"]}, {"object_id": 9, "name": "horse"}
SCENE = SceneGraph("1", (Thing("man", ("old", "tall")), Thing("horse")), (Relationship(0, "riding on", 1),))


def write(path, tree):
    path.write_text(json.dumps(tree))
    return path


def test_scene_graphs_json(tmp_path):
    link = {"subject_id": 7, "object_id": 9, "predicate": "riding on", "relationship_id": 3, "synsets": []}
    entry = {"image_id": 1, "objects": [MAN, HORSE], "relationships": [link]}
    empty = {"image_id": 2, "objects": [], "relationships": []}
    path = write(tmp_path / "scene_graphs.json", [entry, empty])
    assert read_visual_genome(path) == (SCENE,)
    assert not read_visual_genome(path, complete=False)[0].complete


def test_separate_lists_are_put_together_by_image(tmp_path):
    objects = write(tmp_path / "objects.json", [{"image_id": 1, "objects": [{"object_id": 7, "names": ["man"]}]}])
    attributes = write(tmp_path / "attributes.json", [{"image_id": 1, "attributes": [MAN]}])
    link = {"predicate": "riding on", "subject": {"object_id": 7, "name": "man"}, "object": HORSE}
    relationships = write(tmp_path / "relationships.json", [{"image_id": 1, "relationships": [link]}])
    found = read_visual_genome_lists(objects=objects, attributes=attributes, relationships=relationships)
    assert found == (SCENE,)
    assert read_visual_genome_lists(relationships=relationships)[0].relationships == SCENE.relationships


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objects": [{"names": ["man"]}]}, r"objects\[0\].object_id: is missing \(found names\)"),
        (
            {"objects": [{"object_id": 7, "names": []}]},
            r"objects\[0\].names: should have at least 1 item \(found \[\]\)",
        ),
        ({"objects": [3]}, r"objects\[0\]: should be keys and values \(found 3\)"),
        ({"objects": {"a": 1}}, r"objects: should be a list \(found keys and values\)"),
        (
            {"objects": [{**MAN, "attributes": [5]}]},
            r"objects\[0\].attributes\[0\]: should be a valid string \(found 5\)",
        ),
        (
            {"relationships": [{"subject_id": 7, "object_id": 9, "predicate": ""}]},
            r"relationships\[0\].predicate: should have at least 1 character \(found .*\)",
        ),
        ({"relationships": [{"subject_id": 7, "object_id": 8, "predicate": "on"}]}, "object_id: no object 8"),
        (
            {"relationships": [{"subject_id": 7, "predicate": "on"}]},
            r"relationships\[0\].object_id: is missing \(found subject_id, predicate\)",
        ),
    ],
)
def test_errors_name_file_image_and_field(tmp_path, change, message):
    entry = {"image_id": 1, "objects": [MAN, HORSE], "relationships": [], **change}
    with pytest.raises(DataError, match=f"vg.json: image '1': .*{message}"):
        read_visual_genome(write(tmp_path / "vg.json", [entry]))


def test_files_of_another_kind_are_refused(tmp_path):
    for text, message in {
        "[": "not JSON",
        "{}": "expected a list of images",
        "[{}]": r"\[0\]: image_id: is missing",
    }.items():
        (tmp_path / "vg.json").write_text(text)
        with pytest.raises(DataError, match=f"vg.json: .*{message}"):
            read_visual_genome(tmp_path / "vg.json")
    entry = {"image_id": 1, "objects": [MAN]}
    with pytest.raises(DataError, match="image '1': the image stands twice"):
        read_visual_genome(write(tmp_path / "vg.json", [entry, entry]))
    with pytest.raises(DataError, match="cannot be read"):
        read_visual_genome(tmp_path / "none.json")
    with pytest.raises(DataError, match="name at least one"):
        read_visual_genome_lists()
