"""All facts that scenes of some words may have, numbered, so that features and prior of many facts are array lookups.

    a          a noun's number
    q(a)       A + q A + a
    r(a, b)    A + Q A + (r A + a) A + b          A nouns, Q attributes; one form of each fact

The prior of a fact given its things takes its arguments as independent given the word, which leaves room for combinations that
training lacks: P(r) P(a | subject of r) P(b | object of r) / (P(a) P(b)).

Axioms: of two words that exclude each other, no thing has both. Facts of one thing that break one are `excluded` from each
other; a fact that excludes its own noun is never true.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

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
from neurona.programs.facts import Fact

_LEAST, _MOST = 1e-4, 0.9
"""Range of prior probabilities."""
NEVER = -1e3
"""Log odds of what the axioms rule out."""


@dataclass(frozen=True)
class SceneSpace:
    """Facts made of the words that training has.

    Attributes:
        bindings: features of facts.
        rate: how often each feature occurs in a training scene.
        scenes: how many training scenes there were.
        disjoint: pairs of concepts that no thing has both of (axioms of the vocabulary); words that training lacks may stand here.
    """

    bindings: Bindings
    rate: Float[np.ndarray, " feature"]
    scenes: int
    disjoint: frozenset[frozenset[str]] = frozenset()

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

    @property
    def noun_columns(self) -> Int[np.ndarray, " noun"]:
        """The feature that is each noun's own."""
        return self._columns[CONCEPT]

    @cached_property
    def excludes(self) -> Bool[np.ndarray, "concept concept"]:
        """Which concepts exclude each other, nouns before attributes."""
        place = {word: k for k, word in enumerate(self.nouns + self.attributes)}
        found = np.zeros((len(place), len(place)), bool)
        for pair in self.disjoint:
            if len(pair) == 2 and pair <= place.keys():
                a, b = (place[word] for word in pair)
                found[a, b] = found[b, a] = True
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
        starts = np.array([0, n, n + q * n])
        arity = np.searchsorted(starts[1:], numbers, side="right")
        word, things = np.divmod(numbers - starts[arity], np.array([1, max(n, 1), max(n * n, 1)])[arity])
        first, last = np.divmod(things, max(n, 1))
        two = arity == 2
        return arity, word, np.where(two, first, np.where(arity == 1, last, -1)), np.where(two, last, -1)

    def fact(self, number: int) -> Fact:
        """The fact of a number."""
        return self.facts(np.array([number]))[0]

    def facts(self, numbers: Int[np.ndarray, " fact"]) -> list[Fact]:
        """The facts of numbers."""
        made, listed = self._made, numbers.tolist()
        new = np.array([number for number in dict.fromkeys(listed) if number not in made], np.int64)
        bands, nouns = (self.nouns, self.attributes, self.relations), self.nouns
        parts = (part.tolist() for part in self.split(new))
        for number, arity, word, a, b in zip(new.tolist(), *parts, strict=True):
            made[number] = Fact(bands[arity][word], tuple(nouns[k] for k in (a, b) if k >= 0))
        return [made[number] for number in listed]

    @cached_property
    def _made(self) -> dict[int, Fact]:
        """Facts by number: many recordings hold the same."""
        return {}

    def with_things(
        self, numbers: Int[np.ndarray, " fact"], turn: int, things: Int[np.ndarray, " thing"]
    ) -> Int[np.ndarray, "thing fact"]:
        """Facts that say the same of other nouns, in place of the first (turn 0) or of the second (turn 1); -2 where there is none."""
        n, q = len(self.nouns), len(self.attributes)
        arity, word, a, b = self.split(numbers)
        other = np.broadcast_to(things[:, None], (len(things), len(numbers)))
        a, b = (other, b) if turn == 0 else (a, other)
        turned = (arity == 2) & np.append(self._symmetric, False)[np.where(arity == 2, word, -1)] & (a > b)
        a, b = np.where(turned, b, a), np.where(turned, a, b)
        one, two = n + word * n + a, n + q * n + (word * n + a) * n + b
        fits = (arity == 2) & (a != b) if turn else (arity == 1) | ((arity == 2) & (a != b))
        return np.where(fits, np.where(arity == 1, one, two), -2)

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

    @cached_property
    def silence(self) -> tuple[Float[np.ndarray, " noun"], Float[np.ndarray, "noun noun"]]:
        """Log probability that nothing is said of a noun that is there, and that no relation joins two that are."""
        n, q = len(self.nouns), len(self.attributes)
        said = self.log_odds(n + np.arange(q * n)).reshape(q, n)
        every = self.said_of(np.arange(n))
        arity, _, a, b = self.split(every)
        joined = arity == 2
        pairs = np.zeros((n, n))
        np.add.at(pairs, (a[joined], b[joined]), -np.logaddexp(0.0, self.log_odds(every[joined])))
        return -np.logaddexp(0.0, said).sum(axis=0), pairs + pairs.T

    def log_odds(self, numbers: Int[np.ndarray, " fact"]) -> Float[np.ndarray, " fact"]:
        """Of each fact beforehand, given that its things are there, between -9.2 and 2.2; `NEVER` where an axiom rules it out."""
        parts = self.split(numbers)
        share = np.clip(self._given(*parts), _LEAST, _MOST)
        odds = np.log(share / (1 - share))
        if self.disjoint:
            arity, word, thing, _ = parts
            one = arity == 1
            odds[one] = np.where(self.excludes[thing[one], len(self.nouns) + word[one]], NEVER, odds[one])
        return odds

    def excluded(
        self, numbers: Int[np.ndarray, " fact"], others: Int[np.ndarray, " other"]
    ) -> Bool[np.ndarray, "fact other"]:
        """Which facts cannot hold together: attributes of one thing that exclude each other."""
        found = np.zeros((len(numbers), len(others)), bool)
        if self.disjoint:
            arity, word, thing, _ = self.split(numbers)
            to, words, things, _ = self.split(others)
            one, two = np.flatnonzero(arity == 1), np.flatnonzero(to == 1)
            n = len(self.nouns)
            both = self.excludes[n + word[one][:, None], n + words[two]]
            found[np.ix_(one, two)] = both & (thing[one][:, None] == things[two])
        return found

    @cached_property
    def _rates(self) -> dict[str, np.ndarray]:
        """Rate of each band's features, by word and noun, with one scene more that has it."""
        padded = np.append(self.rate, 0.0)
        return {band: padded[columns] + 1 / self.scenes for band, columns in self._columns.items()}

    def _given(self, arity: np.ndarray, word: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        nouns, floor = self._rates[CONCEPT], 1 / self.scenes
        found = np.zeros(len(arity))
        one, two, three = (np.flatnonzero(arity == k) for k in range(3))
        found[one] = nouns[word[one]]
        if len(two):
            found[two] = (self._rates[ATTRIBUTE_OBJECT][word[two], a[two]] - 0.75 * floor) / nouns[a[two]]
        if len(three):
            total = self._rates[RELATION][word[three]]
            as_subject = self._rates[RELATION_SUBJECT][word[three], a[three]] - 0.75 * floor
            as_object = self._rates[RELATION_OBJECT][word[three], b[three]] - 0.75 * floor
            found[three] = as_subject * as_object / total / (nouns[a[three]] * nouns[b[three]])
        return found
