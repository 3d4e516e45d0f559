"""The concept graph: what stands in it, that it says what the source answers, and that evidence adds up."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from graphs.fake_source import PROBABILITIES, FakeSource

from neurona.graphs import Said, concept_graph, nodes_of_kind
from neurona.programs import parse
from neurona.programs.facts import Fact


def graph(source=None, **options):
    return concept_graph(source or FakeSource(), "image-7", **options)


def relations(built):
    return {
        (built.nodes[subject]["name"], data["name"], built.nodes[object_]["name"])
        for subject, object_, data in built.edges(data=True)
        if data["kind"] == "relation"
    }


def claims(built):
    """Attributes of every node and edge that states something."""
    parts = [data for _, data in built.nodes(data=True)] + [data for *_, data in built.edges(data=True)]
    return [data for data in parts if "probability" in data]


def test_the_probable_scene_stands_in_it_and_nothing_else():
    built = graph()
    assert isinstance(built, nx.MultiDiGraph)
    assert built.graph == {
        "recording": "image-7",
        "dataset": "quickstart",
        "decoder": "explain",
        "simulated": False,
        "paired": False,
        "threshold": 0.5,
    }
    assert nodes_of_kind(built, "thing") == ["thing:man", "thing:bat", "thing:ball"]
    assert nodes_of_kind(built, "attribute") == ["attribute:tall@man", "attribute:red@ball"]
    assert relations(built) == {
        ("man", "hold", "bat"),
        ("man", "look_at", "bat"),
        ("man", "look_at", "ball"),
        ("bat", "beside", "man"),
        ("ball", "on", "bat"),
    }
    assert built.edges["attribute:red@ball", "thing:ball", "has"] == {"kind": "has"}


def test_several_relations_of_two_things_are_parallel_edges_and_two_forms_of_one_are_one():
    built = graph()
    assert set(built["thing:man"]["thing:bat"]) == {"hold", "look_at"}
    assert built["thing:bat"]["thing:man"]["beside"]["symmetric"]
    assert not built["thing:man"]["thing:bat"]["hold"]["symmetric"]
    likelier = {**PROBABILITIES, Fact("under", ("bat", "ball")): 0.7}
    assert ("bat", "under", "ball") in relations(graph(FakeSource(likelier)))


def test_every_number_is_the_answer_of_its_program():
    built, source = graph(), FakeSource()
    assert len(claims(built)) == 3 + 2 + 3 + 5
    for data in claims(built):
        said = source.ask_all([parse(data["program"], source.vocabulary)], "image-7")
        assert (data["probability"], data["prior"], data["error"]) == tuple(float(numbers[0]) for numbers in said)


@pytest.mark.parametrize("higher", [0.55, 0.65, 0.8, 0.9])
def test_a_higher_threshold_leaves_a_part_of_the_graph(higher):
    low, high = graph(), graph(threshold=higher)
    assert set(high.nodes) <= set(low.nodes)
    assert set(high.edges(keys=True)) < set(low.edges(keys=True))
    assert all(data["probability"] >= higher for data in claims(high))


def test_where_nothing_is_probable_the_likeliest_thing_is_kept_and_marked():
    built = graph(threshold=0.99)
    assert nodes_of_kind(built, "thing") == ["thing:man"]
    assert built.nodes["thing:man"]["likeliest"]
    assert nodes_of_kind(built, "attribute") == []
    assert not any("likeliest" in data for _, data in graph().nodes(data=True))


def test_a_relation_with_an_improbable_thing_is_left_out():
    fuzzy = {Fact("man"): 0.9, Fact("bat"): 0.2, Fact("hold", ("man", "bat")): 0.8, Fact("red", ("bat",)): 0.9}
    built = graph(FakeSource(fuzzy, entities=0))
    assert set(built) == {"thing:man"}
    assert not built.edges


def test_the_order_of_facts_and_nouns_changes_nothing():
    other = FakeSource(reverse=True, things=("dog", "ball", "bat", "man"))
    assert nx.utils.graphs_equal(graph(), graph(other))


def test_evidence_of_all_entities_with_bias_prior_and_rest_is_the_log_odds():
    built, source = graph(most_carriers=2), FakeSource()
    carried = [node for node in built if "log_odds" in built.nodes[node]]
    assert set(carried) == {"thing:man", "thing:bat", "thing:ball", "attribute:red@ball"}  # tall has no carriers
    for node in carried:
        data = built.nodes[node]
        truly = source.carriers("image-7", [data["name"]])
        total = truly.evidence.sum() + truly.bias[0] + truly.prior_log_odds[0] + data["rest"]
        assert total == pytest.approx(np.log(data["probability"] / (1 - data["probability"])), abs=1e-6)
        assert data["evidence_total"] == pytest.approx(truly.evidence.sum())
        assert data["log_odds"] == pytest.approx(total, abs=1e-6)


def test_each_word_keeps_the_entities_of_the_largest_evidence_of_either_sign():
    built, source = graph(most_carriers=2), FakeSource()
    for word in ("man", "bat", "ball"):
        edges = sorted(built.in_edges(f"thing:{word}", data=True), key=lambda edge: edge[2].get("rank", 0))
        drawn = [data["evidence"] for _, _, data in edges if data["kind"] == "carries"]
        evidence = source.carriers("image-7", [word]).evidence[:, 0]
        assert drawn == sorted(evidence.tolist(), key=abs, reverse=True)[:2]
    signs = {data["evidence"] > 0 for *_, data in graph(most_carriers=99).edges(data=True) if data["kind"] == "carries"}
    assert signs == {True, False}
    assert nodes_of_kind(graph(most_carriers=0), "entity") == []
    assert graph(most_carriers=0).nodes["thing:man"] == built.nodes["thing:man"]


def test_a_certain_thing_has_finite_log_odds():
    built = graph(FakeSource({Fact("man"): 1.0}))
    assert np.isfinite(built.nodes["thing:man"]["log_odds"])


def test_definitions_that_hold_are_linked_to_what_implies_them():
    links = {(source, target) for source, target, data in graph().edges(data=True) if data["kind"] == "is a"}
    assert links == {
        ("thing:man", "defined:animate"),
        ("thing:man", "defined:living"),
        ("defined:animate", "defined:living"),
        ("attribute:red@ball", "defined:coloured"),
    }


def test_rounding_is_forgiven_and_nonsense_is_not():
    class Wrong(FakeSource):
        def ask_all(self, queries, recording):
            probability = super().ask_all(queries, recording).probability
            probability[0] = self.first
            return Said(probability, probability, 0 * probability)

    source = Wrong()
    source.first = 1 + 1e-9
    assert graph(source).nodes["thing:man"]["probability"] == 1
    for nonsense in (1.5, -0.1, np.nan):
        source.first = nonsense
        with pytest.raises(ValueError, match=r"probability of 'exists x. man\(x\)' in 'image-7'"):
            graph(source)
    with pytest.raises(ValueError, match="threshold"):
        graph(threshold=1.5)
    with pytest.raises(ValueError, match="most_carriers"):
        graph(most_carriers=-1)


def test_no_words_make_an_empty_graph():
    assert not graph(FakeSource({}, things=()), threshold=0.5)
