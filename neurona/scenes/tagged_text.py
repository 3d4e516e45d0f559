"""Scene graphs from tagged text, the form in which the NEURONA reference has them described.

    <image> 000123                                   a new scene; without it the file's name is the image
    <positive>                                       what is there
    <object> person </object>
    <descriptor> <adjective> tall <subject> person </descriptor>
    <relation> <subject> person <predicate> hold <object> bat </relation>
    <negative>                                       what is not there
    <object> dog

Closing tags may be left out, tags may be written in any case and share a line, and `Positive:` / `Negative:` alone on a line
open the blocks as well. Before any of them the block is the positive one. A descriptor needs an adjective and a subject; a
relation a subject, a predicate and an object; each in any order. An `<object>` outside a relation may list several
nouns with commas. Nouns that only a descriptor or a relation names count as things too. Every noun is one thing.

A tagged scene is not complete: what it neither states nor denies is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from neurona.errors import DataError, nearest_name
from neurona.files import data_files
from neurona.programs.facts import Fact
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

_GROUPS = {"descriptor": ("adjective", "subject"), "relation": ("subject", "predicate", "object")}
_FIELDS = ("adjective", "subject", "predicate", "object")
_TAGS = ("image", "positive", "negative", *_GROUPS, *_FIELDS)
_TAG = re.compile(r"<([^<>\n]*)>")
_BLOCK = re.compile(r"^[ \t#*]*(positive|negative)[^\n:<>]{0,40}:[ \t*]*$", re.IGNORECASE | re.MULTILINE)


@dataclass
class _Scene:
    stated: list[tuple[Fact, int]] = field(default_factory=list)
    denied: list[tuple[Fact, int]] = field(default_factory=list)


def read_tagged_text(path: Path, *, complete: bool = False) -> tuple[SceneGraph, ...]:
    """The scenes of a tagged text file, or of every `.txt` file of a folder in alphabetical order.

    Raises:
        DataError: missing file, or text that does not fit, with file, line and image.
    """
    if path.is_dir():
        files = data_files(path, "*.txt")
        if not files:
            raise DataError(f"{path}: holds no .txt file; expected one or more files of tagged text")
        return tuple(scene for file in files for scene in read_tagged_text(file, complete=complete))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text: {error}") from error
    return parse_tagged_text(text, source=str(path), image=path.stem, complete=complete)


def parse_tagged_text(text: str, *, source: str, image: str, complete: bool = False) -> tuple[SceneGraph, ...]:
    """The scenes of a tagged text; `source` names it in errors, `image` is the scene that is not named.

    Raises:
        DataError: as `read_tagged_text`.
    """
    # The same number of characters, so that positions stay those of the file.
    text = _BLOCK.sub(lambda found: f"<{found[1]}>".ljust(len(found[0])), text)
    scenes: dict[str, _Scene] = {}
    reader = _Reader(text, source, image, scenes)
    for tag in _TAG.finditer(text):
        reader.take(tag)
    reader.finish()
    if not scenes:
        raise DataError(f"{source}: no tags found; expected <object>, <descriptor> or <relation>")
    return tuple(_graph(name, scene, source, complete) for name, scene in scenes.items())


class _Reader:
    """Goes through the tags; a group is open until its fields are filled."""

    def __init__(self, text: str, source: str, image: str, scenes: dict[str, _Scene]):
        self.text, self.source, self.image, self.scenes = text, source, image, scenes
        self.positive = True
        self.group: str | None = None
        self.filled: dict[str, str] = {}
        self.opened = self.end = 0
        self._loose(0, _next(text, 0))

    def take(self, tag: re.Match) -> None:
        written = tag[1].strip()
        closing, name = written.startswith("/"), written.removeprefix("/").strip().lower()
        content = self.text[tag.end() : _next(self.text, tag.end())]
        if name not in _TAGS:
            raise self._error(f"unknown tag <{written}>{nearest_name(name, _TAGS)}", tag.start())
        if closing or name not in (*_FIELDS, "image"):
            self._loose(tag.end(), tag.end() + len(content))
        if self.group and name not in _FIELDS:
            self._close(tag.start())
        if closing:
            return
        match name:
            case "image":
                if content.strip() in ("", *self.scenes):
                    raise self._error(f"image {content.strip()!r}: needs an id that no scene above has", tag.start())
                self.image, self.positive = content.strip(), True
                self.scenes[self.image] = _Scene()
            case "positive" | "negative":
                self.positive = name == "positive"
            case "descriptor" | "relation":
                self.group, self.filled, self.opened = name, {}, tag.start()
            case _:
                self._field(name, content, tag.start())

    def finish(self) -> None:
        if self.group:
            self._close(len(self.text))

    def _field(self, name: str, content: str, at: int) -> None:
        words = content.strip()
        if not words:
            raise self._error(f"<{name}> is empty", at)
        if self.group and name in _GROUPS[self.group] and name not in self.filled:
            self.filled[name] = words
            if len(self.filled) == len(_GROUPS[self.group]):
                self._close(at)
        elif self.group:
            self._close(at)
        elif name == "object":
            for noun in filter(None, (word.strip() for word in words.split(","))):
                self._add(Fact(noun), at)
        else:
            raise self._error(f"<{name}> stands outside <descriptor> and <relation>", at)

    def _close(self, at: int) -> None:
        group, filled = str(self.group), self.filled
        missing = [name for name in _GROUPS[group] if name not in filled]
        if missing:
            raise self._error(f"<{group}> lacks <{missing[0]}>", self.opened)
        self.group = None
        if group == "descriptor":
            self._add(Fact(filled["adjective"], (filled["subject"],)), at)
        else:
            self._add(Fact(filled["predicate"], (filled["subject"], filled["object"])), at)

    def _add(self, fact: Fact, at: int) -> None:
        scene = self.scenes.setdefault(self.image, _Scene())
        same, other = (scene.stated, scene.denied) if self.positive else (scene.denied, scene.stated)
        for known, line in other:
            if known == fact:
                said = " ".join((fact.name, *fact.arguments))
                raise self._error(f"{said!r} is both positive and negative (line {line})", at)
        same.append((fact, self._line(at)))

    def _loose(self, start: int, stop: int) -> None:
        if found := self.text[start:stop].split():
            at = self.text.index(found[0], start)
            raise self._error(f"{' '.join(found)[:40]!r} stands outside any tag", at)

    def _line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _error(self, reason: str, at: int) -> DataError:
        return DataError(f"{self.source}, line {self._line(at)}: image {self.image!r}: {reason}")


def _next(text: str, start: int) -> int:
    tag = _TAG.search(text, start)
    return tag.start() if tag else len(text)


def _graph(image: str, scene: _Scene, source: str, complete: bool) -> SceneGraph:
    things: dict[str, set[str]] = {}
    for fact, _ in scene.stated:
        for noun in fact.arguments or (fact.name,):
            things.setdefault(noun, set())
        if len(fact.arguments) == 1:
            things[fact.arguments[0]].add(fact.name)
    if not things:
        raise DataError(f"{source}: image {image!r}: the positive block is empty; a scene needs at least one thing")
    place = {noun: k for k, noun in enumerate(things)}
    links = {
        Relationship(place[fact.arguments[0]], fact.name, place[fact.arguments[1]]): None
        for fact, _ in scene.stated
        if len(fact.arguments) == 2
    }
    return SceneGraph(
        image,
        tuple(Thing(noun, tuple(sorted(words))) for noun, words in things.items()),
        tuple(links),
        frozenset(fact for fact, _ in scene.denied),
        complete,
    )
