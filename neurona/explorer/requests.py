"""What a page may ask for: shapes and limits of requests, checked before anything is computed."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from neurona.errors import QueryError
from neurona.programs import Query
from neurona.programs.tree import Atom, Count, Exists, Forall, Node, The, children, walk

MOST_BYTES = 64 * 1024
"""Of a request's body."""
MOST_SECONDS = 10.0
"""Of computing an answer."""
MOST_CHARACTERS = 1000
"""Of a query."""
MOST_QUERIES = 20
MOST_VARIABLES = 3
"""Of a query at any one place: what is computed grows with the number of things to this power."""
MOST_ATOMS = 24
"""Of a query."""
MOST_ROWS = 20_000
"""Answers of one request: queries x recordings."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Request(BaseModel):
    """Of a page."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Ask(Request):
    """Queries about one recording, or about those that a text selects (`Source.select`)."""

    queries: Annotated[list[Text], Field(min_length=1, max_length=MOST_QUERIES)]
    recordings: Text = "all"
    given: Text | None = None


class Explain(Request):
    """One query about one recording."""

    query: Text
    recording: Id
    given: Text | None = None


class Graph(Request):
    """The concept graph of one recording."""

    recording: Id
    given: Text | None = None
    threshold: Annotated[float, Field(ge=0.05, le=1.0)] = 0.5
    across: Annotated[float, Field(ge=1.0, le=40.0)] | None = None
    """Inches that there are for it."""


class Map(Request):
    """What the entities of one recording add to one word."""

    recording: Id
    word: Id


class Scenes(Request):
    """The likeliest scenes of one recording."""

    recording: Id
    count: Annotated[int, Field(ge=1, le=10)] = 3
    given: Text | None = None


class Complete(Request):
    """What may follow a text."""

    text: Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]


def refuse_large(query: Query, text: str) -> None:
    """Refuse a query that would take long.

    Raises:
        QueryError: more variables at one place, or more atoms, than the limits.
    """
    if (deep := _variables(query)) > MOST_VARIABLES:
        raise QueryError(
            f"the page asks for {MOST_VARIABLES} things at a time, and this query for {deep}; use `neurona query`", text
        )
    if (atoms := sum(isinstance(node, Atom) for node in walk(query))) > MOST_ATOMS:
        raise QueryError(
            f"the page answers queries of {MOST_ATOMS} statements, and this has {atoms}; use `neurona query`", text
        )


def _variables(node: Node) -> int:
    own = int(isinstance(node, Exists | Forall | Count | The))
    return own + max((_variables(child) for child in children(node)), default=0)
