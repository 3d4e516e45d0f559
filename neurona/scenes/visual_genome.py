"""Scene graphs from Visual Genome's JSON (Krishna et al. 2017, Int J Comput Vis 123:32).

Two layouts are read:

- `scene_graphs.json`: a list of images, each with `image_id`, `objects` (`object_id`, `names` or `name`, `attributes`) and
  `relationships` (`subject_id`, `predicate`, `object_id`);
- separate lists: `objects.json`, `attributes.json`, `relationships.json` (the latter with whole objects as `subject` and
  `object`), which are put together by image.

Visual Genome's annotators wrote down much, not everything. Scenes are read as complete, which makes of what nobody
wrote a "no"; with `complete=False` it stays unknown, and no negative questions can be asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from neurona.errors import DataError
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.validated import validated

T = TypeVar("T")


def _known(found: Any) -> Any:
    if isinstance(found, bool) or not isinstance(found, int | str):
        raise ValueError("should be an id, a whole number or a text")
    return found


Id = Annotated[Any, AfterValidator(_known)]
Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
Listed = Annotated[list[T], BeforeValidator(lambda found: [] if found is None else found)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)  # files hold synsets, boxes and more


class _Object(_Entry):
    object_id: Id
    names: Annotated[list[Word], Field(min_length=1)]
    attributes: Listed[Annotated[str, StringConstraints(strict=True, strip_whitespace=True)]] = []

    @model_validator(mode="before")
    @classmethod
    def _named(cls, found: Any) -> Any:
        """Relationships call it `name`, objects `names`."""
        if isinstance(found, dict) and "names" not in found and "name" in found:
            return found | {"names": [found["name"]]}
        return found


class _Link(_Entry):
    subject_id: Id
    predicate: Word
    object_id: Id


class _WholeLink(_Entry):
    subject: _Object
    predicate: Word
    object: _Object


class _Scene(_Entry):
    image_id: Id
    objects: Listed[_Object] = []
    relationships: Listed[_Link] = []


class _Objects(_Entry):
    image_id: Id
    objects: Listed[_Object] = []


class _Attributes(_Entry):
    image_id: Id
    attributes: Listed[_Object] = []


class _Relationships(_Entry):
    image_id: Id
    relationships: Listed[_WholeLink] = []


class _Parts(NamedTuple):
    """Of one image: object id -> noun and attributes; relationships between ids, each with its place in the file."""

    nouns: dict[Any, str]
    attributes: dict[Any, set[str]]
    links: list[tuple[_Link, str]]

    @classmethod
    def none(cls) -> _Parts:
        return cls({}, {}, [])

    def take(self, things: list[_Object]) -> None:
        for thing in things:
            self.nouns.setdefault(thing.object_id, thing.names[0])
            self.attributes.setdefault(thing.object_id, set()).update(filter(None, thing.attributes))


def read_visual_genome(path: Path, *, complete: bool = True) -> tuple[SceneGraph, ...]:
    """The scenes of a file in the layout of `scene_graphs.json`.

    Raises:
        DataError: missing file, bad JSON or a field that does not fit, with file, image and field.
    """
    found: dict[str, _Parts] = {}
    for entry, where in _images(path, _Scene):
        image = str(entry.image_id)
        if image in found:
            raise DataError(f"{where}: the image stands twice in the file")
        parts = found[image] = _Parts.none()
        parts.take(entry.objects)
        parts.links.extend((link, f"{where}: relationships[{k}]") for k, link in enumerate(entry.relationships))
    return _scenes(found, complete)


def read_visual_genome_lists(
    *,
    objects: Path | None = None,
    attributes: Path | None = None,
    relationships: Path | None = None,
    complete: bool = True,
) -> tuple[SceneGraph, ...]:
    """The scenes of separate lists; each may be left out, but not all.

    Raises:
        DataError: as `read_visual_genome`.
    """
    if not (objects or attributes or relationships):
        raise DataError("Visual Genome: name at least one of objects, attributes and relationships")
    found: dict[str, _Parts] = {}

    def parts_of(entry: Any) -> _Parts:
        return found.setdefault(str(entry.image_id), _Parts.none())

    for objects_of, _ in _images(objects, _Objects):
        parts_of(objects_of).take(objects_of.objects)
    for attributes_of, _ in _images(attributes, _Attributes):
        parts_of(attributes_of).take(attributes_of.attributes)
    for links_of, where in _images(relationships, _Relationships):
        parts = parts_of(links_of)
        for k, link in enumerate(links_of.relationships):
            for end in (link.subject, link.object):
                parts.nouns.setdefault(end.object_id, end.names[0])
            ends = {"subject_id": link.subject.object_id, "object_id": link.object.object_id}
            parts.links.append((_Link(predicate=link.predicate, **ends), f"{where}: relationships[{k}]"))
    return _scenes(found, complete)


_Image = TypeVar("_Image", bound=_Entry)


def _images(path: Path | None, kind: type[_Image]) -> Iterator[tuple[_Image, str]]:
    """Each image of a file, and where it stands."""
    if path is None:
        return
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text: {error}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(tree, list):
        raise DataError(f"{path}: expected a list of images, found {type(tree).__name__}")
    for k, entry in enumerate(tree):
        image = entry.get("image_id") if isinstance(entry, dict) else None
        where = f"{path}: [{k}]" if image is None else f"{path}: image {str(image)!r}"
        yield validated(kind, entry, where), where


def _scenes(found: Mapping[str, _Parts], complete: bool) -> tuple[SceneGraph, ...]:
    """Images without objects, which Visual Genome has, are left out: nothing is known of them."""
    scenes = []
    for image, (nouns, attributes, links) in found.items():
        if not nouns:
            continue
        place = {name: k for k, name in enumerate(nouns)}
        for link, where in links:
            for key, end in (("subject_id", link.subject_id), ("object_id", link.object_id)):
                if end not in place:
                    raise DataError(f"{where}: {key}: no object {end!r} in this image")
        things = tuple(Thing(noun, tuple(sorted(attributes.get(name, ())))) for name, noun in nouns.items())
        made = {Relationship(place[link.subject_id], link.predicate, place[link.object_id]): None for link, _ in links}
        scenes.append(SceneGraph(image, things, tuple(made), complete=complete))
    return tuple(scenes)
