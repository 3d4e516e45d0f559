"""Why not otherwise: the smallest change of the decoded scene that would turn an answer.

Of all worlds of a recording in which the program's truth is other than in the likeliest one, that which differs from it in the fewest
facts; of several, the likeliest.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from neurona.errors import QueryError
from neurona.execution.world_truth import truth
from neurona.execution.worlds import Worlds
from neurona.programs import Query
from neurona.programs.facts import Fact


class Change(NamedTuple):
    """From the likeliest world to the nearest in which the answer is another.

    Attributes:
        holds: whether the program is true in the likeliest world.
        share: of the likeliest world.
        less, more: facts that the other world lacks, and that it has besides.
        other_share: of the other world.
    """

    holds: bool
    share: float
    less: frozenset[Fact]
    more: frozenset[Fact]
    other_share: float


def nearest_change(worlds: Worlds, query: Query, row: int) -> Change | None:
    """The smallest change; None where no world of the recording says otherwise.

    Args:
        worlds: possible worlds of recordings.
        query: a checked formula.
        row: of the recording.

    Raises:
        QueryError: a question for a number or a word.
    """
    if type(query).__name__ in ("Count", "Describe"):
        raise QueryError("only an answer of yes or no can be turned; ask for one, e.g. with exists")
    held = truth(worlds, [query], np.array([row]))[0] > 0
    shares: dict[frozenset[Fact], float] = defaultdict(float)
    holds: dict[frozenset[Fact], bool] = {}
    for k in np.flatnonzero(worlds.share[row] > 0).tolist():
        facts = worlds.facts(row, k)
        shares[facts] += float(worlds.share[row, k])
        holds[facts] = bool(held[k])
    here = max(shares, key=lambda facts: shares[facts])
    others = [facts for facts, true in holds.items() if true != holds[here]]
    if not others:
        return None
    nearest = min(others, key=lambda facts: (len(here ^ facts), -shares[facts]))
    return Change(holds[here], shares[here], here - nearest, nearest - here, shares[nearest])
