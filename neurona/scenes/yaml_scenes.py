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
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from neurona.errors import DataError
from neurona.programs.facts import Fact
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.validated import Section, validated

Word = Annotated[str, StringConstraints(strict=True, pattern=r"\S")]
Place = Annotated[int, Field(strict=True, ge=0)]


def _listed(what: str, *lengths: int) -> BeforeValidator:
    """Refuses all but a list of so many."""

    def check(found: Any) -> Any:
        if not isinstance(found, list) or len(found) not in lengths:
            raise ValueError(f"should be {what}")
        return found

    return BeforeValidator(check)


Link = Annotated[tuple[Place, Word, Place], _listed("[subject, predicate, object]", 3)]
Said = Annotated[tuple[Word, ...], _listed("[noun], [attribute, noun] or [predicate, subject, object]", 1, 2, 3)]


class _Thing(Section):
    name: Word
    attributes: tuple[Word, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_a_noun(cls, found: Any) -> Any:
        return found if isinstance(found, dict) else {"name": found}


class _Scene(Section):
    image: Word
    things: tuple[_Thing, ...]
    relationships: tuple[Link, ...] = ()
    denied: tuple[Said, ...] = ()
    complete: Annotated[bool, Field(strict=True)] = True

    @property
    def graph(self) -> SceneGraph:
        things = tuple(Thing(thing.name, thing.attributes) for thing in self.things)
        links = tuple(Relationship(*link) for link in self.relationships)
        denied = frozenset(Fact(name, tuple(arguments)) for name, *arguments in self.denied)
        return SceneGraph(self.image, things, links, denied, self.complete)

    @model_validator(mode="after")
    def _check(self) -> _Scene:
        if not self.things:
            raise ValueError("things: none; a scene graph needs at least one")
        for k, (subject, _, object_) in enumerate(self.relationships):
            for end in (subject, object_):
                if end >= len(self.things):
                    raise ValueError(
                        f"relationships[{k}]: should name places in the list of things (0 to {len(self.things) - 1}), found {end}"
                    )
        scene = self.graph
        if both := sorted(" ".join((fact.name, *fact.arguments)) for fact in scene.denied & scene.facts):
            raise ValueError(f"denied: {both[0]!r} is stated as well; remove one of the two")
        return self


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
        image = found.get("image") if isinstance(found, dict) else None
        where = f"{source}: image {image!r}" if isinstance(image, str) else f"{source}: scenes[{k}]"
        if image in scenes:
            raise DataError(f"{source}: image {image!r} stands twice; give each scene an id of its own")
        scene: _Scene = validated(_Scene, found, where)
        scenes[scene.image] = scene.graph
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
