"""What a program affirms, where it denies something: `~(exists x. cat(x))`, `forall x. ~cat(x)`, *there is no cat*: all deny `exists v0. cat(v0)`."""

from __future__ import annotations

from functools import lru_cache

from neurona.programs.logic_syntax import to_logic
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import Count, Describe, Not, Query, walk
from neurona.programs.vocabulary import Vocabulary


@lru_cache(maxsize=1 << 15)
def affirmed(query: Query, vocabulary: Vocabulary | None = None) -> tuple[Query, int]:
    """The normal form of a query or of its denial, whichever has fewer denials; and -1 where it is that of the denial.

    Equal programs have the same, and so has a program and its denial, with the other sign.

    Args:
        query: any query; counts and `describe` questions affirm what they are.
        vocabulary: its definitions are expanded.
    """
    found = normal_form(query, vocabulary)
    if isinstance(found, Describe | Count):
        return found, 1
    denied = normal_form(Not(found))
    return (found, 1) if _key(found) <= _key(denied) else (denied, -1)


def _key(query: Query) -> tuple[int, str]:
    return sum(isinstance(node, Not) for node in walk(query)), to_logic(query)
