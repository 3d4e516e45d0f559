"""Concept graphs survive their files; damaged files are complained of."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from neurona.errors import DataError, OutputError
from neurona.graphs import concept_graph, from_graphml, from_json, to_graphml, to_json


@pytest.fixture
def graph():
    return concept_graph(
        {"face": 0.9, "house": 0.2},
        np.array([[1.5, -0.25], [0.5, 2.0]], dtype=np.float32),
        ["V1 <left> & ü", "FFA"],
        ["face", "house"],
        "run-1",
        definitions={"animate": 0.9},
        is_a={"animate": ["face"]},
        dataset="haxby2001",
    )


@pytest.mark.parametrize(("write", "read"), [(to_json, from_json), (to_graphml, from_graphml)])
def test_round_trip(graph, tmp_path, write, read):
    again = read(write(graph, tmp_path / "graphs" / "g"))
    assert nx.utils.graphs_equal(graph, again)
    assert {key: again.graph[key] for key in graph.graph} == graph.graph


@pytest.mark.parametrize("read", [from_json, from_graphml])
@pytest.mark.parametrize("text", ["", "{", "[1]", '{"nodes": 3}', "<graphml/>"])
def test_damaged_files_are_data_errors(tmp_path, read, text):
    path = tmp_path / "g"
    path.write_text(text)
    with pytest.raises(DataError, match="cannot be read as"):
        read(path)
    with pytest.raises(DataError):
        read(tmp_path / "missing")


@pytest.mark.parametrize("write", [to_json, to_graphml])
def test_unwritable_place_is_an_output_error(graph, tmp_path, write):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write(graph, tmp_path / "file" / "g")
