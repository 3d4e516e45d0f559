"""Propositional formulas over numbered facts, each held once: what a program becomes when its quantifiers are expanded over things.

A formula is a number; `f ^ 1` is its negation. There are facts, conjunctions (a disjunction is a denied one), cases that exclude each other,
and tallies (how many of some formulas hold). Formulas are made such that a fact stands in them as seldom as possible:

    a & (a & b)                      a & b
    (a & b) | (a & c)                a & (b | c)
    a & (~a | b)                     a & b

so that many are read-once, where every fact stands once and probability is a product (Golumbic, Mintz and Rotics 2006, Discrete Applied
Mathematics 154:1465, on which can be; here common parts are taken out greedily).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

TRUE, FALSE = 0, 1
MOST = 100_000
"""Parts of formulas that are made of one program at most."""


class TooLarge(Exception):
    """A program that is too large to be computed exactly; its probability is estimated on worlds."""


class Fact(NamedTuple):
    """A numbered fact."""

    number: int


class Every(NamedTuple):
    """A conjunction."""

    parts: tuple[int, ...]


class Cases(NamedTuple):
    """One of some formulas of which no two hold together."""

    parts: tuple[int, ...]


class Tally(NamedTuple):
    """Whether a sum of weights of the formulas that hold is accepted."""

    parts: tuple[tuple[int, int], ...]
    accepted: frozenset[int]


Node = Fact | Every | Cases | Tally | None


class Propositions:
    """Formulas, and the facts of each as the bits of a whole number."""

    def __init__(self) -> None:
        self.nodes: list[Node] = [None]
        self.facts: list[int] = [0]
        self._place: dict[Node, int] = {}
        self._left = MOST

    def fact(self, number: int) -> int:
        """A fact."""
        return self._made(Fact(number), 1 << number)

    def every(self, parts: Iterable[int]) -> int:
        """All parts hold."""
        flat: set[int] = set()
        for part in parts:
            node = self.nodes[part >> 1]
            flat.update(node.parts if part & 1 == 0 and isinstance(node, Every) else (part,))
        flat.discard(TRUE)
        self._count(len(flat))
        if FALSE in flat or any(part ^ 1 in flat for part in flat):
            return FALSE
        # A part is seen as the denial of a conjunction of members: what is certain is no member, and what contradicts it makes the part certain.
        kept: dict[int, tuple[int, ...]] = {}
        for part in flat:
            members = self._denied(part)
            if len(members) == 1:
                kept[part] = members
            elif not any(member ^ 1 in flat for member in members):
                left = tuple(member for member in members if member not in flat)
                if len(left) < len(members):
                    return self.every([*(flat - {part}), self.every(left) ^ 1])
                kept[part] = members
        shared = self._most_shared(kept)
        if shared is not None:
            with_it = [part for part, members in kept.items() if shared in members]
            rest = [self.every(member for member in kept[part] if member != shared) ^ 1 for part in with_it]
            together = self.every([shared, self.every(rest) ^ 1]) ^ 1
            return self.every([*(part for part in kept if part not in with_it), together])
        if len(kept) < 2:
            return next(iter(kept), TRUE)
        return self._made(Every(tuple(sorted(kept))), self._union(kept))

    def any(self, parts: Iterable[int]) -> int:
        """One part holds or several."""
        return self.every(part ^ 1 for part in parts) ^ 1

    def cases(self, parts: Iterable[int]) -> int:
        """One of parts that exclude each other holds; the caller answers for that."""
        kept = tuple(sorted({part for part in parts if part != FALSE}))
        self._count(len(kept))
        if TRUE in kept or len(kept) < 2:
            return next(iter(kept), FALSE)
        return self._made(Cases(kept), self._union(kept))

    def tally(self, parts: Iterable[tuple[int, int]], accepts: Callable[[int], bool]) -> int:
        """Whether the sum of weights is accepted.

        Args:
            parts: formulas, each with its weight: 1 or -1.
            accepts: tells of a sum.
        """
        weights: Counter[int] = Counter()
        already = 0
        for part, weight in parts:
            if part == TRUE:
                already += weight
            elif part != FALSE:
                weights[part] += weight
        kept = tuple(sorted((part, weight) for part, weight in weights.items() if weight))
        self._count(len(kept))
        low, high = (sum(sign(0, weight) for _, weight in kept) for sign in (min, max))
        accepted = frozenset(total for total in range(low, high + 1) if accepts(total + already))
        if not accepted or len(accepted) == high - low + 1:
            return TRUE if accepted else FALSE
        return self._made(Tally(kept, accepted), self._union(part for part, _ in kept))

    def facts_of(self, formula: int) -> int:
        """The facts that stand in a formula, as bits."""
        return self.facts[formula >> 1]

    def _denied(self, part: int) -> tuple[int, ...]:
        node = self.nodes[part >> 1]
        return node.parts if part & 1 and isinstance(node, Every) else (part ^ 1,)

    def _most_shared(self, kept: dict[int, tuple[int, ...]]) -> int | None:
        times = Counter(member for members in kept.values() if len(members) > 1 for member in members)
        return max((member for member, n in times.items() if n > 1), key=lambda m: (times[m], -m), default=None)

    def _union(self, parts: Iterable[int]) -> int:
        found = 0
        for part in parts:
            found |= self.facts[part >> 1]
        return found

    def _count(self, parts: int) -> None:
        self._left -= parts + 1
        if self._left < 0:
            raise TooLarge(f"more than {MOST:,} parts")

    def _made(self, node: Node, facts: int) -> int:
        place = self._place.get(node)
        if place is None:
            place = self._place[node] = len(self.nodes)
            self.nodes.append(node)
            self.facts.append(facts)
        return 2 * place
