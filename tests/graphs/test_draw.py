"""The picture of a concept graph."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread

from neurona.errors import OutputError
from neurona.graphs import concept_graph, draw


def graph(n_concepts=3, n_entities=5, **options):
    random = np.random.default_rng(0)
    concepts = [f"concept_{i}" for i in range(n_concepts)]
    return concept_graph(
        {concept: (i + 1) / (n_concepts + 1) for i, concept in enumerate(concepts)},
        random.normal(size=(n_entities, n_concepts)).astype(np.float32),
        [f"parcel_{i}" for i in range(n_entities)],
        concepts,
        "run-1",
        **options,
    )


@pytest.fixture
def text_of(tmp_path, monkeypatch):
    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "none")
    return lambda built, **options: draw(built, tmp_path / "g.svg", **options).read_text()


def test_names_probabilities_and_layers_are_written(text_of):
    text = text_of(graph(definitions={"animate": 0.42}, is_a={"animate": ["concept_0"]}, dataset="haxby"))
    for part in ("concept 0  0.25", "concept 2  0.75", "animate  0.42", "parcel", "defined by the ontology"):
        assert part in text
    assert "Concept graph of haxby run-1" in text
    assert "SIMULATED" not in text


def test_simulated_data_say_so_even_under_a_given_title(text_of):
    text = text_of(graph(simulated=True), title="Mine")
    assert "Mine" in text
    assert "SIMULATED DATA" in text


def test_what_is_not_drawn_is_counted(text_of):
    text = text_of(graph(n_concepts=9), max_concepts=4)
    assert "5 less probable concepts are not drawn" in text
    assert "concept 0 " not in text


def test_the_picture_is_the_same_twice(tmp_path):
    first, second = (draw(graph(), tmp_path / name) for name in ("a.png", "b.png"))
    assert imread(first).std() > 0.05
    assert first.read_bytes() == second.read_bytes()


def test_a_graph_without_concepts_is_drawn(tmp_path):
    assert draw(graph(n_concepts=0), tmp_path / "empty.png").stat().st_size > 0


def test_unwritable_place_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        draw(graph(), tmp_path / "file" / "g.png")
