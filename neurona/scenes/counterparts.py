"""Which two scenes are asked the same questions.

Each scene gets one other scene of its part, its *counterpart*. The greedy matching takes the pair of scenes with the highest score first:

    score(A, B) = sum over types of min(s(A, B) + s(B, A), wanted)
        object, attribute    s = facts that hold in A and fail in B
        relation             s = facts that hold in A and fail in B near something that holds there

Many scenes are matched in blocks, drawn at random, so that time and memory grow with their number only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts

BLOCK = 1500
"""Scenes that are matched among each other: a block of scores takes 20 MB."""


def counterparts(
    scenes: Sequence[SceneFacts],
    allowed: Callable[[Fact], bool],
    wanted: Sequence[float],
    rng: np.random.Generator,
) -> Int[np.ndarray, " scene"]:
    """Place of each scene's counterpart; -1 for those that are left over.

    Args:
        scenes: of one part.
        allowed: which facts may be asked.
        wanted: questions of one scene, by the number of their facts' arguments.
        rng: draws blocks, and decides among equals.
    """
    found = np.full(len(scenes), -1, np.int64)
    order = rng.permutation(len(scenes))
    for block in np.array_split(order, max(1, -(-len(order) // BLOCK))):
        score = _scores([scenes[k] for k in block], allowed, wanted)
        first, second = np.triu_indices(len(block), 1)
        for k in np.argsort(-score[first, second], kind="stable"):
            one, other = block[first[k]], block[second[k]]
            if found[one] < 0 and found[other] < 0:
                found[one], found[other] = other, one
    return found


def _scores(
    scenes: Sequence[SceneFacts], allowed: Callable[[Fact], bool], wanted: Sequence[float]
) -> Float[np.ndarray, "scene scene"]:
    complete = np.array([scene.complete for scene in scenes])
    total = np.zeros((len(scenes), len(scenes)))
    for arity, most in enumerate(wanted):
        yes = [[fact for fact in scene.true if len(fact.arguments) == arity and allowed(fact)] for scene in scenes]
        denied = [[fact for fact in scene.false if len(fact.arguments) == arity] for scene in scenes]
        true = [[fact for fact in scene.true if len(fact.arguments) == arity] for scene in scenes]
        asked = _both(yes, denied)
        fails = np.array([len(facts) for facts in yes])[:, None] - _both(yes, true)
        if arity == 2:
            near = _both([_keys(facts) for facts in yes], [set(_keys(facts)) for facts in true])
            fails = np.minimum(fails, near - 3 * _both(yes, true))
        possible = np.where(complete[None], fails, asked)
        total += np.minimum(possible + possible.T, most)
    return total


def _both(left: Sequence[Iterable[Hashable]], right: Sequence[Iterable[Hashable]]) -> Float[np.ndarray, "scene scene"]:
    """How many members of each left bag each right set has."""
    column: dict[Hashable, int] = {}
    matrices = []
    for side in (left, right):
        cells = [(row, column.setdefault(item, len(column))) for row, items in enumerate(side) for item in items]
        matrices.append(np.array(cells, np.int64).reshape(-1, 2).T)
    shape = (len(left), max(len(column), 1))
    first, second = (sparse.csr_matrix((np.ones(at.shape[1]), (at[0], at[1])), shape=shape) for at in matrices)
    return np.asarray((first @ second.T).todense())


def _keys(facts: Iterable[Fact]) -> list[Hashable]:
    """What a fact shares with those near it: subject and relation, relation and object, both arguments in this order or the other."""
    found: list[Hashable] = []
    for fact in facts:
        a, b = fact.arguments
        found += [("subject", a, fact.name), ("object", fact.name, b), ("pair", a, b)]
    return found
