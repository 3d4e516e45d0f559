"""The concept graph: nodes, edges and complaints."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.graphs import concept_graph, nodes_of_kind

EVIDENCE = np.array([[3.0, -1.0], [1.0, 0.5], [2.0, -2.0], [0.0, 0.1]], dtype=np.float32)
ENTITIES = ["V1", "FFA", "face", "PPA"]  # a parcel may be called like a concept
CONCEPTS = ["face", "house"]
PROBABILITIES = {"face": 0.9, "house": np.float32(0.25)}


def graph(**options):
    return concept_graph(PROBABILITIES, EVIDENCE, ENTITIES, CONCEPTS, "run-1", **options)


def test_each_concept_keeps_its_strongest_entities_in_order():
    built = graph(top_entities=2)
    carriers = {c: {} for c in CONCEPTS}
    for source, target, data in built.edges(data=True):
        carriers[built.nodes[target]["name"]][built.nodes[source]["name"]] = (data["rank"], data["evidence"])
    assert carriers["face"] == {"V1": (1, 3.0), "face": (2, 2.0)}
    assert carriers["house"] == {"FFA": (1, 0.5), "PPA": (2, pytest.approx(0.1))}


def test_nodes_and_attributes():
    built = graph(definitions={"animate": 0.95}, is_a={"animate": ["face"]}, dataset="haxby", simulated=True)
    assert built.graph == {"recording": "run-1", "dataset": "haxby", "simulated": True}
    assert built.nodes["concept:face"] == {"kind": "concept", "name": "face", "probability": 0.9}
    assert built.nodes["entity:face"] == {"kind": "entity", "name": "face"}
    assert built.edges["concept:face", "defined:animate"] == {"kind": "is a"}
    assert nodes_of_kind(built, "concept") == ["concept:face", "concept:house"]


def test_defined_concepts_may_imply_others_and_unknown_links_are_left_out():
    built = graph(definitions={"animate": 0.9, "thing": 1.0}, is_a={"thing": ["animate", "ghost"], "gone": ["face"]})
    assert [(s, t) for s, t, d in built.edges(data=True) if d["kind"] == "is a"] == [
        ("defined:animate", "defined:thing")
    ]


def test_more_top_entities_than_entities_is_fine():
    assert len(nodes_of_kind(graph(top_entities=99), "entity")) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contributions": EVIDENCE[:3]}, "shape"),
        ({"contributions": EVIDENCE * np.nan}, "finite"),
        ({"entity_names": ["a", "a", "b", "c"]}, "more than once"),
        ({"probabilities": {"face": 0.5}}, "'house' has no probability"),
        ({"probabilities": {"face": 0.5, "house": 1.5}}, "between 0 and 1"),
        ({"definitions": {"animate": float("nan")}}, "between 0 and 1"),
        ({"top_entities": 0}, "top_entities"),
    ],
)
def test_inconsistent_input_is_refused(change, message):
    arguments = {
        "probabilities": PROBABILITIES,
        "contributions": EVIDENCE,
        "entity_names": ENTITIES,
        "concepts": CONCEPTS,
        "recording": "r",
        **change,
    }
    with pytest.raises(ValueError, match=message):
        concept_graph(**arguments)
