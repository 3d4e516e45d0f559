"""The programs that engines of logic are compared on: each with its facts, its grounded formula for engines, its rules for ProbLog, and its
probability by a formula of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

import numpy as np

Ground: TypeAlias = Any
"""A grounded formula: a fact `(word, things)`, `("and", parts)`, `("or", parts)` or `("not", part)`."""
Table: TypeAlias = dict[str, np.ndarray]
"""Probabilities of each word's facts: `[row, thing]` or `[row, thing, thing]`."""


@dataclass(frozen=True)
class Case:
    """A program on some things.

    Attributes:
        name: of the family.
        things: how many.
        program: as Neurona reads it.
        words: each with its number of arguments.
        ground: naive: quantifiers expanded, nothing simplified.
        rules: of ProbLog, for `q`.
        oracle: its probability, by hand.
    """

    name: str
    things: int
    program: str
    words: tuple[tuple[str, int], ...]
    ground: Ground
    rules: str
    oracle: Callable[[Table], np.ndarray]

    @cached_property
    def facts(self) -> list[tuple[str, tuple[int, ...]]]:
        """All facts."""
        return [(word, of) for word, arity in self.words for of in product(range(self.things), repeat=arity)]

    def probabilities(self, rows: int) -> np.ndarray:
        """`[row, fact]`, the same for every engine."""
        return np.random.default_rng(self.things).uniform(0.05, 0.6, (rows, len(self.facts)))

    def expected(self, probabilities: np.ndarray) -> np.ndarray:
        """What every engine should find."""
        tables, start = {}, 0
        for word, arity in self.words:
            size = self.things**arity
            shape = (len(probabilities), *[self.things] * arity)
            tables[word] = probabilities[:, start : start + size].reshape(shape)
            start += size
        return self.oracle(tables)


def read_once(n: int) -> Case:
    """Every fact stands once."""
    ground = ("or", [("and", [("a", (x,)), ("b", (x,))]) for x in range(n)])
    return Case(
        "read-once",
        n,
        "exists x. a(x) & b(x)",
        (("a", 1), ("b", 1)),
        ground,
        "q :- a(X), b(X).",
        lambda t: 1 - np.prod(1 - t["a"] * t["b"], axis=1),
    )


def shared(n: int) -> Case:
    """Every a and every b stands in n parts."""
    ground = ("or", [("and", [("a", (x,)), ("b", (y,)), ("r", (x, y))]) for x in range(n) for y in range(n)])

    def oracle(t: Table) -> np.ndarray:
        found = np.zeros(len(t["a"]))
        for chosen in product((False, True), repeat=n):
            there = np.array(chosen)
            weight = np.where(there, t["a"], 1 - t["a"]).prod(axis=1)
            joined = 1 - np.where(there[:, None], 1 - t["r"], 1.0).prod(axis=1)
            found += weight * (1 - (1 - t["b"] * joined).prod(axis=1))
        return found

    return Case(
        "shared facts",
        n,
        "exists x. exists y. a(x) & b(y) & r(x, y)",
        (("a", 1), ("b", 1), ("r", 2)),
        ground,
        "q :- a(X), b(Y), r(X, Y).",
        oracle,
    )


def nested(n: int) -> Case:
    """`the` in `the`: the one thing that stands to the one c as s says."""
    several = range(n)

    def alone(each: list[Ground]) -> list[Ground]:
        return [("and", [each[t], *(("not", each[s]) for s in several if s != t)]) for t in several]

    c = alone([("c", (z,)) for z in several])
    b = alone([("and", [("b", (y,)), ("or", [("and", [c[z], ("s", (y, z))]) for z in several])]) for y in several])
    ground = ("or", [("and", [("a", (x,)), b[y], ("r", (x, y))]) for x in several for y in several])

    def oracle(t: Table) -> np.ndarray:
        found = np.zeros(len(t["a"]))
        for z in several:
            others = np.delete(1 - t["c"], z, axis=1).prod(axis=1)
            holds = t["b"] * t["s"][:, :, z]
            for y in several:
                only = holds[:, y] * np.delete(1 - holds, y, axis=1).prod(axis=1)
                found += t["c"][:, z] * others * only * (1 - (1 - t["a"] * t["r"][:, :, y]).prod(axis=1))
        return found

    rules = """
        other_c(Z) :- c(W), W \\= Z.
        the_c(Z) :- c(Z), \\+ other_c(Z).
        has(Y) :- b(Y), the_c(Z), s(Y, Z).
        other_b(Y) :- has(W), thing(Y), W \\= Y.
        the_b(Y) :- has(Y), \\+ other_b(Y).
        q :- a(X), the_b(Y), r(X, Y)."""
    rules = "".join(f"thing({k}). " for k in several) + rules.replace(
        "other_c(Z) :- c(W)", "other_c(Z) :- thing(Z), c(W)"
    )
    return Case(
        "nested the",
        n,
        "exists x. a(x) & r(x, the y. b(y) & s(y, the z. c(z)))",
        (("a", 1), ("b", 1), ("c", 1), ("r", 2), ("s", 2)),
        ground,
        rules,
        oracle,
    )


def cases(quick: bool) -> list[Case]:
    """Those that are measured, easy ones of a family first."""
    once = [read_once(n) for n in ((8, 64) if quick else (8, 64, 256))]
    return [
        *once,
        *(shared(n) for n in (range(3, 6) if quick else range(3, 9))),
        *(nested(n) for n in ((3,) if quick else (3, 4, 5))),
    ]
