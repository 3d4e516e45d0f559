"""Programs on possible worlds: exactly what logic says of each, all questions of one template at a time (`world_meaning`).

Words that no fact uses are false. A question's answer does not depend on what else is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt64

from neurona.errors import QueryError
from neurona.execution.world_meaning import Block, FactTable, Kept
from neurona.execution.worlds import Worlds, unpack
from neurona.programs import Query, template
from neurona.programs.tree import Atom, Compare, Count, Describe, Exists, Forall, Number, The, Variable, children

BLOCK_CELLS = 1 << 20
"""Machine words of the largest value of one block of questions (8 MiB)."""
MAX_CELLS = 1 << 27
"""Machine words of one question's largest value; a program that needs more is refused."""


def truth(
    worlds: Worlds, queries: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> Float[np.ndarray, "question world"]:
    """What each program is in each world of its recording.

    Args:
        worlds: of the recordings.
        queries: formulas and counts, without defined words (`neurona.programs.expand`).
        recording: of each question, row of `worlds.share`.

    Returns:
        1 or 0; of a count, the number.

    Raises:
        QueryError: a `describe`, a free variable, or a program that relates too many things at once.
    """
    found = np.zeros((len(queries), worlds.n_worlds), np.float32)
    for rows, value in blocks(worlds, queries, recording):
        found[rows] = value if value.dtype != np.uint64 else unpack(value, worlds.n_worlds)
    return found


def held(
    worlds: Worlds, queries: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> UInt64[np.ndarray, "question bits"]:
    """In which worlds each formula is true, packed; else as `truth`."""
    found = np.zeros((len(queries), worlds.present.shape[-1]), np.uint64)
    for rows, value in blocks(worlds, queries, recording):
        if value.dtype != np.uint64:
            raise QueryError("a count is a number, neither true nor false; compare it with one, as in (count ...) > 1")
        found[rows] = value
    return found


def blocks(
    worlds: Worlds, queries: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> Iterator[tuple[Int[np.ndarray, " block"], np.ndarray]]:
    """Questions of one template at a time: their places, and their values, bits `[block, bits]` or numbers `[block, world]`."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    names_of: list[list[str]] = []
    for k, query in enumerate(queries):
        key: list[Any] = []
        names: list[str] = []
        _flatten(query, {}, 0, key, names)
        groups.setdefault(tuple(key), []).append(k)
        names_of.append(names)
    facts, row = FactTable.of(worlds), worlds.row(recording)
    for members in groups.values():
        shape, _ = template(queries[members[0]])
        rows, words = np.array(members), facts.codes(shape, [names_of[k] for k in members])
        size = _block_size(shape, worlds)
        for at in range(0, len(rows), size):
            part = rows[at : at + size]
            found = Block(facts, row[part], words[at : at + size], shape).value(shape)
            found = found.reshape(len(part), -1)
            yield part, found & worlds.every_world if found.dtype == np.uint64 else found


def evaluated(worlds: Worlds, query: Query, recording: int) -> tuple[Query, Kept]:
    """The template of one question, and the value of its every sub-expression (those of `the` one-hot on its own axis)."""
    _flatten(query, {}, 0, [], [])
    shape, names = template(query)
    _block_size(shape, worlds)
    facts, kept = FactTable.of(worlds), Kept()
    block = Block(facts, worlds.row(np.array([recording])), facts.codes(shape, [names]), shape, kept)
    block.value(shape)
    return shape, kept


def _flatten(node: Any, bound: dict[str, int], depth: int, key: list[Any], names: list[str]) -> None:
    """A query's template as a flat key, and its words in the order of `template`, which takes longer than answering."""
    kind = type(node)
    key.append(kind)
    if kind is Variable:
        if node.name not in bound:
            raise QueryError(f"variable {node.name!r} is not bound")
        key.append(bound[node.name])
    elif kind is Atom:
        key.append(len(node.terms))
        for term in node.terms:
            _flatten(term, bound, depth, key, names)
        names.append(node.name)
    elif kind in (The, Exists, Forall, Count):
        _flatten(node.body, {**bound, node.variable: depth}, depth + 1, key, names)
    elif kind is Number:
        key.append(node.value)
    elif kind is Describe:
        raise QueryError("a describe question is neither true nor false; ask for each of its words (`with_word`)")
    else:
        parts = children(node)
        key.append(node.operator if kind is Compare else len(parts))
        for part in parts:
            _flatten(part, bound, depth, key, names)


def _block_size(shape: Query, worlds: Worlds) -> int:
    """How many questions of a template are evaluated at once."""
    axes, things = _open_axes(shape), max(worlds.present.shape[1], 1)
    cells = worlds.present.shape[2] * things**axes
    if cells > MAX_CELLS:
        raise QueryError(
            f"one value of this program has {cells:.0e} machine words on {things} things, at most {MAX_CELLS:.0e} are computed; "
            "relate fewer variables at a time"
        )
    return max(1, BLOCK_CELLS // cells)


def _open_axes(shape: Query) -> int:
    """Most variables that a value depends on; with `the` inside an atom, one more is open while it is looked up."""
    most = [1]

    def free(part: Any) -> frozenset[str]:
        if isinstance(part, Variable):
            return frozenset([part.name])
        found: frozenset[str] = frozenset().union(*map(free, children(part)))
        looked_up = isinstance(part, Atom) and any(isinstance(term, The) for term in part.terms)
        most.append(len(found) + looked_up)
        return found - {part.variable} if hasattr(part, "variable") else found

    free(shape)
    return max(most)
