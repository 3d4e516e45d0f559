"""The vocabulary: which words a query may use, and what an ontology says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from neurona.errors import DataError, nearest_name

RESERVED = frozenset(
    [
        "exists",
        "forall",
        "count",
        "the",
        "describe",
        "iota",
        "lambda",
        "not",
        "and",
        "or",
        "implies",
        "iff",
        "greater_than",
        "less_than",
        "greater_equal",
        "less_equal",
        "equal",
        "not_equal",
    ]
)
"""Words of the language itself, in one surface or another."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Vocabulary:
    """Concepts, relations, categories and definitions.

    Attributes:
        concepts: unary predicates that are scored on entities, in the order of the score arrays.
        relations: binary predicates that are scored on ordered pairs of entities, in their order.
        categories: named sets of concepts, or of relations, that a `describe` question chooses from.
        definitions: further unary concepts defined by the ontology as a formula over the variable x in
            logic syntax, e.g. `{"animate": "face(x) | cat(x)"}`. They are expanded before execution.
        axioms: further truths of the ontology in logic syntax, e.g. `forall x. face(x) -> ~house(x)`.
        exclusive: categories of concepts of which each recording shows exactly one, as one thing: its label.
        paired: relations between the things of two recordings that are taken for one scene, as formulas over x and y, e.g.
            `{"above": "upper(x) & lower(y)"}`; single recordings cannot be asked for them (see `pairs`).

    Raises:
        DataError: names that are none, that repeat, or that something else refers to and nobody has.

    Examples:
        >>> import neurona as nr
        >>> words = nr.Vocabulary(("face", "cat"), relations=("on",), definitions={"animate": "face(x) | cat(x)"})
        >>> words.arity("animate"), words.arity("on"), words.arity("dog")
        (1, 2, None)
    """

    concepts: tuple[str, ...]
    relations: tuple[str, ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    axioms: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    paired: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "concepts", tuple(self.concepts))
        object.__setattr__(self, "relations", tuple(self.relations))
        object.__setattr__(self, "axioms", tuple(self.axioms))
        object.__setattr__(self, "exclusive", tuple(self.exclusive))
        object.__setattr__(self, "categories", MappingProxyType({k: tuple(v) for k, v in self.categories.items()}))
        object.__setattr__(self, "definitions", MappingProxyType(dict(self.definitions)))
        object.__setattr__(self, "paired", MappingProxyType(dict(self.paired)))
        words = [*self.concepts, *self.definitions, *self.relations, *self.paired]
        for word in [*words, *self.categories]:
            if not _NAME.fullmatch(word):
                raise DataError(f"vocabulary: {word!r} is not a name (letters, digits and _, no digit first)")
            if word in RESERVED:
                raise DataError(f"vocabulary: {word!r} is a word of the query language; choose another name")
        repeated = {word for word in words if words.count(word) > 1}
        if repeated:
            raise DataError(f"vocabulary: {sorted(repeated)} stand more than once")
        for category, members in self.categories.items():
            if len(members) < 2:
                raise DataError(f"vocabulary: category {category!r} needs two members or more, has {members}")
            for member in members:
                if self.arity(member) is None:
                    raise DataError(
                        f"vocabulary: category {category!r}: unknown {member!r}{nearest_name(member, words)}"
                    )
            if len({member in self.relations for member in members}) > 1:
                raise DataError(f"vocabulary: category {category!r} mixes concepts and relations")
        for category in self.exclusive:
            if category not in self.categories:
                hint = nearest_name(category, self.categories)
                raise DataError(f"vocabulary: exclusive: no category {category!r}{hint}")
            for member in self.categories[category]:
                if member not in self.concepts:
                    raise DataError(
                        f"vocabulary: exclusive category {category!r}: {member!r} is no concept that a thing shows"
                    )

    def arity(self, word: str) -> int | None:
        """1 for a concept or a defined concept, 2 for a relation, None for an unknown word."""
        if word in self.concepts or word in self.definitions:
            return 1
        return 2 if word in self.relations else None

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it; `from_plain` gives it back."""
        return {
            "concepts": list(self.concepts),
            "relations": list(self.relations),
            "categories": {name: list(members) for name, members in self.categories.items()},
            "definitions": dict(self.definitions),
            "axioms": list(self.axioms),
            "exclusive": list(self.exclusive),
            "paired": dict(self.paired),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Vocabulary:
        """The vocabulary that `plain` wrote.

        Raises:
            DataError, KeyError, TypeError: it is damaged.
        """
        return cls(
            concepts=tuple(plain["concepts"]),
            relations=tuple(plain["relations"]),
            categories={name: tuple(members) for name, members in plain["categories"].items()},
            definitions=dict(plain["definitions"]),
            axioms=tuple(plain["axioms"]),
            exclusive=tuple(plain.get("exclusive", ())),
            paired=dict(plain.get("paired", {})),
        )

    def __reduce__(self) -> tuple[type[Vocabulary], tuple[Any, ...]]:
        """Read-only mappings cannot be pickled or copied; dicts can, and are made read-only again."""
        own = (
            self.concepts,
            self.relations,
            dict(self.categories),
            dict(self.definitions),
            self.axioms,
            self.exclusive,
            dict(self.paired),
        )
        return Vocabulary, own

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Every question is looked up by its vocabulary, and vocabularies are long.
        return hash((self.concepts, self.relations, tuple(self.categories.items()), self.exclusive))
