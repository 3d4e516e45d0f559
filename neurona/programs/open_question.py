"""Questions whose answers are things: who, what, where."""

from __future__ import annotations

from dataclasses import dataclass

from neurona.programs.tree import Query


@dataclass(frozen=True)
class OpenQuestion:
    """A question for things: who, what, where.

    Attributes:
        choices: what may be answered.
        queries: the question that each choice answers with yes.
    """

    choices: tuple[str, ...]
    queries: tuple[Query, ...]
