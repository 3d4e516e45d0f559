"""Facts made true hold in every world, with their things, and nothing else changes."""

import numpy as np

from neurona.execution.forced import forced, held_facts
from neurona.execution.worlds import Worlds
from neurona.programs.facts import Fact

MAN, BAT, RED, HOLD = Fact("man"), Fact("bat"), Fact("red", ("bat",)), Fact("hold", ("man", "bat"))
WORLDS = Worlds.of_facts(
    [[[MAN], [MAN, BAT, RED], []]], ("man", "bat", "red", "dog"), ("hold",), np.array([[0.5, 0.3, 0.2]])
)


def test_held_facts_are_those_of_some_world():
    assert held_facts(WORLDS, 0) == {MAN, BAT, RED}


def test_a_forced_fact_comes_with_its_things():
    found = forced(WORLDS, 0, [HOLD])
    assert [found.facts(0, k) for k in range(3)] == [{MAN, BAT, HOLD}, {MAN, BAT, RED, HOLD}, {MAN, BAT, HOLD}]
    np.testing.assert_array_equal(found.share, WORLDS.share)


def test_a_new_thing_is_added_and_what_holds_already_stays_once():
    found = forced(WORLDS, 0, [Fact("red", ("dog",)), MAN])
    assert found.facts(0, 2) == {MAN, Fact("dog"), Fact("red", ("dog",))}
    assert found.facts(0, 1) == {MAN, BAT, RED, Fact("dog"), Fact("red", ("dog",))}


def test_nothing_forced_changes_nothing():
    assert [forced(WORLDS, 0, []).facts(0, k) for k in range(3)] == [WORLDS.facts(0, k) for k in range(3)]
