"""The exact probability of a propositional formula over independent facts, for many rows of probabilities at once.

    P(a & b) = P(a) P(b)                                            parts without a common fact
    P(a & b) = sum over values v of fact f of P(f = v) P(a | f = v) P(b | f = v)       f the only common fact

A fact that stands once is multiplied away where it stands. One that stands in several parts becomes an axis of two values, from the parts that it
stands in up to the lowest formula that holds all of them, where it is summed out (variable elimination; Dechter 1999, Artificial Intelligence
113:41, the fact of fewest neighbours first). So a read-once program costs as much as it is long, and every other one at most 2^w times that, w the
most axes of a value. Cases add up; a tally is a convolution of the parts' numbers.

Cost is known before anything is computed, and what would cost too much is refused: `TooLarge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from neurona.execution.propositions import Cases, Every, Fact, Propositions, Tally, TooLarge

MOST_AXES = 16
"""w at most."""
MOST_CELLS = 1 << 20
"""Numbers of all values together, for one row of probabilities."""
_BLOCK = 1 << 22
"""Numbers of all values that are held at a time."""

_Values: TypeAlias = "list[np.ndarray]"
_Step: TypeAlias = "Callable[[_Values, np.ndarray], np.ndarray]"
_NONE = np.empty(0)


class _Part(NamedTuple):
    """Where a value will stand, and the facts that are its axes, as bits."""

    place: int
    axes: int


class Plan:
    """How the probability of some formulas is computed.

    Attributes:
        facts: numbers of the facts that stand in them, in the order in which their probabilities are given.
        cells: numbers that are computed for one row of probabilities.

    Args:
        propositions: what the formulas are made in.
        formulas: whose probability is wanted.

    Raises:
        TooLarge: too many axes or cells.
    """

    def __init__(self, propositions: Propositions, formulas: Sequence[int]):
        self._made, self.cells = propositions, 0
        self._steps: list[_Step] = []
        self._last: dict[int, int] = {}
        self._known: dict[tuple[int, int], _Part] = {}
        self._tallies: dict[tuple[tuple[tuple[int, int], ...], int], tuple[_Part, int]] = {}
        together = 0
        for formula in formulas:
            together |= propositions.facts_of(formula)
        self.facts = tuple(_bits(together))
        self._row = {1 << number: k for k, number in enumerate(self.facts)}
        self._results = [self._value(formula, 0).place for formula in formulas]
        wanted = set(self._results)
        self._done: list[list[int]] = [[] for _ in self._steps]
        for place, step in self._last.items():
            if place not in wanted:
                self._done[step].append(place)

    def __call__(self, probability: Float[np.ndarray, "row fact"]) -> Float[np.ndarray, "row formula"]:
        """Probabilities of the formulas.

        Args:
            probability: of `facts`, for each row.
        """
        size = max(1, _BLOCK // max(self.cells, 1))
        blocks = [self._block(probability[k : k + size]) for k in range(0, len(probability), size)]
        return np.concatenate(blocks) if blocks else np.zeros((0, len(self._results)))

    def _block(self, probability: Float[np.ndarray, "row fact"]) -> Float[np.ndarray, "row formula"]:
        # Rows are the last axis, where NumPy is quickest; a fact's denial stands after all facts.
        facts = np.ascontiguousarray(np.asarray(probability, np.float64).T)
        values: _Values = []
        facts = np.concatenate([facts, 1 - facts])
        for step, done in zip(self._steps, self._done, strict=True):
            values.append(step(values, facts))
            for place in done:  # so that memory is used again while it is warm
                values[place] = _NONE
        shape = (len(self._results), facts.shape[1])
        return np.stack([np.broadcast_to(values[k], shape[1:]) for k in self._results], axis=1)

    def _value(self, formula: int, open_: int) -> _Part:
        """P(formula | the open facts), with an axis for each open fact that stands in it."""
        open_ &= self._made.facts_of(formula)
        found = self._known.get((formula, open_))
        if found is None:
            found = self._known[formula, open_] = self._computed(formula, open_)
        return found

    def _computed(self, formula: int, open_: int) -> _Part:
        node = self._made.nodes[formula >> 1]
        if formula & 1 and node is not None and not isinstance(node, Fact):
            (place, axes) = self._value(formula ^ 1, open_)
            return self._step(axes, lambda values, _: 1 - values[place], [place])
        match node:
            case Fact(number):
                return self._literal(1 << number, bool(formula & 1), open_)
            case Every(parts):
                return self._every(parts, open_)
            case Cases(parts):
                return self._summed([self._value(part, open_) for part in parts])
            case Tally(parts, accepted):
                return self._tally(parts, accepted, open_)
        certain = np.array([1.0 - formula])
        return self._step(0, lambda *_: certain)

    def _literal(self, fact: int, denied: bool, open_: int) -> _Part:
        if open_:
            value = np.array([1.0, 0.0] if denied else [0.0, 1.0])[:, None]
            return self._step(fact, lambda *_: value)
        row = self._row[fact] + len(self.facts) * denied
        return self._step(0, lambda _, facts: facts[row])

    def _every(self, parts: Sequence[int], open_: int) -> _Part:
        shared = self._shared(parts) | open_
        rows: list[int] = []
        alike: dict[int, list[list[int]]] = {}
        others = []
        for part in parts:
            node = self._made.nodes[part >> 1]
            if self._made.facts_of(part) & shared:
                others.append(self._value(part, shared))
            elif isinstance(node, Fact):
                rows.append(self._literal_row(part))
            elif part & 1 and isinstance(node, Every) and all(self._is_literal(member) for member in node.parts):
                alike.setdefault(len(node.parts), []).append(list(map(self._literal_row, node.parts)))
            else:
                others.append(self._value(part, shared))
        if rows:
            of = np.array(rows)
            others.append(self._step(0, lambda _, facts: facts[of].prod(axis=0), numbers=len(rows)))
        others += [self._denied_alike(np.array(several).T) for several in alike.values()]
        return self._eliminated(others, shared & ~open_, self._product)

    def _denied_alike(self, rows: Int[np.ndarray, "literal part"]) -> _Part:
        """None of some parts holds, each as many facts."""

        def none(_: _Values, facts: np.ndarray) -> np.ndarray:
            found = facts[rows[0]]
            for more in rows[1:]:
                found *= facts[more]
            return np.subtract(1, found, out=found).prod(axis=0)

        return self._step(0, none, numbers=rows.size)

    def _is_literal(self, part: int) -> bool:
        return isinstance(self._made.nodes[part >> 1], Fact)

    def _literal_row(self, part: int) -> int:
        return self._row[self._made.facts_of(part)] + len(self.facts) * (part & 1)

    def _tally(self, parts: tuple[tuple[int, int], ...], accepted: frozenset[int], open_: int) -> _Part:
        """Numbers are the first axis; a convolution starts where the least number of each part is."""
        (place, axes), low = self._numbers(parts, open_)
        chosen = np.array(sorted(accepted)) - low
        return self._step(axes, lambda values, _: values[place][chosen].sum(axis=0), [place])

    def _numbers(self, parts: tuple[tuple[int, int], ...], open_: int) -> tuple[_Part, int]:
        """How probable each sum is, from the least on, which is given, too."""
        if (parts, open_) in self._tallies:
            return self._tallies[parts, open_]
        shared = self._shared([part for part, _ in parts]) | open_
        least: dict[int, int] = {}

        def number(part: int, weight: int) -> _Part:
            (place, axes) = self._value(part, shared)
            zeros, reverse = abs(weight) - 1, weight < 0

            def both(values: _Values, _: np.ndarray) -> np.ndarray:
                yes = values[place]
                of = [1 - yes, *[np.zeros_like(yes)] * zeros, yes]
                return np.stack(of[::-1] if reverse else of)

            found = self._step(axes, both, [place], abs(weight) + 1)
            least[found.place] = min(weight, 0)
            return found

        def convolved(several: Sequence[_Part]) -> _Part:
            found = several[0]
            for other in several[1:]:
                low = least[found.place] + least[other.place]
                found = self._convolution(found, other)
                least[found.place] = low
            return found

        numbers = [number(part, weight) for part, weight in parts]
        found = self._eliminated(numbers, shared & ~open_, convolved, least)
        return self._tallies.setdefault((parts, open_), (found, least[found.place]))

    def _shared(self, parts: Iterable[int]) -> int:
        """Facts that stand in several parts."""
        once = twice = 0
        for part in parts:
            facts = self._made.facts_of(part)
            twice |= once & facts
            once |= facts
        return twice

    def _eliminated(
        self,
        parts: list[_Part],
        facts: int,
        join: Callable[[Sequence[_Part]], _Part],
        least: dict[int, int] | None = None,
    ) -> _Part:
        """Parts joined, and facts summed out of them, that of the fewest axes first."""
        left = set(_bits(facts))
        while left:
            axes = {k: _union(part.axes for part in parts if part.axes >> k & 1) for k in left}
            k = min(left, key=lambda fact: (axes[fact].bit_count(), fact))
            left.remove(k)
            having = [part for part in parts if part.axes >> k & 1]
            joined = join(having)
            summed = self._without(joined, 1 << k, numbered=least is not None)
            if least is not None:
                least[summed.place] = least[joined.place]
            parts = [*(part for part in parts if not part.axes >> k & 1), summed]
        return join(parts)

    def _without(self, part: _Part, fact: int, *, numbered: bool) -> _Part:
        axis, row, denied = _place_of(part.axes, fact) + numbered, self._row[fact], len(self.facts)
        (place, axes) = part

        def summed(values: _Values, facts: np.ndarray) -> np.ndarray:
            no, yes = (values[place].take(k, axis) for k in (0, 1))
            return yes * facts[row] + no * facts[row + denied]

        return self._step(axes & ~fact, summed, [place])

    def _product(self, parts: Sequence[_Part]) -> _Part:
        # Values of few axes first, so that most is multiplied while little is open.
        ordered = sorted(parts, key=lambda part: part.axes.bit_count())
        found = ordered[0]
        for part in ordered[1:]:
            found = self._times(found, part)
        return found

    def _times(self, one: _Part, other: _Part) -> _Part:
        axes = one.axes | other.axes
        (a, b), (left, right) = (one.place, other.place), (_shape(part.axes, axes) for part in (one, other))
        if left == right:
            return self._step(axes, lambda values, _: values[a] * values[b], [a, b])
        return self._step(axes, lambda values, _: values[a].reshape(*left, -1) * values[b].reshape(*right, -1), [a, b])

    def _summed(self, parts: Sequence[_Part]) -> _Part:
        axes = _union(part.axes for part in parts)
        places = [(part.place, _shape(part.axes, axes)) for part in parts]

        def total(values: _Values, _: np.ndarray) -> np.ndarray:
            found: np.ndarray | float = 0.0
            for place, shape in places:
                found = found + values[place].reshape(*shape, -1)
            return np.asarray(found)

        return self._step(axes, total, [place for place, _ in places])

    def _convolution(self, one: _Part, other: _Part) -> _Part:
        axes = one.axes | other.axes
        (a, b), (left, right) = (one.place, other.place), (_shape(part.axes, axes) for part in (one, other))

        def convolved(values: _Values, _: np.ndarray) -> np.ndarray:
            x, y = (values[k].reshape(len(values[k]), *shape, -1) for k, shape in ((a, left), (b, right)))
            x, y = (x, y) if len(x) >= len(y) else (y, x)
            shape = np.broadcast_shapes(x.shape[1:], y.shape[1:])
            found = np.zeros((len(x) + len(y) - 1, *shape))
            for k, each in enumerate(y):
                found[k : k + len(x)] += x * each
            return found

        return self._step(axes, convolved, [a, b])

    def _step(self, axes: int, step: _Step, reads: Iterable[int] = (), numbers: int = 1) -> _Part:
        wide = axes.bit_count()
        self.cells += numbers << min(wide, MOST_AXES)
        if wide > MOST_AXES or self.cells > MOST_CELLS:
            raise TooLarge(f"{wide} facts stand in several parts at once, or more than {MOST_CELLS:,} numbers a row")
        self._last.update(dict.fromkeys(reads, len(self._steps)))
        self._steps.append(step)
        return _Part(len(self._steps) - 1, axes)


def _bits(facts: int) -> list[int]:
    """Numbers of the facts."""
    found = []
    while facts:
        found.append((facts & -facts).bit_length() - 1)
        facts &= facts - 1
    return found


def _union(parts: Iterable[int]) -> int:
    found = 0
    for part in parts:
        found |= part
    return found


def _place_of(axes: int, fact: int) -> int:
    return (axes & (fact - 1)).bit_count()


def _shape(axes: int, of: int) -> list[int]:
    """A value's axes among more axes: 2 where it has them, else 1."""
    return [2 if axes >> k & 1 else 1 for k in _bits(of)]
