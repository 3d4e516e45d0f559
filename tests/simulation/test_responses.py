import numpy as np
import pytest

from neurona.programs.facts import Fact
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.simulation.brain import make_brain
from neurona.simulation.ontology import make_ontology
from neurona.simulation.patterns import plant
from neurona.simulation.responses import ResponseModel
from neurona.simulation.settings import SimulationSettings


def model(interaction=1.0, roles=1.0, relations_respond=True) -> ResponseModel:
    settings = SimulationSettings(components=64, parcels=6, nouns=40, adjectives=10, roles=roles)
    ontology = make_ontology(40, 10)
    patterns = plant(make_brain(64, 6), ontology, settings, np.random.default_rng(0))
    return ResponseModel(ontology, patterns, interaction, relations_respond)


def hold(subject, object_):
    return Fact("hold", (subject, object_))


def test_a_scene_is_the_sum_of_its_facts():
    scene = SceneGraph("x", (Thing("man"), Thing("dog", ("white",))), (Relationship(0, "hold", 1),))
    facts = [Fact("man"), Fact("dog"), Fact("white", ("dog",)), hold("man", "dog")]
    found = model().scenes([scene])[0]
    np.testing.assert_allclose(found, model().facts(facts).sum(axis=0), atol=1e-6)


def test_purely_additive_relations_are_sums_of_relation_subject_and_object():
    additive = model(interaction=0.0)
    patterns = additive.patterns
    nouns = additive.ontology.nouns
    expected = patterns.word[patterns.words.index("hold")]
    expected = expected + patterns.subject[nouns.index("man")] + patterns.object[nouns.index("dog")]
    np.testing.assert_allclose(additive.facts([hold("man", "dog")])[0], expected / np.sqrt(3), atol=1e-6)


def test_additive_relations_do_not_bind_arguments_to_predicates():
    crossed = [(1, hold("man", "dog")), (1, Fact("walk", ("woman", "cat")))]
    straight = [(1, Fact("walk", ("man", "dog"))), (1, hold("woman", "cat"))]
    same, other = model(interaction=0.0).sums([crossed, straight])
    np.testing.assert_allclose(same, other, atol=1e-6)
    bound, unbound = model(interaction=1.0).sums([crossed, straight])
    assert np.linalg.norm(bound - unbound) > 0.1


def test_interactive_relations_say_nothing_beyond_the_relations_own_parcels():
    interactive = model(interaction=1.0)
    patterns = interactive.patterns
    outside = ~patterns.planted[patterns.words.index("hold")][make_brain(64, 6).parcel_of_component]
    assert np.abs(interactive.facts([hold("man", "dog")])[0, outside]).max() == 0


@pytest.mark.parametrize("interaction", [0.0, 0.3, 1.0])
def test_roles_are_the_only_difference_between_swapped_arguments(interaction):
    with_roles = model(interaction, roles=1.0).facts([hold("man", "dog"), hold("dog", "man")])
    assert np.linalg.norm(with_roles[0] - with_roles[1]) > 0.1
    without = model(interaction, roles=0.0).facts([hold("man", "dog"), hold("dog", "man")])
    np.testing.assert_array_equal(without[0], without[1])


def test_attributes_are_gated_by_their_noun_only_as_far_as_the_dial_says():
    facts = [Fact("white", ("dog",)), Fact("white", ("cat",))]
    dog, cat = model(interaction=0.0).facts(facts)
    np.testing.assert_array_equal(dog, cat)
    dog, cat = model(interaction=1.0).facts(facts)
    assert np.linalg.norm(dog - cat) > 0.1


def test_parts_have_unit_length_on_average():
    interactive = model(interaction=1.0)
    nouns = interactive.ontology.nouns
    relations = [Fact("beside", (a, b)) for a in nouns for b in nouns if a != b]
    squares = (interactive.facts(relations) ** 2).sum(axis=1)
    assert squares.mean() == pytest.approx(1, abs=0.25)


def test_with_the_arguments_only_relations_have_no_response():
    assert not model(relations_respond=False).facts([hold("man", "dog")]).any()


def test_a_brain_sees_a_scene_and_not_the_words_for_it():
    under, on = Fact("under", ("dog", "man")), Fact("on", ("man", "dog"))
    beside, turned = Fact("beside", ("dog", "man")), Fact("beside", ("man", "dog"))
    found = model().facts([under, on, beside, turned])
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    np.testing.assert_allclose(found[2], found[3], atol=1e-6)
    assert np.linalg.norm(found[0] - found[2]) > 0.1
