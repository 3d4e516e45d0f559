"""A concept graph under a condition."""

from __future__ import annotations

import pytest
from tiny_run import tiny_reading

from neurona.errors import QueryError

READING = tiny_reading()


def test_every_number_of_the_graph_is_that_of_the_query_under_the_condition():
    given = "exists x. dog(x)"
    graph = READING.graph("a", given=given, threshold=0.3)
    claims = [data for _, data in graph.nodes(data=True) if "program" in data]
    assert {"exists x. dog(x)", "exists x. small(x) & dog(x)"} <= {data["program"] for data in claims}
    for data in claims:
        assert data["probability"] == READING.ask(data["program"], "a", given=given).probability.item()


def test_a_condition_that_no_scene_holds_is_refused():
    with pytest.raises(QueryError, match="holds in no scene that is thought possible of a"):
        READING.graph("a", given="exists x. dog(x) & red(x)")
