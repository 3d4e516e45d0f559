"""What recordings say of facts, and how probable a scene is by it.

    log p(z | y) = sum_f y_f (row_f . support_n + log odds_f) - |sum_f y_f row_f . patterns|^2 / 2

over scenes z whose facts f have their things (a scene lacks what it does not state). An inverted encoding model has patterns: facts
that would show alike compete for what was recorded. Linear evidence has none: facts are independent given their things.

A fact's slope, by how much log p grows with it, is row_f . support + log odds - b_f . r - |b_f|^2 / 2, with r the response to the rest of
the world and b_f = row_f . patterns: a product of matrices for all worlds, so that facts of any words have a probability in
worlds that were never searched for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.inversion import Inversion
from neurona.worlds.space import NEVER, SceneSpace

_ROWS = 32
_Rows: TypeAlias = tuple[Int[np.ndarray, "fact 9"], Float[np.ndarray, "fact 9"]]


@dataclass(frozen=True)
class FactEvidence:
    """Evidence for all facts of a space in some recordings.

    Attributes:
        space: the facts, and their prior.
        support: of each feature, in nats; its sum over a fact's row is the fact's evidence in an empty scene.
        patterns: response to each feature in units of the noise; None where facts do not compete.
        silence: whether a thing also answers for all that is not said of it, so that log p is normalised beforehand; else a thing is the more
            probable, the more there is to say of it.
    """

    space: SceneSpace
    support: Float[np.ndarray, "recording feature"]
    patterns: Float[np.ndarray, "feature axis"] | None = None
    silence: bool = False

    @classmethod
    def of_inversion(
        cls, space: SceneSpace, sharp: Inversion, features: Float[np.ndarray, "recording input"]
    ) -> FactEvidence:
        """Evidence by an inverted encoding model.

        Args:
            space: of facts.
            sharp: with noise that holds little of the rest of the scene, as the rest is part of a world.
            features: of the recordings.
        """
        patterns = sharp.white[: sharp.columns]
        # Recordings are centred, and a scene lacks what it does not have.
        mean_scene = patterns @ (sharp.encoding.centre @ patterns)
        support = (sharp.support(features)[:, : sharp.columns] + mean_scene).astype(np.float32)
        return cls(space, support, patterns, silence=True)

    def lift(
        self, recording: int, numbers: Int[np.ndarray, " fact"], rows: _Rows | None = None
    ) -> Float[np.ndarray, " fact"]:
        """Evidence plus prior log odds of each fact in an empty scene, but for its own response: row . support + log odds.

        Args:
            recording: whose evidence.
            numbers: of the facts.
            rows: theirs, where they are known (`SceneSpace.rows`).
        """
        columns, values = self.space.rows(numbers) if rows is None else rows
        own = np.append(self.support[recording], np.float32(0.0))
        found = (own[columns] * values).sum(axis=1) + self.space.log_odds(numbers)
        if self.silence:
            nouns = numbers < len(self.space.nouns)
            found[nouns] += self.space.silence[0][numbers[nouns]]
        return found

    def responses(self, numbers: Int[np.ndarray, " fact"], rows: _Rows | None = None) -> Float[np.ndarray, "fact axis"]:
        """b = row . patterns of each fact; arguments as of `lift`."""
        if self.patterns is None:
            return np.zeros((len(numbers), 1), np.float32)
        columns, values = self.space.rows(numbers) if rows is None else rows
        size, last = len(numbers), len(self.patterns) - 1
        starts = np.arange(0, columns.size + 1, columns.shape[1])
        inside = np.minimum(columns, last).reshape(-1)
        return csr_array((values.reshape(-1), inside, starts), shape=(size, last + 1)) @ self.patterns

    def by_itself(self, recording: int, numbers: Int[np.ndarray, " fact"]) -> Float[np.ndarray, " fact"]:
        """Log odds of each fact in an empty scene, given its things: lift - |b|^2 / 2."""
        rows = self.space.rows(numbers)
        power = (self.responses(numbers, rows).astype(np.float64) ** 2).sum(axis=1)
        return self.lift(recording, numbers, rows) - power / 2

    def coupling(self, numbers: Int[np.ndarray, " fact"], rows: _Rows | None = None) -> Float[np.ndarray, "fact fact"]:
        """By how much each two facts say the same: b . b, and 1,000 nats more where an axiom keeps them apart; arguments as of `lift`."""
        response = self.responses(numbers, rows)
        found = response @ response.T - np.float32(NEVER) * self.space.excluded(numbers, numbers)
        if self.silence:
            at = np.flatnonzero(numbers < len(self.space.nouns))
            found[np.ix_(at, at)] -= self.space.silence[1][np.ix_(numbers[at], numbers[at])].astype(np.float32)
        return found

    def conditional(
        self, recording: int, numbers: Int[np.ndarray, " fact"], states: States
    ) -> Float[np.ndarray, "fact world"]:
        """P(fact | the rest of each world): the fact is open, and so are its things that nothing else is said of.

        Its mean over worlds by their shares is the fact's probability, whether worlds hold the fact or not. A fact's
        row does not depend on what else is asked for, to the last bit.

        Args:
            recording: whose evidence.
            numbers: facts, in whatever place and number; `SceneSpace.number`.
            states: worlds of the recording.
        """
        arity, _, a, b = self.space.split(numbers)
        every = np.unique(np.concatenate([a[a >= 0], b[b >= 0], numbers]))
        each, needed = self._open(recording, every, states), states.needed(every)
        own, first, second = (np.searchsorted(every, of) for of in (numbers, a, b))
        found = np.zeros((len(numbers), states.holds.shape[1]))
        one, two, three = (np.flatnonzero(arity == k) for k in range(3))
        if len(one):
            found[one] = np.where(needed[own[one]] > 0, 1.0, _sigmoid(each.gain[own[one]]))
        if len(two):
            found[two] = _of_thing(each.take(own[two]), each.take(first[two]), needed[first[two]])
        if len(three):
            x, y = first[three], second[three]
            apart = self.space.silence[1][a[three], b[three]][:, None] if self.silence else np.zeros((len(three), 1))
            found[three] = _of_pair(each.take(own[three]), each.take(x), each.take(y), needed[x], needed[y], apart)
        if self.space.disjoint:
            barred = self.space.excluded(numbers, states.facts).astype(np.float32) @ states.holds > 0
            found = np.where(barred, 0.0, found)
        return found

    def _open(self, recording: int, numbers: Int[np.ndarray, " fact"], states: States) -> _Open:
        """What each fact would gain in each world of which it is taken out."""
        used = states.holds.any(axis=1)
        holds, count = states.holds[used].astype(np.float32), int(used.sum())
        listed = np.concatenate([states.facts[used], numbers])
        columns, values = self.space.rows(listed)
        responses = self.responses(listed, (columns, values))
        rest, response = np.ascontiguousarray(responses[:count].T), responses[count:]
        # Blocks of one size, so that a fact's product does not depend on how many are asked for.
        padded = np.zeros((-(-max(len(numbers), 1) // _ROWS) * _ROWS, response.shape[1]), np.float32)
        padded[: len(numbers)] = response
        blocks = (padded[k : k + _ROWS] for k in range(0, len(padded), _ROWS))
        slope = np.concatenate([(block @ rest) @ holds for block in blocks])[: len(numbers)]
        said, power = states.of(numbers), (response.astype(np.float64) ** 2).sum(axis=1)[:, None]
        lift = self.lift(recording, numbers, (columns[count:], values[count:]))[:, None]
        gain = lift - slope.astype(np.float64) - power / 2 + power * said
        if self.silence:
            size = len(self.space.nouns)
            others = np.sort(states.facts[states.facts < size])
            there = states.of(others).astype(np.float64)
            # One noun after another, as above.
            for k in np.flatnonzero(numbers < size).tolist():
                gain[k] += (self.space.silence[1][numbers[k], others][:, None] * there).sum(axis=0)
        return _Open(response, said, gain)


class _Open(NamedTuple):
    """Facts that are open.

    Attributes:
        response: b.
        said: in which worlds each holds.
        gain: of log p with the fact, were it alone taken out of the world.
    """

    response: Float[np.ndarray, "fact axis"]
    said: Bool[np.ndarray, "fact world"]
    gain: Float[np.ndarray, "fact world"]

    def take(self, rows: Int[np.ndarray, " taken"]) -> _Open:
        return _Open(*(part[rows] for part in self))

    def with_(self, other: _Open) -> Float[np.ndarray, "fact 1"]:
        """What each fact and its partner say the same."""
        return (self.response.astype(np.float64) * other.response).sum(axis=1)[:, None]


def _of_thing(fact: _Open, thing: _Open, needed: Int[np.ndarray, "fact world"]) -> Float[np.ndarray, "fact world"]:
    """P(q(a) | the rest), a being open where nothing else is said of it."""
    free = needed - fact.said == 0
    both = fact.with_(thing)
    alone = thing.gain + both * fact.said
    own = fact.gain + both * (thing.said & free)
    away = np.where(free, np.logaddexp(0.0, alone), 0.0)
    return _sigmoid(own + np.where(free, alone - both, 0.0) - away)


def _of_pair(
    fact: _Open,
    first: _Open,
    second: _Open,
    needed_first: Int[np.ndarray, "fact world"],
    needed_second: Int[np.ndarray, "fact world"],
    silence: Float[np.ndarray, "fact 1"],
) -> Float[np.ndarray, "fact world"]:
    """P(r(a, b) | the rest), a and b being open where nothing else is said of them."""
    free_a, free_b = needed_first - fact.said == 0, needed_second - fact.said == 0
    with_a, with_b, together = fact.with_(first), fact.with_(second), first.with_(second) - silence
    a = first.gain + with_a * fact.said + together * (second.said & free_b)
    b = second.gain + with_b * fact.said + together * (first.said & free_a)
    own = fact.gain + with_a * (first.said & free_a) + with_b * (second.said & free_b)
    # All ways in which what is free may be there, without the fact; what is not free is there.
    one, other = np.where(free_a, np.logaddexp(0.0, a), 0.0), np.where(free_b, np.logaddexp(0.0, b), 0.0)
    pair = np.logaddexp(np.logaddexp(0.0, a), np.logaddexp(b, a + b - together))
    away = np.where(free_a & free_b, pair, one + other)
    whole = np.where(free_a, a - with_a, 0.0) + np.where(free_b, b - with_b, 0.0) - together * (free_a & free_b)
    return _sigmoid(own + whole - away)


def _sigmoid(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))


@dataclass(frozen=True)
class States:
    """Worlds of one recording, as the facts that hold in them.

    Attributes:
        space: of the facts.
        facts: numbers, each once.
        holds: in which worlds.
    """

    space: SceneSpace
    facts: Int[np.ndarray, " fact"]
    holds: Bool[np.ndarray, "fact world"]

    @cached_property
    def _place(self) -> dict[int, int]:
        return {number: k for k, number in enumerate(self.facts.tolist())}

    @cached_property
    def _things(self) -> tuple[np.ndarray, np.ndarray]:
        _, _, a, b = self.space.split(self.facts)
        return a, b

    def of(self, numbers: Int[np.ndarray, " fact"]) -> Bool[np.ndarray, "fact world"]:
        """In which worlds some facts hold; none holds that is not among `facts`."""
        nowhere = np.zeros(self.holds.shape[1], bool)
        place = [self._place.get(number) for number in numbers.tolist()]
        return np.stack([nowhere if at is None else self.holds[at] for at in place])

    def needed(self, numbers: Int[np.ndarray, " fact"]) -> Int[np.ndarray, "fact world"]:
        """How many facts of each world speak of a thing; nothing speaks of what is no thing."""
        a, b = self._things
        about = (a == numbers[:, None]) | (b == numbers[:, None])
        return np.rint(about.astype(np.float32) @ self.holds.astype(np.float32)).astype(np.int64)
