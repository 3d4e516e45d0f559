"""Normalisation: the words of an annotation become names of the vocabulary, by a table that is data (`names.yaml`).

    "traffic lights" -> traffic_light        noun: singular, joined by _
    "standing on"    -> on                   predicate: folded, then looked up among the relations
    "in"             -> _in                  a name of the reference's

Predicates are a closed list: the categories' members and `further_relations`. Nouns and attributes are open unless the
table lists them. What is unknown is left out of the scene, and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import ConfigDict, model_validator

from neurona.errors import nearest_name
from neurona.programs.facts import Fact
from neurona.programs.vocabulary import RESERVED
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.validated import Section, read_yaml_as


def named_alike(forms: Sequence[Fact]) -> list[Fact]:
    """The forms of one fact that have the name of the first in order: one of `on` and `under`; `beside` both ways round."""
    name = min(form.name for form in forms)
    return [form for form in forms if form.name == name]


@dataclass(frozen=True)
class Forms:
    """All forms of a fact, itself first.

    Attributes:
        opposite: r -> the relation that holds of (y, x) exactly where r holds of (x, y).
    """

    opposite: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, fact: Fact) -> tuple[Fact, ...]:
        if len(fact.arguments) != 2 or fact.name not in self.opposite:
            return (fact,)
        return (fact, Fact(self.opposite[fact.name], fact.arguments[::-1]))


class NameTable(Section):
    """What `names.yaml` holds; the file's comments say what each key means."""

    model_config = ConfigDict(strict=True, ignored_types=(cached_property,))
    categories: dict[str, list[str]] = {}
    further_relations: list[str] = []
    inverse: list[list[str]] = []
    symmetric: list[str] = []
    predicates: dict[str, str] = {}
    attributes: dict[str, str] = {}
    nouns: dict[str, str] = {}
    plural_endings: list[list[str]] = []
    invariable: list[str] = []
    known_nouns: list[str] = []
    known_attributes: list[str] = []

    @model_validator(mode="after")
    def _consistent(self) -> NameTable:
        members = [word for words in self.categories.values() for word in words] + self.further_relations
        if repeated := sorted(word for word, times in Counter(members).items() if times > 1):
            raise ValueError(f"relations {repeated} stand more than once")
        for word in [*self.symmetric, *(word for pair in self.inverse for word in pair)]:
            if word not in members:
                raise ValueError(f"{word!r} is no relation of the table{nearest_name(word, members)}")
        if any(len(pair) != 2 for pair in [*self.inverse, *self.plural_endings]):
            raise ValueError("inverse and plural_endings are lists of pairs")
        for phrase in self.predicates:
            _followed(phrase, self.predicates)
        return self

    @classmethod
    def read(cls, path: Path | None = None) -> NameTable:
        """The table in a YAML file; the one that comes with Neurona when None.

        Raises:
            DataError: missing file, bad YAML, unknown key, or a table that contradicts itself.
        """
        path = path or Path(__file__).with_name("names.yaml")
        return read_yaml_as(cls, path)

    @cached_property
    def relations(self) -> dict[str, str | None]:
        """Every relation, in the table's order, and its category."""
        listed = {word: name for name, words in self.categories.items() for word in words}
        return {**listed, **dict.fromkeys(self.further_relations)}

    @cached_property
    def opposite(self) -> dict[str, str]:
        """r -> the relation that holds of (y, x) exactly where r holds of (x, y)."""
        pairs = [*self.inverse, *((b, a) for a, b in self.inverse), *((word, word) for word in self.symmetric)]
        return {a: b for a, b in pairs}  # noqa: C416 - the pairs are lists

    @cached_property
    def forms(self) -> Forms:
        """A fact -> itself, and its inverse or symmetric form where there is one."""
        return Forms(self.opposite)

    def noun(self, phrase: str) -> str | None:
        """Name of a noun, None where the table does not know it. A noun that is also a relation gets `_noun` at its end."""
        words = _plain(phrase)
        if (whole := " ".join(words)) in self.nouns:
            name = _identifier(self.nouns[whole])
        else:
            name = _identifier(" ".join([*words[:-1], *map(self._singular, words[-1:])]))
        name = f"{name}_noun" if name in self.relations else name
        return name if name and name in (self.known_nouns or (name,)) else None

    def _singular(self, word: str) -> str:
        if word in self.invariable or len(word) < 4:
            return word
        if word in self.nouns:
            return self.nouns[word]
        ending = next((pair for pair in self.plural_endings if word.endswith(pair[0])), ("", ""))
        return word.removesuffix(ending[0]) + ending[1]

    def attribute(self, phrase: str) -> str | None:
        """Name of an attribute, None where the table does not know it. One that is also a relation gets `_attribute`."""
        name = _identifier(_followed(" ".join(_plain(phrase)), self.attributes))
        name = f"{name}_attribute" if name in self.relations else name
        return name if name and name in (self.known_attributes or (name,)) else None

    def predicate(self, phrase: str) -> str | None:
        """Name of a relation, None where the table does not know it."""
        # An underscore at the front belongs to the name (_in); elsewhere it stands for a blank.
        if phrase.strip() in self.relations:
            return phrase.strip()
        name = _identifier(_followed(" ".join(_plain(phrase)), self.predicates))
        return name if name in self.relations else None


