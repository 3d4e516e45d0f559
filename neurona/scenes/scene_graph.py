"""Scene graphs: the things of a scene, their attributes, and who does what to whom.

A *fact* is what a scene graph says without naming a particular thing: that there is a bat, that a ball is red, that a
person holds a bat. Scene graphs of the same facts answer the same yes/no questions of one relation.
"""

from __future__ import annotations

from dataclasses import dataclass

from neurona.errors import DataError
from neurona.programs.facts import Fact


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a scene: its noun, and its attributes (adjectives) in alphabetical order."""

    name: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relationship:
    """`subject predicate object`; subject and object are places in the scene's list of things."""

    subject: int
    predicate: str
    object: int


@dataclass(frozen=True, slots=True)
class SceneGraph:
    """What is known about one image (or film clip).

    Attributes:
        image: its id.
        things: at least one.
        relationships: between them.
        denied: facts that are known not to hold; what is neither stated nor denied is false where `complete`, else unknown.
        complete: whether everything that holds is stated.
    """

    image: str
    things: tuple[Thing, ...]
    relationships: tuple[Relationship, ...] = ()
    denied: frozenset[Fact] = frozenset()
    complete: bool = True

    def __post_init__(self) -> None:
        if not self.things:
            raise DataError(f"scene {self.image!r}: no things; a scene graph needs at least one")
        for link in self.relationships:
            if not (0 <= link.subject < len(self.things) and 0 <= link.object < len(self.things)):
                raise DataError(
                    f"scene {self.image!r}: relationship {link.predicate!r} points at things {link.subject} and "
                    f"{link.object}, but there are {len(self.things)}"
                )

    @property
    def facts(self) -> frozenset[Fact]:
        """Everything that the scene graph states."""
        nouns = {Fact(thing.name) for thing in self.things}
        attributes = {Fact(word, (thing.name,)) for thing in self.things for word in thing.attributes}
        relations = {
            Fact(link.predicate, (self.things[link.subject].name, self.things[link.object].name))
            for link in self.relationships
        }
        return frozenset(nouns | attributes | relations)
