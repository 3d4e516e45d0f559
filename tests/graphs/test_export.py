"""Concept graphs survive their files; damaged files are complained of."""

from __future__ import annotations

import json

import networkx as nx
import pytest
from graphs.fake_source import FakeSource

from neurona.errors import DataError, OutputError
from neurona.graphs import concept_graph, read_graph, write_graph
from neurona.programs.facts import Fact

TRUTH = frozenset({Fact("hold", ("man", "dog")), Fact("red", ("bat",))})


@pytest.fixture(params=[None, TRUTH])
def graph(request):
    source = FakeSource(simulated=True)
    source.entities = ("V1 <left> & ü", *source.entities[1:])
    return concept_graph(source, "image-7", truth=request.param, threshold=0.5, most_carriers=4)


@pytest.mark.parametrize("suffix", [".json", ".graphml"])
def test_round_trip(graph, tmp_path, suffix):
    again = read_graph(write_graph(graph, tmp_path / "graphs" / f"g{suffix}"))
    assert type(again) is type(graph)
    assert nx.utils.graphs_equal(graph, again)
    assert again.graph == graph.graph


def test_monte_carlo_error_stands_in_the_files(graph, tmp_path):
    edges = json.loads(write_graph(graph, tmp_path / "g.json").read_text())["edges"]
    held = next(edge for edge in edges if edge["key"] == "hold")
    assert held["error"] == pytest.approx((0.83 * 0.17 / 512) ** 0.5)
    assert 'attr.name="error"' in write_graph(graph, tmp_path / "g.graphml").read_text()


@pytest.mark.parametrize("suffix", [".json", ".graphml"])
@pytest.mark.parametrize("text", ["", "{", "[1]", '{"nodes": 3}', "<graphml/>", '{"nodes": [], "edges": []}'])
def test_damaged_files_are_data_errors(tmp_path, suffix, text):
    path = tmp_path / f"g{suffix}"
    path.write_text(text)
    with pytest.raises(DataError, match="cannot be read as a concept graph"):
        read_graph(path)
    with pytest.raises(DataError):
        read_graph(tmp_path / f"missing{suffix}")


def test_other_suffixes_are_refused(graph, tmp_path):
    with pytest.raises(OutputError, match=r"\.graphml or \.json"):
        write_graph(graph, tmp_path / "g.gml")
    with pytest.raises(DataError, match=r"\.graphml or \.json"):
        read_graph(tmp_path / "g.gml")


def test_unwritable_place_is_an_output_error(graph, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_graph(graph, tmp_path / "file" / "g.json")
