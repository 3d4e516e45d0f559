"""A reading of worlds obeys the laws of probability, whatever is asked and however it is written."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from equal_programs import equal_programs
from hypothesis import given, settings
from hypothesis import strategies as st
from random_programs import random_programs

from neurona.errors import QueryError
from neurona.execution import Worlds
from neurona.programs import Vocabulary, World, expand, value
from neurona.programs.facts import Fact
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Exists,
    Forall,
    Implies,
    Not,
    Number,
    Or,
    Variable,
    names,
)
from neurona.readings import WorldReading

NOUNS, ATTRIBUTES, RELATIONS = ("man", "bat", "ball", "dog"), ("red", "wet"), ("hold", "on")
VOCABULARY = Vocabulary(NOUNS + ATTRIBUTES, RELATIONS, definitions={"toy": "bat(x) | ball(x) & ~wet(x)"})
CLOSE = 1e-6
seeds = st.integers(0, 7)


@st.composite
def programs(draw):
    """Of 1 to 4 words, connectives and quantifiers three deep."""
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    return random_programs(rng, VOCABULARY, 1, NOUNS)[0]


def scene(rng):
    """A part of the things, and a part of what may be said of them; now and then nothing."""
    there = [noun for noun in NOUNS if rng.random() < 0.6]
    said = [Fact(word, (noun,)) for word in ATTRIBUTES for noun in there if rng.random() < 0.4]
    pairs = [Fact(word, (a, b)) for word in RELATIONS for a in there for b in there if a != b and rng.random() < 0.4]
    return [*map(Fact, there), *said, *pairs]


def oracle(facts) -> World:
    """The same scene, its things numbered."""
    things = {
        noun: k for k, noun in enumerate(sorted({noun for one in facts for noun in one.arguments or (one.name,)}))
    }
    said = {(one.name, tuple(things[noun] for noun in one.arguments)) for one in facts if one.arguments}
    return World(len(things), frozenset(said | {(noun, (k,)) for noun, k in things.items()}))


@lru_cache(maxsize=16)
def reading(seed: int) -> WorldReading:
    rng = np.random.default_rng(seed)
    share = rng.random((2, 70)) ** 3
    facts = [[scene(rng) for _ in range(70)] for _ in range(2)]
    worlds = Worlds.of_facts(facts, VOCABULARY.concepts, RELATIONS, share / share.sum(axis=1, keepdims=True))
    before = Worlds.of_facts([[scene(rng) for _ in range(40)]], VOCABULARY.concepts, RELATIONS)
    return WorldReading(VOCABULARY, ("a", "b"), worlds, before, NOUNS)


def probability(one: WorldReading, asked, given=None, row: int = 0):
    """Of each program; None where the language refuses it for its length."""
    try:
        return one.believe(asked, np.full(len(asked), row), given).probability[:, 0]
    except QueryError:
        return None


@settings(max_examples=15)
@given(program=programs(), other=programs(), seed=seeds)
def test_equal_programs_are_equally_probable(program, other, seed):
    variants = list(equal_programs(program, other).values())
    found = probability(reading(seed), [program, *variants])
    if found is not None:
        np.testing.assert_allclose(found, found[0], atol=CLOSE)


@settings(max_examples=15)
@given(one=programs(), other=programs(), seed=seeds)
def test_the_laws_of_probability(one, other, seed):
    both, either = And((one, other)), Or((one, other))
    asked = [one, other, Not(one), both, either, Or((one, Not(one))), And((one, Not(one))), Implies(one, other)]
    found = probability(reading(seed), asked)
    if found is None:
        return
    p, q, denied, p_and_q, p_or_q, tautology, contradiction, implied = found
    assert ((found >= 0) & (found <= 1 + CLOSE)).all()
    assert p + denied == pytest.approx(1, abs=CLOSE)
    assert p_and_q <= min(p, q) + CLOSE
    assert p_and_q + p_or_q == pytest.approx(p + q, abs=CLOSE)
    assert tautology == pytest.approx(1, abs=CLOSE)
    assert contradiction == pytest.approx(0, abs=CLOSE)
    assert implied == pytest.approx(1 - p + p_and_q, abs=CLOSE)


@settings(max_examples=15)
@given(one=programs(), other=programs(), seed=seeds)
def test_a_conditional_probability_is_a_ratio(one, other, seed):
    whole = reading(seed)
    alone, given_other = probability(whole, [And((one, other)), other]), probability(whole, [one, Not(one)], other)
    if alone is None or given_other is None:
        return
    if alone[1] > 0:
        assert given_other[0] * alone[1] == pytest.approx(alone[0], abs=CLOSE)
        assert given_other.sum() == pytest.approx(1, abs=CLOSE)
    else:
        assert np.isnan(given_other).all()


@settings(max_examples=20)
@given(program=programs(), seed=seeds)
def test_a_probability_is_the_share_of_the_worlds_in_which_the_oracle_says_yes(program, seed):
    one = reading(seed)
    found = probability(one, [program], row=1)
    if found is None:
        return
    truth = [value(expand(program, VOCABULARY), oracle(one.worlds.facts(1, k))) for k in range(one.worlds.n_worlds)]
    assert found[0] == pytest.approx(float(np.dot(truth, one.worlds.share[1])), abs=CLOSE)


@settings(max_examples=10)
@given(program=programs(), seed=seeds)
def test_a_defined_word_is_what_it_means(program, seed):
    words = replace(VOCABULARY, definitions={**VOCABULARY.definitions, "seen": "man(x) | toy(x) & ~red(x)"})
    defined = replace(reading(seed), vocabulary=words)
    about = Exists("x", And((program, _word("seen")))), Forall("x", Or((program, Not(_word("seen")))))
    found = probability(defined, [program, *about, *(expand(one, words) for one in about)])
    plain = probability(reading(seed), [program])
    if found is None or plain is None:
        return
    assert found[0] == plain[0]
    np.testing.assert_allclose(found[1:3], found[3:5], atol=CLOSE)


@settings(max_examples=10)
@given(program=programs(), seed=seeds)
def test_numbers_are_shared_out_among_the_worlds(program, seed):
    word = next((name for name in names(program) if name not in RELATIONS), VOCABULARY.concepts[0])
    counted, one = Count("u", And((_word(word, "u"), program))), reading(seed)
    belief = one.believe([counted], np.zeros(1, np.int64))
    shares = belief.probability[0]
    assert np.nansum(shares) == pytest.approx(1, abs=CLOSE)
    asked = [Compare("=", counted, Number(number)) for number in range(len(belief.choices[0]))]
    found = probability(one, asked)
    np.testing.assert_allclose(found, shares[: len(found)], atol=CLOSE)


@given(asked=st.lists(programs(), min_size=2, max_size=6), seed=seeds)
def test_a_question_alone_has_the_same_bits_as_among_others(asked, seed):
    one = reading(seed)
    together = probability(one, asked)
    if together is None:
        return
    alone = [probability(one, [program])[0] for program in asked]
    np.testing.assert_array_equal(together, alone)


def _word(name: str, variable: str = "x"):
    return Atom(name, (Variable(variable),))
