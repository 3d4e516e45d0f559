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
from typing import Any, NamedTuple

from neurona.errors import DataError
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing


class _Link(NamedTuple):
    subject: Any
    predicate: str
    object: Any


class _Parts(NamedTuple):
    """Of one image: object id -> noun and attributes; relationships between ids."""

    nouns: dict[Any, str]
    attributes: dict[Any, set[str]]
    links: list[tuple[_Link, str]]


def read_visual_genome(path: Path, *, complete: bool = True) -> tuple[SceneGraph, ...]:
    """The scenes of a file in the layout of `scene_graphs.json`.

    Raises:
        DataError: missing file, bad JSON or a field that does not fit, with file, image and field.
    """
    found: dict[str, _Parts] = {}
    for image, entry, where in _images(path):
        if image in found:
            raise DataError(f"{where}: the image stands twice in the file")
        parts = found[image] = _Parts({}, {}, [])
        _take_objects(entry, "objects", parts, where)
        for k, link in _list(entry, "relationships", where):
            at = f"{where}: relationships[{k}]"
            ends = [_id(link, key, at) for key in ("subject_id", "object_id")]
            parts.links.append((_Link(ends[0], _text(link, "predicate", at), ends[1]), at))
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
    for path, key in ((objects, "objects"), (attributes, "attributes")):
        for image, entry, where in _images(path) if path else ():
            _take_objects(entry, key, found.setdefault(image, _Parts({}, {}, [])), where)
    for image, entry, where in _images(relationships) if relationships else ():
        parts = found.setdefault(image, _Parts({}, {}, []))
        for k, link in _list(entry, "relationships", where):
            at = f"{where}: relationships[{k}]"
            ends = []
            for end in ("subject", "object"):
                thing = _mapping(link.get(end), f"{at}.{end}")
                ends.append(_id(thing, "object_id", f"{at}.{end}"))
                parts.nouns.setdefault(ends[-1], _noun(thing, f"{at}.{end}"))
            parts.links.append((_Link(ends[0], _text(link, "predicate", at), ends[1]), at))
    return _scenes(found, complete)


def _images(path: Path) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """(image, its entry, where it stands) of each image of a file."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text: {error}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(tree, list):
        raise DataError(f"{path}: expected a list of images, found {type(tree).__name__}")
    for k, entry in enumerate(tree):
        image = str(_id(_mapping(entry, f"{path}: [{k}]"), "image_id", f"{path}: [{k}]"))
        yield image, entry, f"{path}: image {image!r}"


def _take_objects(entry: Mapping[str, Any], key: str, parts: _Parts, where: str) -> None:
    for k, thing in _list(entry, key, where):
        at = f"{where}: {key}[{k}]"
        name = _id(thing, "object_id", at)
        parts.nouns.setdefault(name, _noun(thing, at))
        words = [word for _, word in _list(thing, "attributes", at, of=str)]
        parts.attributes.setdefault(name, set()).update(word.strip() for word in words if word.strip())


def _noun(thing: Mapping[str, Any], where: str) -> str:
    names = thing.get("names", [thing["name"]] if "name" in thing else None)
    if not isinstance(names, list) or not names or not isinstance(names[0], str) or not names[0].strip():
        raise DataError(f"{where}: names: expected a list with a noun, or name with one, found {names!r}")
    return names[0].strip()


def _scenes(found: Mapping[str, _Parts], complete: bool) -> tuple[SceneGraph, ...]:
    """Images without objects, which Visual Genome has, are left out: nothing is known of them."""
    scenes = []
    for image, (nouns, attributes, links) in found.items():
        if not nouns:
            continue
        place = {name: k for k, name in enumerate(nouns)}
        for link, where in links:
            for key, end in (("subject_id", link.subject), ("object_id", link.object)):
                if end not in place:
                    raise DataError(f"{where}: {key}: no object {end!r} in this image")
        things = tuple(Thing(noun, tuple(sorted(attributes.get(name, ())))) for name, noun in nouns.items())
        made = {Relationship(place[link.subject], link.predicate, place[link.object]): None for link, _ in links}
        scenes.append(SceneGraph(image, things, tuple(made), complete=complete))
    return tuple(scenes)


def _list(entry: Mapping[str, Any], key: str, where: str, of: type = dict) -> Iterator[tuple[int, Any]]:
    items = entry.get(key) or []
    if not isinstance(items, list):
        raise DataError(f"{where}: {key}: expected a list, found {type(items).__name__}")
    for k, item in enumerate(items):
        if not isinstance(item, of):
            raise DataError(f"{where}: {key}[{k}]: expected {of.__name__}, found {item!r}")
        yield k, item


def _mapping(found: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise DataError(f"{where}: expected keys and values, found {type(found).__name__}")
    return found


def _id(entry: Mapping[str, Any], key: str, where: str) -> int | str:
    found = entry.get(key)
    if not isinstance(found, int | str) or isinstance(found, bool):
        raise DataError(f"{where}: {key}: expected an id, found {found!r}")
    return found


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    found = entry.get(key)
    if not isinstance(found, str) or not found.strip():
        raise DataError(f"{where}: {key}: expected a word, found {found!r}")
    return found.strip()