class Normalised(NamedTuple):
    """Scenes in names of the vocabulary.

    Attributes:
        scenes: those of which at least one thing is known.
        unknown: (`noun`, `attribute` or `predicate`; the word) -> how often it was left out.
        lost: images whose scene had no known thing.
    """

    scenes: tuple[SceneGraph, ...]
    unknown: Counter[tuple[str, str]]
    lost: tuple[str, ...]


def normalise(scenes: Iterable[SceneGraph], table: NameTable) -> Normalised:
    """Every word of the scenes by the table; unknown words are left out and counted."""
    cache: dict[tuple[str, str], str | None] = {}
    unknown: Counter[tuple[str, str]] = Counter()
    readers = {"noun": table.noun, "attribute": table.attribute, "predicate": table.predicate}

    def name(kind: str, word: str) -> str | None:
        if (kind, word) not in cache:
            cache[kind, word] = readers[kind](word)
        if cache[kind, word] is None:
            unknown[kind, word] += 1
        return cache[kind, word]

    def fact(found: Fact) -> Fact | None:
        kind = ("noun", "attribute", "predicate")[len(found.arguments)]
        names = [name(kind, found.name), *(name("noun", word) for word in found.arguments)]
        known = [word for word in names if word is not None]
        return Fact(known[0], tuple(known[1:])) if len(known) == len(names) else None

    kept, lost = [], []
    for scene in scenes:
        place: dict[int, int] = {}
        things: list[Thing] = []
        for k, thing in enumerate(scene.things):
            if (noun := name("noun", thing.name)) is not None:
                place[k] = len(things)
                words = {word for given in thing.attributes if (word := name("attribute", given)) is not None}
                things.append(Thing(noun, tuple(sorted(words))))
        links = [
            (place.get(link.subject), name("predicate", link.predicate), place.get(link.object))
            for link in scene.relationships
        ]
        relationships = tuple(Relationship(a, r, b) for a, r, b in links if a is not None and r and b is not None)
        if not things:
            lost.append(scene.image)
            continue
        denied = frozenset(known for given in scene.denied if (known := fact(given)) is not None)
        stated = SceneGraph(scene.image, tuple(things), relationships, frozenset(), scene.complete)
        # Folding may make one word of a stated and a denied one (drink, eat): what is stated wins.
        kept.append(SceneGraph(scene.image, stated.things, relationships, denied - stated.facts, scene.complete))
    return Normalised(tuple(kept), unknown, tuple(lost))


def _plain(phrase: str) -> list[str]:
    return re.sub(r"[\W_]+", " ", phrase.lower().replace("'s", "")).split()


def _identifier(phrase: str) -> str:
    name = re.sub(r"\W+", "_", phrase, flags=re.ASCII).rstrip("_") if phrase else ""
    return f"_{name}" if name in RESERVED or name[:1].isdigit() else name


def _followed(phrase: str, table: Mapping[str, str]) -> str:
    seen = [phrase]
    while (phrase := table.get(phrase, phrase)) != seen[-1]:
        if phrase in seen:
            raise ValueError(f"{' -> '.join([*seen, phrase])} goes round in a circle")
        seen.append(phrase)
    return phrase
