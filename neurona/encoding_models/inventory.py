"""All facts that scenes of some words may have, numbered, so that features and prior of many facts are array lookups.

    a          a noun's number
    q(a)       A + q A + a
    r(a, b)    A + Q A + (r A + a) A + b          A nouns, Q attributes; one form of each fact

The prior of a fact given its things takes its arguments as independent given the word, which leaves room for combinations that
training lacks: P(r) P(a | subject of r) P(b | object of r) / (P(a) P(b)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from neurona.encoding_models.bindings import (
    ATTRIBUTE,
    ATTRIBUTE_OBJECT,
    CONCEPT,
    OBJECT,
    RELATION,
    RELATION_OBJECT,
    RELATION_SUBJECT,
    SUBJECT,
    Bindings,
)
from neurona.scenes.scene_graph import Fact

_LEAST, _MOST = 1e-4, 0.9
"""Range of prior probabilities."""


@dataclass(frozen=True)
class Inventory:
    """Facts made of the words that training has.

    Attributes:
        bindings: features of facts.
        rate: how often each feature occurs in a training scene.
        scenes: how many training scenes there were.
    """

    bindings: Bindings
    rate: Float[np.ndarray, " feature"]
    scenes: int

    @cached_property
    def nouns(self) -> tuple[str, ...]:
        return self._words(CONCEPT)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        return self._words(ATTRIBUTE)

    @cached_property
    def relations(self) -> tuple[str, ...]:
        return self._words(RELATION)

    def _words(self, band: str) -> tuple[str, ...]:
        return tuple(one.words[0] for one in self.bindings.features if one.band == band)

    @cached_property
    def _place(self) -> dict[str, dict[str, int]]:
        return {
            band: {word: k for k, word in enumerate(words)}
            for band, words in ((CONCEPT, self.nouns), (ATTRIBUTE, self.attributes), (RELATION, self.relations))
        }

    @cached_property
    def _columns(self) -> dict[str, np.ndarray]:
        """Columns of each band by word and noun; D, one past the last, where there is no such feature."""
        nouns, place = self._place[CONCEPT], self._place
        size = {ATTRIBUTE_OBJECT: (len(self.attributes), len(nouns)), SUBJECT: (len(nouns),), OBJECT: (len(nouns),)}
        size |= dict.fromkeys((RELATION_SUBJECT, RELATION_OBJECT), (len(self.relations), len(nouns)))
        size |= {CONCEPT: (len(nouns),), ATTRIBUTE: (len(self.attributes),), RELATION: (len(self.relations),)}
        found = {band: np.full(shape, len(self.bindings)) for band, shape in size.items()}
        first = {ATTRIBUTE: ATTRIBUTE, ATTRIBUTE_OBJECT: ATTRIBUTE, RELATION: RELATION}
        first |= {RELATION_SUBJECT: RELATION, RELATION_OBJECT: RELATION}
        for k, one in enumerate(self.bindings.features):
            at = [place[first.get(one.band, CONCEPT)].get(one.words[0])]
            if len(one.words) > 1:
                at.append(nouns.get(one.words[1]))
            if None not in at:
                found[one.band][tuple(at)] = k
        return found

    @cached_property
    def _symmetric(self) -> np.ndarray:
        """Which relations hold both ways round."""
        a, b = "a", "b"
        forms = [self.bindings.forms(Fact(word, (a, b))) for word in self.relations]
        return np.array([Fact(word, (b, a)) in of for word, of in zip(self.relations, forms, strict=True)], dtype=bool)

    def number(self, fact: Fact) -> int | None:
        """A fact's number; None where training has not its words."""
        fact = self.bindings.canonical(fact)
        n, q = len(self.nouns), len(self.attributes)
        band = (CONCEPT, ATTRIBUTE, RELATION)[len(fact.arguments)]
        word = self._place[band].get(fact.name)
        things = [self._place[CONCEPT].get(noun) for noun in fact.arguments]
        if word is None or None in things:
            return None
        match things:
            case []:
                return word
            case [int(a)]:
                return n + word * n + a
            case [int(a), int(b)]:
                return n + q * n + (word * n + a) * n + b
        return None

    def split(self, numbers: Int[np.ndarray, " fact"]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Number of arguments, word, subject and object of each fact; -1 where it has none."""
        n, q = len(self.nouns), len(self.attributes)
        arity = (numbers >= n).astype(np.int64) + (numbers >= n + q * n)
        rest = numbers - np.where(arity == 2, n + q * n, np.where(arity == 1, n, 0))
        word = np.where(arity == 2, rest // max(n * n, 1), np.where(arity == 1, rest // max(n, 1), rest))
        subject = np.where(arity == 2, rest // max(n, 1) % max(n, 1), np.where(arity == 1, rest % max(n, 1), -1))
        return arity, word, subject, np.where(arity == 2, rest % max(n, 1), -1)

    def fact(self, number: int) -> Fact:
        """The fact of a number."""
        arity, word, subject, object_ = (int(part[0]) for part in self.split(np.array([number])))
        name = (self.nouns, self.attributes, self.relations)[arity][word]
        return Fact(name, tuple(self.nouns[k] for k in (subject, object_) if k >= 0))

    def said_of(self, things: Int[np.ndarray, " thing"]) -> Int[np.ndarray, " fact"]:
        """All attributes and relations of some nouns."""
        n, q, r = len(self.nouns), len(self.attributes), len(self.relations)
        attributes = n + np.arange(q)[:, None] * n + things
        a, b = (part.reshape(-1) for part in np.meshgrid(things, things, indexing="ij"))
        pairs = n + q * n + (np.arange(r)[:, None] * n + a) * n + b
        ordered = (a != b) & ~(
            self._symmetric[:, None] & np.array([self.nouns[k] for k in a] > np.array([self.nouns[k] for k in b]))
        )
        return np.concatenate([attributes.reshape(-1), pairs[ordered]])

    def rows(self, numbers: Int[np.ndarray, " fact"]) -> tuple[Int[np.ndarray, "fact 9"], Float[np.ndarray, "fact 9"]]:
        """Columns and values of facts' features; column D, of value 0, pads."""
        arity, word, a, b = self.split(numbers)
        columns = np.full((len(numbers), 9), len(self.bindings))
        values = np.zeros((len(numbers), 9), np.float32)
        of = self._columns
        one, two, three = (np.flatnonzero(arity == k) for k in range(3))
        columns[one, 0] = of[CONCEPT][word[one]]
        columns[two, 0], columns[two, 1] = of[ATTRIBUTE][word[two]], of[ATTRIBUTE_OBJECT][word[two], a[two]]
        values[one, 0] = values[two, :2] = 1.0
        if len(three):
            w, x, y = word[three], a[three], b[three]
            both = self._symmetric[w]
            half = np.where(both, 0.5, 1.0)
            columns[three, 0], values[three, 0] = of[RELATION][w], 1.0
            # Of a symmetric relation, half each way.
            parts = [of[SUBJECT][x], of[OBJECT][y], of[RELATION_SUBJECT][w, x], of[RELATION_OBJECT][w, y]]
            for k, part in enumerate(parts, start=1):
                columns[three, k], values[three, k] = part, half
            turned = [of[SUBJECT][y], of[OBJECT][x], of[RELATION_SUBJECT][w, y], of[RELATION_OBJECT][w, x]]
            for k, part in enumerate(turned, start=5):
                columns[three, k], values[three, k] = np.where(both, part, len(self.bindings)), np.where(both, 0.5, 0.0)
        return columns, np.where(columns < len(self.bindings), values, 0.0).astype(np.float32)

    def log_odds(self, numbers: Int[np.ndarray, " fact"]) -> Float[np.ndarray, " fact"]:
        """Of each fact beforehand, given that its things are there."""
        share = np.clip(self._given(numbers), _LEAST, _MOST)
        return np.log(share / (1 - share))

    def _rate(self, band: str) -> np.ndarray:
        found: np.ndarray = np.append(self.rate, 0.0)[self._columns[band]] + 1 / self.scenes
        return found

    def _given(self, numbers: np.ndarray) -> np.ndarray:
        arity, word, a, b = self.split(numbers)
        nouns, floor = self._rate(CONCEPT), 1 / self.scenes
        found = np.zeros(len(numbers))
        one, two, three = (np.flatnonzero(arity == k) for k in range(3))
        found[one] = nouns[word[one]]
        if len(two):
            found[two] = (self._rate(ATTRIBUTE_OBJECT)[word[two], a[two]] - 0.75 * floor) / nouns[a[two]]
        if len(three):
            total = self._rate(RELATION)[word[three]]
            as_subject = self._rate(RELATION_SUBJECT)[word[three], a[three]] - 0.75 * floor
            as_object = self._rate(RELATION_OBJECT)[word[three], b[three]] - 0.75 * floor
            found[three] = as_subject * as_object / total / (nouns[a[three]] * nouns[b[three]])
        return found
