"""Yes/no questions whose answers neither their words tell nor the other questions of the image.

Questions come in pairs, the same program asked of a scene that says yes and of one that says no. Of a scene all are of one of two sorts:

    mirrored    A scene and its *counterpart* (`counterparts.py`) are asked about facts of either that fail in the other, both about all of them. So the
                two have the same texts and opposite answers: whoever knows the texts alone is right about one scene and wrong about the other.
    granted     All questions are about nouns that are there, so texts tell nothing of which are: (a, r, b) of one scene and of another in
                which (b, r, a) or (a, q, b) holds; q(a) of one and of another in which a is not q. Of two nouns, and of a noun's attributes, a scene is
                asked one question that it says yes to and one that it says no to, at most.

Describe questions take for granted which two nouns are in a relation of which category, and which way round: of those nouns a scene is asked
nothing else but whether other relations of the category hold that way round.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, ARGUMENT, PREDICATE, ROLES, negative_kind

_RARE_FIRST = (ROLES, PREDICATE, ARGUMENT, ABSENT)


class Pair(NamedTuple):
    """One program asked of two scenes.

    Attributes:
        yes, no: places of the scenes.
        fact: what is asked.
        kind: of negative.
    """

    yes: int
    no: int
    fact: Fact
    kind: str


class YesNo:
    """Makes the pairs of one data set.

    Args:
        scenes: what holds in each, as far as the vocabulary has words.
        allowed: of each scene, which facts may be asked of it.
        table: categories of relations.
        most: questions of one scene.
        rng: draws among equals.
    """

    def __init__(
        self,
        scenes: Sequence[SceneFacts],
        allowed: Sequence[Callable[[Fact], bool]],
        table: NameTable,
        most: int,
        rng: np.random.Generator,
    ):
        self.scenes, self.allowed, self.table, self.most, self.rng = scenes, allowed, table, most, rng
        self.load = np.zeros(len(scenes), int)
        self.asked: set[tuple[int, Fact]] = set()
        self.topics: set[tuple[int, frozenset[str], str]] = set()
        self.described: dict[tuple[int, frozenset[str]], list[Fact]] = defaultdict(list)

    def mirrored(self, couples: Collection[tuple[int, int]], wanted: Mapping[int, float]) -> Iterator[Pair]:
        """Pairs within couples of counterparts.

        Args:
            couples: places of two scenes.
            wanted: questions of one scene, by the number of their facts' arguments.
        """
        for first, second in couples:
            for arity, number in wanted.items():
                pairs = _alternating(self._failing(first, second, arity), self._failing(second, first, arity))
                room = self.most - max(self.load[first], self.load[second])
                yield from (self._ask(pair) for pair in pairs[: int(min(np.ceil(number), room))])

    def _failing(self, yes: int, no: int, arity: int) -> list[Pair]:
        """Facts of a scene that fail near something in its counterpart; kinds that few scenes allow first."""
        found = []
        for fact in self._askable(yes, arity):
            new = not {(yes, fact), (no, fact)} & self.asked
            kind = negative_kind(fact, self.scenes[no]) if new else None
            if kind:
                found.append(Pair(yes, no, fact, kind))
        return sorted(found, key=lambda pair: _RARE_FIRST.index(pair.kind))

    def granted(self, chosen: Sequence[int], kind: str, number: float) -> Iterator[Pair]:
        """Pairs of scenes that have the nouns asked about.

        Args:
            chosen: scenes of one part.
            kind: of negative: roles swapped, predicate replaced, or (of attributes) absent.
            number: questions of one scene.
        """
        arity = 1 if kind == ABSENT else 2
        about: dict[frozenset[str], list[int]] = defaultdict(list)
        for k in chosen:
            for nouns in sorted({topic(fact) for fact in self.scenes[k].true if len(fact.arguments) != 1}, key=sorted):
                about[nouns].append(k)
        yes, no = np.zeros((2, len(self.scenes)), int)
        facts = [(rank, k, fact) for k in self._drawn(chosen) for rank, fact in enumerate(self._askable(k, arity))]
        possible = Counter(k for _, k, _ in facts)

        def free(scene: int, fact: Fact, answer: str) -> bool:
            full = self.load[scene] >= self.most or yes[scene] + no[scene] >= number
            told = self.described.get((scene, topic(fact)), ())
            return (
                not full
                and (scene, topic(fact), answer) not in self.topics
                and all(kind == PREDICATE and self._as_described(fact, other) for other in told)
            )

        for _, k, fact in sorted(facts, key=lambda item: item[0]):
            if not free(k, fact, "yes"):
                continue
            # A scene of which little can be said would be asked what it says no to, and the number of questions would tell.
            others = [
                other
                for other in self._drawn(about[topic(fact)])
                if no[other] < possible[other]
                and free(other, fact, "no")
                and negative_kind(fact, self.scenes[other]) == kind
            ]
            if others:
                other = min(others, key=lambda other: no[other] - yes[other])
                yes[k] += 1
                no[other] += 1
                self.topics |= {(k, topic(fact), "yes"), (other, topic(fact), "no")}
                for form in self.table.forms(fact):
                    if (
                        self.allowed[k](form)
                        and form in self.scenes[k].true
                        and negative_kind(form, self.scenes[other]) == kind
                        and not {(k, form), (other, form)} & self.asked
                        and max(self.load[k], self.load[other]) < self.most
                    ):
                        yield self._ask(Pair(k, other, form, kind))

    def describe(self, scene: int, fact: Fact) -> None:
        """A describe question about the fact is asked."""
        self.described[scene, topic(fact)].append(fact)
        self.load[scene] += 1

    def can_describe(self, scene: int, fact: Fact) -> bool:
        """Whether no yes/no question about its nouns is asked."""
        return not {(scene, topic(fact), answer) for answer in ("yes", "no")} & self.topics

    def _as_described(self, fact: Fact, told: Fact) -> bool:
        category = self.table.relations.get
        return any(
            form.arguments == fact.arguments and category(form.name) == category(fact.name)
            for form in self.table.forms(told)
        )

    def _askable(self, scene: int, arity: int) -> list[Fact]:
        facts = (fact for fact in self.scenes[scene].true if len(fact.arguments) == arity and self.allowed[scene](fact))
        return self._drawn(sorted(facts, key=lambda fact: (fact.name, fact.arguments)))

    def _ask(self, pair: Pair) -> Pair:
        for scene in (pair.yes, pair.no):
            self.asked.add((scene, pair.fact))
            self.load[scene] += 1
        return pair

    def _drawn(self, items: Sequence) -> list:
        return [items[k] for k in self.rng.permutation(len(items))]


def topic(fact: Fact) -> frozenset[str]:
    """What a scene is asked little of: a noun's attributes, or two nouns' relations; of a noun the same as of its attributes."""
    return frozenset(fact.arguments or [fact.name])


def _alternating(first: list[Pair], second: list[Pair]) -> list[Pair]:
    both = zip_longest(first, second)
    return [pair for two in both for pair in two if pair is not None]
