"""Sampled worlds are draws from the posterior, as an enumerated table has it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from worlds_cases import SETTINGS, enumerated, evidence, screening

from neurona.worlds.sampler import sample_scenes


@pytest.mark.parametrize(
    ("strength", "disjoint", "patterned"),
    [
        (0.5, (), True),
        (1.5, (), True),
        (0.5, (("big", "red"),), True),
        (0.5, (("dog", "red"),), True),
        (0.0, (), False),
    ],
)
def test_all_facts_have_the_probabilities_of_the_enumerated_posterior(strength, disjoint, patterned):
    of = evidence(1, 2, disjoint, strength, patterned)
    found = sample_scenes(of, screening(of), SETTINGS)
    for row in range(2):
        numbers, every, share = enumerated(of, row)
        exact = share @ every
        place = {number: k for k, number in enumerate(found.facts[row].tolist())}
        at = [place[number] for number in numbers.tolist()]
        np.testing.assert_allclose(found.probability[row, at], exact, atol=0.03)
        states = found.states(of, row)
        counted = states.of(numbers) @ found.share[row]
        np.testing.assert_allclose(counted, exact, atol=0.05)
        assert found.rhat[row] < 1.1
        conditional = of.conditional(row, numbers, states)
        np.testing.assert_allclose(conditional @ found.share[row], exact, atol=0.03)


def test_the_stated_error_is_that_of_repeated_draws():
    of = evidence(2, 1)
    drawn = [sample_scenes(of, screening(of), SETTINGS, seed=seed) for seed in range(6)]
    used = drawn[0].facts[0] >= 0
    spread = np.std([one.probability[0, used] for one in drawn], axis=0, ddof=1).mean()
    stated = np.mean([one.error[0, used] for one in drawn])
    assert 0.5 < spread / stated < 2


def test_nothing_is_said_of_a_thing_that_is_not_there_and_axioms_hold_in_every_world():
    of = evidence(3, 2, (("big", "red"), ("cat", "big")))
    found = sample_scenes(of, screening(of), SETTINGS)
    for row in range(2):
        states = found.states(of, row)
        _, _, a, b = of.space.split(states.facts)
        for things in (a, b):
            said = things >= 0
            assert not (states.holds[said] & ~states.of(things[said])).any()
        barred = of.space.excluded(states.facts, states.facts)
        together = states.holds.astype(int) @ states.holds.T.astype(int)
        assert not together[barred].any()
        never = of.space.log_odds(states.facts) < -100
        assert never.any()
        assert not states.holds[never].any()


def test_a_seed_gives_the_same_bits_and_another_seed_others():
    of = evidence(4, 2)
    one, same, other = (sample_scenes(of, screening(of), SETTINGS, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.bits, same.bits)
    np.testing.assert_array_equal(one.share, same.share)
    assert (one.bits != other.bits).any()


@cache
def ten():
    """Evidence of ten recordings, and their worlds."""
    of = evidence(5, 10)
    return of, sample_scenes(of, screening(of), SETTINGS)


@pytest.mark.parametrize("rows", [[2], [9, 2, 0], list(range(9, -1, -1))])
def test_a_recording_alone_or_in_another_order_has_the_same_worlds(rows):
    of, every = ten()
    some = replace(of, support=of.support[rows])
    part = sample_scenes(some, screening(some), SETTINGS, threads=1)
    for name, value in vars(part).items():
        np.testing.assert_array_equal(value, getattr(every, name)[rows], err_msg=name)


def test_worlds_do_not_depend_on_how_many_tables_are_kept(monkeypatch):
    of, every = ten()
    monkeypatch.setattr("neurona.worlds.sampler._KEPT", 3)
    np.testing.assert_array_equal(sample_scenes(of, screening(of), SETTINGS).bits, every.bits)


def test_worlds_agree_with_the_probabilities_of_single_facts():
    of = evidence(6, 3)
    found = sample_scenes(of, screening(of), SETTINGS)
    assert (found.discrepancy < 0.005).all()
    assert (found.effective > 100).all()
    np.testing.assert_allclose(found.share.sum(axis=1), 1)


def test_the_most_probable_scene_of_all_is_among_the_worlds():
    of = evidence(7, 4)
    found = sample_scenes(of, screening(of), SETTINGS)
    for row in range(4):
        numbers, every, share = enumerated(of, row)
        states = found.states(of, row)
        best = states.of(numbers)[:, found.log_p[row].argmax()]
        exact = np.log(share[(every == best).all(axis=1)])[0]
        assert exact == pytest.approx(np.log(share.max()), abs=1e-3)


def test_recordings_that_are_not_known_well_enough_are_walked_further():
    of = evidence(8, 3)
    short = replace(SETTINGS, visits=1, rounds=1)
    first = sample_scenes(of, screening(of), short)
    longer = sample_scenes(of, screening(of), replace(short, rounds=6, error=1e-6))
    assert longer.error.mean() < 0.7 * first.error.mean()
    enough = sample_scenes(of, screening(of), replace(short, rounds=6, error=1.0))
    np.testing.assert_array_equal(enough.bits, first.bits)


def test_worlds_that_do_not_fit_the_chains_are_refused():
    with pytest.raises(ValueError, match="multiple of 64"):
        replace(SETTINGS, worlds=100)
