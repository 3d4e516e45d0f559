"""The trace of a program on possible worlds: how probable every sub-expression is, and which things make it true.

    formula                share of the worlds in which it is true
    formula of open x      for each thing, share of the worlds in which the thing is there and the formula is true of it
    the y. b(y)            for each thing, share of the worlds in which it alone has b
    count x. a             expected number
    exists x. a            also a witness: the things of which a is true, in the likeliest world in which some are

Equal worlds count as one where the likeliest is looked for. What is open inside an `exists` is witnessed in the same world, for the
first of that quantifier's witnesses, so that the witnesses of nested quantifiers belong together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, UInt64

from neurona.execution.explanation import Explanation
from neurona.execution.world_shares import equal_worlds, share_true, with_word
from neurona.execution.world_truth import Kept, evaluated
from neurona.execution.worlds import BITS, Worlds, unpack
from neurona.programs import Query, to_logic
from neurona.programs.tree import (
    Atom,
    Count,
    Describe,
    Exists,
    Forall,
    Node,
    Number,
    The,
    Variable,
    children,
    free_variables,
)


def trace_worlds(worlds: Worlds, query: Query, recording: int, words: Sequence[str] = ()) -> Explanation:
    """The explanation of one program about one recording.

    Args:
        worlds: of the recordings.
        query: without defined words (`neurona.programs.expand`).
        recording: row of `worlds.share`.
        words: of a describe question, the words to choose from; their shares are normalised (all 0 where none ever holds).

    Raises:
        QueryError: as `world_truth.truth`.
    """
    row = 0 if len(worlds.word) == 1 else recording
    kind, share = equal_worlds(worlds, recording)
    # The terms of a describe question are traced in an atom around them.
    asked = Atom("", query.terms) if isinstance(query, Describe) and query.terms else query
    shape, kept = (query, {}) if isinstance(asked, Describe) else evaluated(worlds, asked, recording)
    tracer = _Tracer(worlds, worlds.things[row], worlds.present[row], worlds.share[recording], share[kind], kept)
    if not isinstance(query, Describe):
        return tracer.explanation(query, shape, (), (), None)
    each = share_true(worlds, [with_word(query, word) for word in words], np.full(len(words), recording))
    parts = tuple(
        tracer.explanation(term, part, (k,), (), None)
        for k, (term, part) in enumerate(zip(children(query), children(shape), strict=True))
    )
    whole = each.sum()
    return Explanation(to_logic(query), "share", (), each / whole if whole > 0 else each, tuple(words), parts)


class _Chosen(NamedTuple):
    """A world, and a thing for some variables' levels."""

    world: int
    things: dict[int, int]


@dataclass(frozen=True)
class _Tracer:
    """One question about one recording.

    Attributes:
        names: of its things.
        present: where they are there.
        share: of each world.
        likely: of each world and its equals.
        kept: values of the sub-expressions, axes as in `world_meaning`.
    """

    worlds: Worlds
    names: tuple[str, ...]
    present: UInt64[np.ndarray, "thing bits"]
    share: Float[np.ndarray, " world"]
    likely: Float[np.ndarray, " world"]
    kept: Kept

    def explanation(
        self, node: Node, shape: Node, path: tuple[int, ...], bound: tuple[str, ...], chosen: _Chosen | None
    ) -> Explanation:
        """Of a sub-expression; `shape` is the same in the template."""
        here = (*bound, node.variable) if isinstance(node, Exists | Forall | Count | The) else bound
        levels = sorted(int(name[1:]) for name in free_variables(shape))
        if isinstance(shape, The):
            levels.append(int(shape.variable[1:]))
        witness: tuple[str, ...] = ()
        if isinstance(shape, Exists):
            chosen, witness = self._witness(shape, path, levels, chosen)
        elif isinstance(shape, Forall | Count | The):
            chosen = None
        parts = tuple(
            self.explanation(part, same, (*path, k), here, chosen)
            for k, (part, same) in enumerate(zip(children(node), children(shape), strict=True))
            if not isinstance(part, Variable)
        )
        return Explanation(
            to_logic(node),
            "number" if isinstance(node, Count | Number) else "share",
            tuple(here[level] for level in levels),
            self._weighed(self.kept[path], levels),
            self.names if levels else (),
            parts,
            witness,
        )

    def _weighed(self, value: np.ndarray, levels: list[int]) -> Float[np.ndarray, "..."]:
        """Sum over worlds of share x value, where the things of the open levels are there: an axis for each of these."""
        there = self.worlds.every_world
        for level in levels:
            shape = [1] * (value.ndim - 1)
            shape[1 + level] = len(self.present)
            there = there & self.present.reshape(*shape, -1)
        count = self.worlds.n_worlds
        each: Any = unpack(value & there, count) if value.dtype == np.uint64 else value * unpack(there, count)
        full = np.asarray(np.multiply(self.share, each, dtype=np.float64).sum(axis=-1))
        kept = full.reshape([full.shape[1 + level] for level in levels])
        return kept[tuple(slice(len(self.names)) for _ in levels)] if levels else kept

    def _witness(
        self, shape: Exists, path: tuple[int, ...], levels: list[int], chosen: _Chosen | None
    ) -> tuple[_Chosen | None, tuple[str, ...]]:
        """The world looked at inside, with a thing for the variable; and the names of all that make the formula true there."""
        if levels and (chosen is None or not chosen.things.keys() >= set(levels)):
            return None, ()
        if not levels:
            holds = unpack(self.kept[path], self.worlds.n_worlds).reshape(-1)
            if not holds.any():
                return None, ()
            chosen = _Chosen(int(np.argmax(np.where(holds, self.likely, -1.0))), {})
        assert chosen is not None
        axis, body = int(shape.variable[1:]), self.kept[*path, 0][0]
        at: list[Any] = [chosen.things.get(level, 0) if size > 1 else 0 for level, size in enumerate(body.shape[:-1])]
        at[axis] = slice(None)
        bit = np.uint64(chosen.world % BITS)
        true = (body[*at, chosen.world // BITS] & self.present[:, chosen.world // BITS]) >> bit & 1
        found = np.flatnonzero(true).tolist()
        if not found:
            return None, ()
        inside = _Chosen(chosen.world, {**chosen.things, axis: found[0]})
        return inside, tuple(self.names[k] for k in found)
