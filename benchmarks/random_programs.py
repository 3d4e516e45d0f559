"""Random programs about scenes: 1 to 4 words, connectives, quantifiers, counts and descriptions, well typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from neurona.programs import Query, Vocabulary, check
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Comparison,
    Count,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    Term,
    The,
    Variable,
    names,
)

MAX_WORDS = 4
MAX_DEPTH = 3
FORMS = ("exists", "forall", "count", "described", "not", "and", "or", "implies", "iff")
_COMPARISONS: tuple[Comparison, ...] = (">", "<", ">=", "<=", "=", "!=")


def random_programs(
    rng: np.random.Generator,
    vocabulary: Vocabulary,
    n: int,
    things: Collection[str],
    likely: Sequence[str] = (),
) -> list[Query]:
    """Closed formulas of 1 to 4 words and a depth of connectives and quantifiers of up to 3, each asked once.

    Args:
        rng: seeded.
        vocabulary: words; defined words are used too.
        n: how many.
        things: words that are nouns; descriptions (`the y. bat(y)`) are made of them.
        likely: nouns that half of all nouns are drawn from, such as those of the scenes that are asked about.
    """
    writer = _Writer(rng, vocabulary, things, likely)
    found: dict[Query, None] = {}
    while len(found) < n:
        program = writer.closed(int(rng.integers(1, MAX_WORDS + 1)), int(rng.integers(1, MAX_DEPTH + 1)))
        if 1 <= len(names(program)) <= MAX_WORDS:
            check(program, vocabulary)
            found.setdefault(program)
    return list(found)


def form_of(program: Query) -> str:
    """The outermost form of a program: one of `FORMS`, what a denial denies standing for it."""
    match program:
        case Exists():
            return "exists"
        case Forall():
            return "forall"
        case Compare():
            return "count"
        case Atom():
            return "described"
    return type(program).__name__.lower()


class _Writer:
    def __init__(
        self, rng: np.random.Generator, vocabulary: Vocabulary, things: Collection[str], likely: Sequence[str]
    ):
        self.rng, self.vocabulary, self.likely = rng, vocabulary, tuple(likely)
        self.nouns = tuple(word for word in vocabulary.concepts if word in things)
        self.attributes = tuple(word for word in vocabulary.concepts if word not in things)
        self.defined, self.relations = tuple(vocabulary.definitions), vocabulary.relations

    def pick(self, words: Sequence[str]) -> str:
        return words[int(self.rng.integers(len(words)))]

    def noun(self) -> str:
        return self.pick(self.likely if self.likely and self.rng.random() < 0.5 else self.nouns)

    def closed(self, words: int, depth: int) -> Formula:
        """A formula without free variables of about that many words."""
        choice = self.rng.random()
        if depth > 1 and choice < 0.15:
            return Not(self.closed(words, depth - 1))
        if depth > 1 and words > 1 and choice < 0.5:
            left = int(self.rng.integers(1, words))
            return self.joined(self.closed(left, depth - 1), self.closed(words - left, depth - 1))
        if words > 1 and choice < 0.6:
            return self.described(words)
        body = self.open("x", (), words, depth - 1)
        if choice < 0.8:
            return Exists("x", body)
        if choice < 0.9:
            # Of a few things, rather than of all that there are.
            return Forall("x", Implies(Atom(self.noun(), (Variable("x"),)), body) if words < MAX_WORDS else body)
        return Compare(self.pick(_COMPARISONS), Count("x", body), Number(int(self.rng.integers(0, 4))))  # type: ignore[arg-type]

    def described(self, words: int) -> Formula:
        if words > 2 and self.relations:
            return Atom(self.pick(self.relations), (self.the("x"), self.the("y")))
        return Atom(self.pick(self.attributes or self.nouns), (self.the("x"),))

    def the(self, variable: str) -> Term:
        return The(variable, Atom(self.noun(), (Variable(variable),)))

    def open(self, variable: str, others: tuple[str, ...], words: int, depth: int) -> Formula:
        """A formula about a variable, and perhaps others, of about that many words."""
        if words <= 1:
            return self.word(variable, others)
        choice = self.rng.random()
        if depth > 0 and choice < 0.15:
            return Not(self.open(variable, others, words, depth - 1))
        if words > 1 and self.relations and choice < 0.4:
            relation = Atom(self.pick(self.relations), (Variable(variable), self.the("z")))
            return relation if words == 2 else And((self.open(variable, others, words - 2, depth - 1), relation))
        if depth > 0 and words > 1 and self.relations and not others and choice < 0.6:
            kind = Exists if self.rng.random() < 0.7 else Forall
            inner = And if kind is Exists else Or
            linked = Atom(self.pick(self.relations), (Variable(variable), Variable("y")))
            return kind("y", inner((self.open("y", (variable,), words - 1, depth - 1), linked)))
        left = int(self.rng.integers(1, words))
        return self.joined(
            self.open(variable, others, left, depth - 1), self.open(variable, others, words - left, depth - 1)
        )

    def word(self, variable: str, others: tuple[str, ...]) -> Formula:
        """A noun in one case of two, else an attribute, a defined word or a relation to another variable."""
        x, choice = Variable(variable), self.rng.random()
        if others and self.relations and choice < 0.2:
            return Atom(self.pick(self.relations), (x, Variable(self.pick(others))))
        rest = (*self.attributes, *self.defined)
        return Atom(self.pick(rest) if rest and choice > 0.6 else self.noun(), (x,))

    def joined(self, left: Formula, right: Formula) -> Formula:
        kind = self.pick(("and", "and", "or", "or", "implies", "iff"))
        if kind in ("and", "or"):
            return (And if kind == "and" else Or)((left, right))
        return (Implies if kind == "implies" else Iff)(left, right)
