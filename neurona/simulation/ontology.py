"""The ontology of simulated scenes: nouns in a class hierarchy, adjectives and relations with what they apply to.

The tables are data (`ontology.yaml`). Preferences are by class, e.g. `ride: [[person, vehicle, 3], ...]` reads: with
weight 3 a person rides a vehicle. Several predicates fit most pairs of nouns, and relations between animate
things (hold, ride, sit, play, ...) and between any things (beside, next_to, in_front_of) fit both ways round, so that
neither the arguments nor their order give the answer away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import yaml
from jaxtyping import Float

from neurona.programs import Vocabulary


@dataclass(frozen=True)
class Ontology:
    """Words and what may be said with them.

    Attributes:
        parents: parent of each class; the root is `thing`.
        class_of: class of each noun.
        kind_of: kind of each adjective (colour, size, ...).
        classes_of: classes that each adjective applies to.
        category_of: category of each relation.
        preferences: (relation, class of subject, class of object, weight).
        locales: nouns met in each locale, the more frequent ones first.
    """

    parents: dict[str, str]
    class_of: dict[str, str]
    kind_of: dict[str, str]
    classes_of: dict[str, tuple[str, ...]]
    category_of: dict[str, str]
    preferences: tuple[tuple[str, str, str, float], ...]
    locales: dict[str, tuple[str, ...]]

    @property
    def nouns(self) -> tuple[str, ...]:
        return tuple(self.class_of)

    @property
    def adjectives(self) -> tuple[str, ...]:
        return tuple(self.kind_of)

    @property
    def relations(self) -> tuple[str, ...]:
        return tuple(self.category_of)

    def is_a(self, noun: str, name: str) -> bool:
        """Whether the noun belongs to the class, itself or by an ancestor."""
        at: str | None = self.class_of[noun]
        while at is not None and at != name:
            at = self.parents.get(at)
        return at == name

    def fitting_adjectives(self, noun: str) -> tuple[str, ...]:
        """The adjectives that apply to a noun."""
        return tuple(word for word, classes in self.classes_of.items() if any(self.is_a(noun, c) for c in classes))

    @cached_property
    def plausibility(self) -> Float[np.ndarray, "relation noun noun"]:
        """Weight of each relation between a subject and an object, 0 where it does not fit."""
        members = {name: np.array([self.is_a(noun, name) for noun in self.nouns]) for name in (*self.parents, "thing")}
        weights = np.zeros((len(self.relations), len(self.nouns), len(self.nouns)))
        for relation, subject, object_, weight in self.preferences:
            weights[self.relations.index(relation)] += weight * np.outer(members[subject], members[object_])
        return weights

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Nouns and adjectives are concepts; each category of relations is one that `describe` chooses from."""
        categories: dict[str, tuple[str, ...]] = {}
        for relation, category in self.category_of.items():
            categories[category] = (*categories.get(category, ()), relation)
        return Vocabulary((*self.nouns, *self.adjectives), self.relations, categories)

    @cached_property
    def definitions(self) -> dict[str, str]:
        """Each class that has nouns, as its nouns and the classes below it: `animal: bear(x) | pet(x)`."""
        found: dict[str, str] = {}
        for name in reversed(tuple(self.parents)):
            below = [noun for noun, of in self.class_of.items() if of == name]
            below += [one for one in found if self.parents[one] == name]
            if below:
                found[name] = " | ".join(f"{word}(x)" for word in sorted(below))
        return found


@lru_cache(maxsize=8)
def make_ontology(nouns: int = 210, adjectives: int = 40) -> Ontology:
    """The ontology, or its more frequent words.

    Args:
        nouns: how many; they are taken from all locales in turn, the more frequent ones first.
        adjectives: how many; they are taken from all kinds in turn.
    """
    table = yaml.safe_load(Path(__file__).with_name("ontology.yaml").read_text(encoding="utf-8"))
    class_of = {noun: name for name, words in table["nouns"].items() for noun in words}
    by_rank = dict.fromkeys(word for word in chain(*zip_longest(*table["locales"].values())) if word)
    kept = set(list(by_rank)[:nouns])
    kinds = {word: kind for kind, words in table["adjectives"].items() for word in words}
    in_turn = [word for word in chain(*zip_longest(*table["adjectives"].values())) if word][:adjectives]
    return Ontology(
        parents=table["classes"],
        class_of={noun: name for noun, name in class_of.items() if noun in kept},
        kind_of={word: kinds[word] for word in kinds if word in in_turn},
        classes_of={word: tuple(table["adjectives"][kinds[word]][word]) for word in kinds if word in in_turn},
        category_of={word: category for category, words in table["relations"].items() for word in words},
        preferences=tuple(
            (word, subject, object_, float(weight))
            for words in table["relations"].values()
            for word, rows in words.items()
            for subject, object_, weight in rows
        ),
        locales={name: tuple(word for word in words if word in kept) for name, words in table["locales"].items()},
    )
