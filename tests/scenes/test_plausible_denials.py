"""Denied is what is plausible in a scene but absent."""

import numpy as np
from random_scenes import random_scenes

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts, scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.plausible_denials import plausible_couples

WANTED = {2: 4, 1: 2, 0: 2}


def couples_of(scenes):
    allowed = {k: (lambda fact: True) for k in range(len(scenes))}
    return list(plausible_couples(scenes, allowed, WANTED, np.random.default_rng(0)))


def test_one_fact_of_a_couple_holds_and_the_other_fails_in_its_scene():
    scenes = scene_facts(random_scenes(40), NameTable.read())
    found = couples_of(scenes)
    assert found
    for couple in found:
        assert scenes[couple.scene].holds(couple.affirmed) is True
        assert scenes[couple.scene].holds(couple.denied) is False
        assert len(couple.affirmed.arguments) == len(couple.denied.arguments)


def test_nothing_is_asked_of_a_scene_twice():
    scenes = scene_facts(random_scenes(40), NameTable.read())
    asked = [(couple.scene, fact) for couple in couples_of(scenes) for fact in (couple.affirmed, couple.denied)]
    assert len(asked) == len(set(asked))


def test_only_what_goes_with_a_scenes_nouns_is_denied_the_more_often_the_more_it_does():
    def scene(k: int, *nouns: str) -> SceneFacts:
        return SceneFacts(f"image{k}", frozenset(map(Fact, nouns)), frozenset(), complete=True)

    # The cat goes with the sofa nine times as often as with the bowl, and never with the boat.
    kinds = [("cat", "sofa")] * 90 + [("cat", "bowl")] * 10 + [("boat", "sea")] * 50 + [("cat",)] * 2000
    scenes = [scene(k, *nouns) for k, nouns in enumerate(kinds)]
    alone = {k: (lambda fact: True) for k in range(150, len(scenes))}
    found = [c.denied.name for c in plausible_couples(scenes, alone, {0: 1}, np.random.default_rng(0))]
    assert set(found) == {"sofa", "bowl"}
    assert abs(found.count("sofa") / len(found) - 0.9) < 0.03
