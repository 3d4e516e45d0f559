"""Which claims of a graph are true, and what it misses."""

from __future__ import annotations

from graphs.fake_source import FakeSource

from neurona.graphs import concept_graph
from neurona.graphs.truth import claims
from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable

TRUTH = frozenset(
    {
        Fact("hold", ("man", "bat")),
        Fact("beside", ("man", "bat")),
        Fact("under", ("bat", "ball")),
        Fact("red", ("bat",)),
        Fact("look_at", ("dog", "ball")),
        Fact("fur", ("dog",)),
        Fact("near", ("cloud", "man")),
    }
)


def built(truth=TRUTH, **options):
    return concept_graph(FakeSource(), "image-7", truth=truth, **options)


def test_claims_are_true_in_whatever_form_the_scene_states_them():
    true = {fact for fact, data in claims(built()) if data["true"]}
    assert true == {
        Fact("man"),
        Fact("bat"),
        Fact("ball"),
        Fact("hold", ("man", "bat")),
        Fact("beside", ("bat", "man")),
        Fact("on", ("ball", "bat")),
    }
    assert built().nodes["defined:animate"]["true"]
    assert not built(frozenset({Fact("bat")})).nodes["defined:animate"]["true"]


def test_missed_is_what_is_true_and_can_be_said_and_is_not_claimed():
    assert built().graph["missed"] == [["dog"], ["red", "bat"], ["look_at", "dog", "ball"]]


def test_true_claims_and_what_is_missed_are_the_true_scene():
    forms = NameTable.read().forms
    known = {fact for fact in TRUTH if fact.name not in ("fur", "near")} | {
        Fact(n) for n in ("man", "bat", "ball", "dog")
    }
    for threshold in (0.0, 0.5, 0.7, 0.99):
        graph = built(threshold=threshold)
        found = {fact for fact, data in claims(graph) if data["true"]}
        missed = {Fact(name, tuple(arguments)) for name, *arguments in graph.graph["missed"]}
        assert not found & missed
        assert {form for fact in found | missed for form in forms(fact)} == {f for fact in known for f in forms(fact)}


def test_without_a_truth_nothing_is_said_of_it():
    graph = built(None)
    assert "missed" not in graph.graph
    assert not any("true" in data for _, data in claims(graph))
