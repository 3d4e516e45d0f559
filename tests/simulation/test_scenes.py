from collections import Counter

import numpy as np
import pytest

from neurona.scenes.facts import swapped
from neurona.simulation.ontology import make_ontology
from neurona.simulation.scenes import make_scenes
from neurona.simulation.settings import SimulationSettings


@pytest.fixture(scope="module")
def ontology():
    return make_ontology(40)


@pytest.fixture(scope="module")
def scenes(ontology):
    return make_scenes(ontology, SimulationSettings(images=200, nouns=40), np.random.default_rng(0))


def test_the_same_seed_gives_the_same_scenes(ontology, scenes):
    again = make_scenes(ontology, SimulationSettings(images=200, nouns=40), np.random.default_rng(0))
    assert again == scenes


def test_things_of_a_scene_have_different_nouns(scenes):
    assert all(len({thing.name for thing in scene.things}) == len(scene.things) for scene in scenes)


def test_only_what_is_plausible_is_said(ontology, scenes):
    place = ontology.nouns.index
    for scene in scenes:
        for thing in scene.things:
            assert set(thing.attributes) <= set(ontology.fitting_adjectives(thing.name))
            kinds = [ontology.kind_of[word] for word in thing.attributes]
            assert len(set(kinds)) == len(kinds)
        for link in scene.relationships:
            subject, object_ = scene.things[link.subject].name, scene.things[link.object].name
            assert ontology.plausibility[ontology.relations.index(link.predicate), place(subject), place(object_)] > 0


def test_two_things_have_one_relation_of_a_category_at_most(ontology, scenes):
    for scene in scenes:
        keys = [(ontology.category_of[x.predicate], frozenset((x.subject, x.object))) for x in scene.relationships]
        assert len(set(keys)) == len(keys)


def test_neither_nouns_nor_their_order_tell_the_relation(scenes):
    relations = [fact for scene in scenes for fact in scene.facts if len(fact.arguments) == 2]
    held = set(relations)
    directed = [fact for fact in relations if fact.name not in ("beside", "next_to")]
    assert np.mean([swapped(fact) in held for fact in directed]) > 0.2
    predicates: dict[tuple[str, ...], Counter] = {}
    for fact in relations:
        predicates.setdefault(fact.arguments, Counter())[fact.name] += 1
    assert np.mean([len(predicates[fact.arguments]) > 1 for fact in relations]) > 0.7


def test_sizes_follow_their_dials(ontology):
    settings = SimulationSettings(
        images=60, nouns=40, things_least=2, things_most=4, adjectives_a_thing=0.0, relationships_a_thing=0.0
    )
    scenes = make_scenes(ontology, settings, np.random.default_rng(0))
    assert {len(scene.things) for scene in scenes} == {2, 3, 4}
    assert not any(scene.relationships or any(thing.attributes for thing in scene.things) for scene in scenes)
