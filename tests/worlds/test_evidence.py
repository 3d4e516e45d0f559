"""What recordings say of facts: slopes are differences of log p, and conditionals those of enumeration."""

from dataclasses import replace

import numpy as np
import pytest
from worlds_cases import enumerated, evidence

from neurona.worlds.evidence import States


@pytest.mark.parametrize("disjoint", [(), (("big", "red"), ("man", "big"))])
def test_the_mean_of_conditionals_over_all_scenes_is_the_probability_of_each_fact(disjoint):
    of = evidence(0, 1, disjoint, strength=0.8)
    numbers, every, share = enumerated(of, 0)
    states = States(of.space, numbers, every.T)
    np.testing.assert_allclose(of.conditional(0, numbers, states) @ share, share @ every, atol=1e-5)


def test_a_fact_that_no_world_could_hold_has_its_probability_in_worlds_without_it():
    of = evidence(1, 1)
    numbers, every, share = enumerated(of, 0)
    for fact in (5, 12, len(numbers) - 1):
        # Worlds of the posterior given that the fact is absent, and its things, too, where nothing else needs them.
        exact = share @ every[:, fact]
        states = States(of.space, numbers, every.T)
        shown = of.conditional(0, numbers[[fact]], states)[0]
        assert shown @ share == pytest.approx(exact, abs=1e-5)
        kept = np.delete(np.arange(len(numbers)), fact)
        absent = ~every[:, fact]
        without = States(of.space, numbers[kept], every[absent][:, kept].T)
        given = of.conditional(0, numbers[[fact]], without)[0]
        np.testing.assert_allclose(given, shown[absent], rtol=1e-4, atol=1e-6)


def test_a_fact_has_the_same_bits_alone_and_among_others():
    of = evidence(2, 2)
    numbers, every, _ = enumerated(of, 1)
    states = States(of.space, numbers, every[::97].T)
    together = of.conditional(1, numbers, states)
    for k, number in enumerate(numbers.tolist()):
        np.testing.assert_array_equal(of.conditional(1, np.array([number]), states)[0], together[k])
    np.testing.assert_array_equal(of.conditional(1, numbers[::-1], states)[::-1], together)


def test_before_any_recording_nouns_have_their_rates_however_much_may_be_said_of_them():
    of = evidence(0, 1)
    nothing = replace(of, support=np.zeros_like(of.support), patterns=np.zeros_like(of.patterns))
    numbers, every, share = enumerated(nothing, 0)
    rate = 1 / (1 + np.exp(-of.space.log_odds(numbers[:3])))
    np.testing.assert_allclose(share @ every[:, :3], rate, atol=1e-6)
    loud = replace(nothing, silence=False)
    numbers, every, share = enumerated(loud, 0)
    assert (share @ every[:, :3] > rate).all()


def test_without_patterns_facts_are_independent_given_their_things():
    of = evidence(3, 1, patterned=False)
    numbers, every, _ = enumerated(of, 0)
    assert not of.coupling(numbers).any()
    full = States(of.space, numbers, np.ones((len(numbers), 1), bool))
    said = numbers[3:]
    lift = of.lift(0, said)
    np.testing.assert_allclose(of.conditional(0, said[:6], full)[:, 0], 1 / (1 + np.exp(-lift[:6])), rtol=1e-5)
    assert of.conditional(0, numbers[:3], full).min() == 1.0
    assert every.any()


def test_an_axiom_bars_a_fact_where_the_other_holds():
    of = evidence(4, 1, (("big", "red"),))
    numbers, every, _ = enumerated(of, 0)
    states = States(of.space, numbers, every.T)
    barred = of.space.excluded(numbers, numbers)
    found = of.conditional(0, numbers, states)
    for one, other in zip(*np.nonzero(barred), strict=True):
        assert not found[one][every[:, other]].any()


def test_evidence_of_one_recording_does_not_depend_on_the_others():
    of = evidence(5, 4)
    numbers, *_ = enumerated(of, 2)
    alone = replace(of, support=of.support[2:3])
    np.testing.assert_array_equal(of.lift(2, numbers), alone.lift(0, numbers))
