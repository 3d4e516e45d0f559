"""Facts of a scene as bindings: one row of features, to which the response is linear.

    Fact("bat")                    concept:bat
    Fact("red", ("ball",))         attribute:red, attribute x object:red+ball
    Fact("hold", ("man", "bat"))   relation:hold, subject:man, object:bat, relation x subject:hold+man, relation x object:hold+bat

A scene's row is the sum over its facts, so that an unseen combination inherits from its parts: `hold(man, bat)` is known
from other things that men hold and from others that hold bats. A fact with several forms is one fact: of `on` and `under` one
name stands for both, and a relation that holds both ways round (`beside`) has the mean of the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from neurona.programs.facts import Fact
from neurona.scenes.names import Forms, named_alike

CONCEPT, ATTRIBUTE, ATTRIBUTE_OBJECT = "concept", "attribute", "attribute x object"
RELATION, SUBJECT, OBJECT = "relation", "subject", "object"
RELATION_SUBJECT, RELATION_OBJECT = "relation x subject", "relation x object"
PRODUCTS = (ATTRIBUTE_OBJECT, RELATION_SUBJECT, RELATION_OBJECT)
"""Bands of a word with a noun that takes part in it."""
BANDS = (CONCEPT, ATTRIBUTE, ATTRIBUTE_OBJECT, RELATION, SUBJECT, OBJECT, RELATION_SUBJECT, RELATION_OBJECT)
"""Features are penalised band by band."""

PARENTS = {
    SUBJECT: CONCEPT,
    OBJECT: CONCEPT,
    ATTRIBUTE_OBJECT: ATTRIBUTE,
    RELATION_SUBJECT: RELATION,
    RELATION_OBJECT: RELATION,
}
"""A binding is carried where its first word is carried."""


ONE_FORM = Forms()
"""Of facts whose relations have neither inverse nor symmetry."""

Row: TypeAlias = dict[Any, Any]
"""Features of one fact or hypothesis: column (int) -> value (float). Not spelt out, so that tests need not check every cell."""


class Binding(NamedTuple):
    """One feature: its band and its words."""

    band: str
    words: tuple[str, ...]


def bindings_of(fact: Fact) -> tuple[Binding, ...]:
    """The features of one form of a fact."""
    match fact.arguments:
        case ():
            return (Binding(CONCEPT, (fact.name,)),)
        case (noun,):
            return (Binding(ATTRIBUTE, (fact.name,)), Binding(ATTRIBUTE_OBJECT, (fact.name, noun)))
        case (subject, object_):
            return (
                Binding(RELATION, (fact.name,)),
                Binding(SUBJECT, (subject,)),
                Binding(OBJECT, (object_,)),
                Binding(RELATION_SUBJECT, (fact.name, subject)),
                Binding(RELATION_OBJECT, (fact.name, object_)),
            )
    raise ValueError(f"a fact has at most two arguments, found {fact.arguments}")


@dataclass(frozen=True)
class Bindings:
    """The features that training scenes have, in a fixed order.

    Attributes:
        features: D of them, band by band.
        forms: all forms of a fact, itself first (`NameTable.forms`).
    """

    features: tuple[Binding, ...]
    forms: Forms = ONE_FORM
    place: dict[Binding, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", {feature: k for k, feature in enumerate(self.features)})

    def __len__(self) -> int:
        return len(self.features)

    @classmethod
    def learn(
        cls,
        scenes: Iterable[Iterable[Fact]],
        forms: Forms = ONE_FORM,
        *,
        roles: bool = True,
        least: int = 1,
        most: int = 8000,
    ) -> Bindings:
        """The features of the training scenes.

        Args:
            scenes: facts that hold in each.
            forms: all forms of a fact.
            roles: whether features tell who is subject and who is object.
            least: in how many facts a feature must occur; a rarer one is left to its parts.
            most: so many features are allowed that every word gets one with every noun, seen in training or not.
        """
        counts: Counter[Binding] = Counter()
        for facts in scenes:
            for fact in facts:
                for form in named_alike(forms(fact)):
                    counts.update(bindings_of(form))
        without = () if roles else (SUBJECT, OBJECT, RELATION_SUBJECT, RELATION_OBJECT)
        kept = {one for one, times in counts.items() if times >= least and one.band not in without}
        every = kept | _unseen(kept)
        kept = every if len(every) <= most else kept
        return cls(tuple(sorted(kept, key=lambda one: (BANDS.index(one.band), one.words))), forms)

    @property
    def band(self) -> Int[np.ndarray, " feature"]:
        """Place in `BANDS` of each feature's band."""
        return np.array([BANDS.index(feature.band) for feature in self.features], dtype=np.int64)

    @property
    def parent(self) -> Int[np.ndarray, " feature"]:
        """The feature that tells where a feature is carried: its first word alone; itself where it has none."""
        found = np.arange(len(self))
        for k, feature in enumerate(self.features):
            if feature.band in PARENTS:
                found[k] = self.place.get(Binding(PARENTS[feature.band], feature.words[:1]), k)
        return found

    def row(self, fact: Fact) -> Row:
        """Features of one fact: column -> value. Features that training has not seen are left out."""
        found: Row = {}
        forms = named_alike(self.forms(fact))
        for form in forms:
            for feature in bindings_of(form):
                if (column := self.place.get(feature)) is not None:
                    found[column] = found.get(column, 0.0) + 1 / len(forms)
        return found

    def canonical(self, fact: Fact) -> Fact:
        """The same form for all forms of a fact."""
        return min(self.forms(fact), key=lambda form: (form.name, form.arguments))

    def rows(self, facts: Sequence[Fact]) -> csr_array:
        """Features of facts, `[fact, feature]`."""
        return sparse_rows([self.row(fact) for fact in facts], len(self))

    def design(self, scenes: Sequence[Iterable[Fact]]) -> Float[np.ndarray, "scene feature"]:
        """Features of scenes: the sum over facts, each counted once whatever forms of it are stated."""
        place: dict[Fact, int] = {}
        holds: list[Row] = []
        for facts in scenes:
            stated = {self.canonical(fact) for fact in facts}
            holds.append({place.setdefault(fact, len(place)): 1.0 for fact in sorted(stated, key=_key)})
        if not place:
            return np.zeros((len(scenes), len(self)), np.float32)
        counted = sparse_rows(holds, len(place))
        return (counted @ self.rows(list(place))).toarray().astype(np.float32)


def _unseen(seen: set[Binding]) -> set[Binding]:
    """Every word of a product with every noun."""
    nouns = [one.words[0] for one in seen if one.band == CONCEPT]
    words = {(one.band, one.words[0]) for one in seen if one.band in PRODUCTS}
    return {Binding(band, (word, noun)) for band, word in words for noun in nouns}


def _key(fact: Fact) -> tuple[str, tuple[str, ...]]:
    return fact.name, fact.arguments


def sparse_rows(rows: list[Row], width: int) -> csr_array:
    """Rows of column -> value as a sparse matrix."""
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    values = np.array([value for row in rows for value in row.values()], dtype=np.float32)
    return csr_array((values, columns, starts), shape=(len(rows), width))
