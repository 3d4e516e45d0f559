"""Limits of what a page may ask."""

from __future__ import annotations

import pytest

from neurona.errors import QueryError
from neurona.explorer.requests import MOST_ATOMS, MOST_VARIABLES, refuse_large
from neurona.programs import parse


def nested(depth):
    names = [f"x{k}" for k in range(depth)]
    return parse(" ".join(f"exists {name}." for name in names) + " " + " & ".join(f"man({name})" for name in names))


def test_queries_up_to_the_limits_are_let_through():
    refuse_large(nested(MOST_VARIABLES), "")
    refuse_large(parse("exists x. " + " | ".join(["man(x)"] * MOST_ATOMS)), "")
    with pytest.raises(QueryError, match=f"this query for {MOST_VARIABLES + 1}"):
        refuse_large(nested(MOST_VARIABLES + 1), "")
    with pytest.raises(QueryError, match=f"this has {MOST_ATOMS + 1}"):
        refuse_large(parse("exists x. " + " | ".join(["man(x)"] * (MOST_ATOMS + 1))), "")
