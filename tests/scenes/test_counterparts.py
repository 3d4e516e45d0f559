"""Which two scenes are asked the same questions."""

import numpy as np
from random_scenes import random_scenes

from neurona.scenes.counterparts import counterparts
from neurona.scenes.facts import scene_facts
from neurona.scenes.names import NameTable


def test_every_scene_but_an_odd_one_has_one_counterpart():
    scenes = scene_facts(random_scenes(31), NameTable.read())
    found = counterparts(scenes, lambda fact: True, (5, 5, 5), np.random.default_rng(0))
    (odd,) = np.flatnonzero(found < 0)
    rest = np.delete(np.arange(31), odd)
    assert (found[found[rest]] == rest).all()
    assert (found[rest] != rest).all()


def test_scenes_that_differ_are_preferred_to_copies():
    one, other = random_scenes(2, nouns=14)
    scenes = scene_facts([one, one, other, other], NameTable.read())
    found = counterparts(scenes, lambda fact: True, (5, 5, 5), np.random.default_rng(0))
    assert {int(found[0]), int(found[1])} == {2, 3}
