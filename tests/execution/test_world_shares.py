"""Shares of worlds are probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import formulas
from some_worlds import random_worlds

from neurona.execution.world_shares import conditional, likeliest, share_true, with_word
from neurona.execution.world_truth import truth
from neurona.execution.worlds import Worlds
from neurona.programs import parse
from neurona.programs.facts import Fact
from neurona.programs.tree import And, Exists, Not, Or

MAN, BAT = Fact("man"), Fact("bat")
HOLD, RIDE = (Fact(word, ("man", "bat")) for word in ("hold", "ride"))


def closed(formula):
    return Exists("x", Exists("y", Exists("z2", formula)))


@settings(max_examples=25)
@given(one=formulas.map(closed), other=formulas.map(closed), seed=st.integers(0, 2**16))
def test_shares_obey_the_laws_of_probability(one, other, seed):
    worlds = random_worlds(seed, 1, 70, 3)
    queries = [
        one,
        other,
        Not(one),
        And((one, other)),
        Or((one, other)),
        And((other, one)),
        Or((one, And((one, other)))),
    ]
    p, q, not_p, both, either, exchanged, absorbed = share_true(worlds, queries, np.zeros(len(queries), int))
    assert p + not_p == pytest.approx(1, abs=1e-12)
    assert both <= min(p, q)
    assert both + either == pytest.approx(p + q, abs=1e-12)
    assert exchanged == both
    assert absorbed == p
    given_other = conditional(worlds, [one], [other], np.zeros(1, int))[0]
    np.testing.assert_allclose(given_other * q if q else 0.0, both, atol=1e-12)


@settings(max_examples=30)
@given(formula=formulas.map(closed), seed=st.integers(0, 2**16))
def test_the_share_is_the_weighted_mean_of_the_truth(formula, seed):
    worlds = random_worlds(seed, 2, 65, 3)
    queries, recording = [formula, parse("count x. face(x)")] * 2, np.array([0, 0, 1, 1])
    expected = (truth(worlds, queries, recording) * worlds.share[recording]).sum(axis=1)
    np.testing.assert_allclose(share_true(worlds, queries, recording), expected, atol=1e-6)


def test_a_question_alone_has_the_same_digits():
    worlds = random_worlds(1, 3, 200, 4)
    queries = [parse("exists x. face(x) & hold(x, the y. cat(y))"), parse("count x. ~face(x)")] * 3
    recording = np.repeat([0, 1, 2], 2)
    alone = [share_true(worlds, [query], recording[[k]])[0] for k, query in enumerate(queries)]
    np.testing.assert_array_equal(share_true(worlds, queries, recording), alone)


def test_recordings_with_the_same_worlds_weigh_them_differently():
    worlds = Worlds.of_facts([[[MAN], [BAT]]], ("man", "bat"), (), np.array([[0.9, 0.1], [0.2, 0.8]]))
    queries = [parse("exists x. man(x)"), parse("~(exists x. man(x))")] * 2
    np.testing.assert_allclose(share_true(worlds, queries, np.array([0, 0, 1, 1])), [0.9, 0.1, 0.2, 0.8])


def test_a_condition_leaves_the_worlds_in_which_it_is_true():
    scenes = [[MAN, BAT, HOLD], [MAN, BAT, RIDE], [MAN], []]
    worlds = Worlds.of_facts([scenes], ("man", "bat"), ("hold", "ride"), np.array([[0.3, 0.1, 0.4, 0.2]]))
    pair = parse("exists x. bat(x)")
    holds = with_word(parse("describe Action(the x. man(x), the y. bat(y))"), "hold")
    queries = [holds, parse("count x. man(x) | bat(x)"), holds]
    givens = [pair, parse("exists x. man(x)"), parse("exists x. man(x) & bat(x)")]
    found = conditional(worlds, queries, givens, np.zeros(3, int))
    np.testing.assert_allclose(found, [0.75, (2 * 0.4 + 0.4) / 0.8, np.nan])


def test_a_word_without_terms_is_said_of_something():
    assert with_word(parse("describe Thing"), "man") == parse("exists x. man(x)")


def test_equal_worlds_are_taken_together():
    worlds = Worlds.of_facts([[[MAN], [MAN, BAT], [BAT, MAN], [], [MAN]]], ("man", "bat"), ())
    found = likeliest(worlds, 0, 2)
    assert [facts for _, facts in found] == [{MAN}, {MAN, BAT}]
    assert [share for share, _ in found] == pytest.approx([0.4, 0.4])
    assert sum(share for share, _ in likeliest(worlds, 0, 9)) == pytest.approx(1)
    assert len(likeliest(worlds, 0, 9)) == 3
