"""Scene graphs as plain YAML: the form to write by hand, and the one that keeps everything.

    scenes:
    - image: '000123'
      things:
      - {name: person, attributes: [tall]}
      - bat                                  # no attributes
      relationships:
      - [0, hold, 1]                         # places in the list of things
      denied:                                # facts that do not hold
      - [dog]
      - [red, bat]                           # a bat is red
      - [hold, bat, person]                  # a bat holds a person
      complete: true                         # the default: what is not stated is false

YAML reads a bare on, off, yes or no as true or false, so these words are quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from neurona.errors import DataError, nearest_name
from neurona.programs.facts import Fact
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

_KEYS = ("image", "things", "relationships", "denied", "complete")
# The C parser is about ten times as fast; both are safe.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def to_yaml(scenes: Sequence[SceneGraph]) -> str:
    """Print scene graphs; `parse_yaml` reads the same ones back."""
    tree = {"scenes": [_scene_tree(scene) for scene in scenes]}
    return yaml.dump(tree, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)


def read_yaml(path: Path) -> tuple[SceneGraph, ...]:
    """The scenes of a YAML file.

    Raises:
        DataError: missing file, bad YAML or a field that does not fit, with file, image and field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text: {error}") from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, source: str = "scenes") -> tuple[SceneGraph, ...]:
    """The scenes of a YAML text; `source` names it in errors.

    Raises:
        DataError: as `read_yaml`.
    """
    try:
        tree = yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise DataError(f"{source}: not YAML: {error}") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("scenes"), list):
        raise DataError(f"{source}: expected a key 'scenes' with a list of scenes")
    scenes: dict[str, SceneGraph] = {}
    for k, found in enumerate(tree["scenes"]):
        scene = _scene(found, f"{source}: scenes[{k}]", source)
        if scene.image in scenes:
            raise DataError(f"{source}: image {scene.image!r} stands twice; give each scene an id of its own")
        scenes[scene.image] = scene
    return tuple(scenes.values())


def _scene_tree(scene: SceneGraph) -> dict[str, Any]:
    tree: dict[str, Any] = {"image": scene.image}
    tree["things"] = [
        {"name": thing.name, "attributes": list(thing.attributes)} if thing.attributes else thing.name
        for thing in scene.things
    ]
    if scene.relationships:
        tree["relationships"] = [[link.subject, link.predicate, link.object] for link in scene.relationships]
    if scene.denied:
        tree["denied"] = sorted([fact.name, *fact.arguments] for fact in scene.denied)
    return tree if scene.complete else {**tree, "complete": False}


def _scene(found: Any, where: str, source: str) -> SceneGraph:
    if not isinstance(found, dict):
        raise DataError(f"{where}: expected keys and values, found {type(found).__name__}")
    image = _word(found.get("image"), f"{where}: image")
    where = f"{source}: image {image!r}"
    for key in found:
        if key not in _KEYS:
            raise DataError(f"{where}: unknown key {key!r}{nearest_name(str(key), _KEYS)}")
    complete = found.get("complete", True)
    if not isinstance(complete, bool):
        raise DataError(f"{where}: complete: expected true or false, found {complete!r}")
    things = tuple(_thing(item, f"{where}: things[{k}]") for k, item in _items(found, "things", where))
    if not things:
        raise DataError(f"{where}: things: none; a scene graph needs at least one")
    links = tuple(
        _link(item, len(things), f"{where}: relationships[{k}]") for k, item in _items(found, "relationships", where)
    )
    denied = frozenset(_fact(item, f"{where}: denied[{k}]") for k, item in _items(found, "denied", where))
    scene = SceneGraph(image, things, links, denied, complete)
    if both := sorted(" ".join((fact.name, *fact.arguments)) for fact in denied & scene.facts):
        raise DataError(f"{where}: denied: {both[0]!r} is stated as well; remove one of the two")
    return scene


def _items(found: dict[str, Any], key: str, where: str) -> enumerate:
    items = found.get(key) or []
    if not isinstance(items, list):
        raise DataError(f"{where}: {key}: expected a list, found {type(items).__name__}")
    return enumerate(items)


def _thing(found: Any, where: str) -> Thing:
    if not isinstance(found, dict):
        return Thing(_word(found, where))
    if extra := sorted(set(map(str, found)) - {"name", "attributes"}):
        raise DataError(f"{where}: unknown key {extra[0]!r}{nearest_name(extra[0], ('name', 'attributes'))}")
    words = [_word(word, f"{where}.attributes[{k}]") for k, word in _items(found, "attributes", where)]
    return Thing(_word(found.get("name"), f"{where}.name"), tuple(words))


def _link(found: Any, n_things: int, where: str) -> Relationship:
    if not isinstance(found, list) or len(found) != 3:
        raise DataError(f"{where}: expected [subject, predicate, object], found {found!r}")
    for end in (found[0], found[2]):
        if not isinstance(end, int) or isinstance(end, bool) or not 0 <= end < n_things:
            raise DataError(f"{where}: expected a place in the list of things (0 to {n_things - 1}), found {end!r}")
    return Relationship(found[0], _word(found[1], where), found[2])


def _fact(found: Any, where: str) -> Fact:
    if not isinstance(found, list) or len(found) not in (1, 2, 3):
        raise DataError(f"{where}: expected [noun], [attribute, noun] or [predicate, subject, object], found {found!r}")
    words = [_word(word, where) for word in found]
    return Fact(words[0], tuple(words[1:]))


def _word(found: Any, where: str) -> str:
    if isinstance(found, str) and found.strip():
        return found
    hint = '; YAML reads a bare on, off, yes or no so: quote it ("on")' if isinstance(found, bool) else ""
    raise DataError(f"{where}: expected a word, found {found!r}{hint}")
