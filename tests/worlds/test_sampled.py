"""Sampled scenes as worlds: facts in all their forms, and the axioms hold in each."""

import numpy as np
import pytest
from worlds_cases import SETTINGS, evidence, screening

from neurona.errors import DataError
from neurona.execution import share_true
from neurona.programs import Vocabulary, parse
from neurona.stored import load_stored, save_stored
from neurona.worlds import SampledScenes, sample_scenes

CONCEPTS, RELATIONS = ("cat", "dog", "man", "big", "red", "animal", "loud"), ("beside", "hold")


@pytest.fixture(scope="module")
def sampled():
    of = evidence()
    return SampledScenes(of, sample_scenes(of, screening(of), SETTINGS))


def shares(sampled, vocabulary, text):
    worlds = sampled.to_worlds(vocabulary)
    rows = np.arange(worlds.n_recordings)
    return share_true(worlds, [parse(text, vocabulary)] * len(rows), rows)


def test_a_symmetric_relation_holds_both_ways_round(sampled):
    words = Vocabulary(CONCEPTS, RELATIONS)
    there = shares(sampled, words, "exists x. cat(x) & beside(x, the y. dog(y))")
    np.testing.assert_array_equal(there, shares(sampled, words, "exists x. dog(x) & beside(x, the y. cat(y))"))


def test_what_follows_from_a_word_holds_of_the_thing(sampled):
    words = Vocabulary(CONCEPTS, RELATIONS, axioms=("forall x. dog(x) -> animal(x)", "forall x. big(x) -> loud(x)"))
    for axiom in words.axioms:
        np.testing.assert_allclose(shares(sampled, words, axiom), 1, atol=1e-12)
    dogs = shares(sampled, words, "exists x. dog(x)")
    assert (dogs > 0).any()
    np.testing.assert_array_equal(shares(sampled, words, "exists x. animal(x)"), dogs)
    without = Vocabulary(CONCEPTS, RELATIONS)
    np.testing.assert_array_equal(shares(sampled, without, "exists x. dog(x)"), dogs)


def test_worlds_that_break_another_axiom_have_no_share(sampled):
    words = Vocabulary(CONCEPTS, RELATIONS, axioms=("(exists x. man(x)) -> (exists x. dog(x))",))
    np.testing.assert_allclose(shares(sampled, words, words.axioms[0]), 1, atol=1e-12)
    assert (shares(sampled, Vocabulary(CONCEPTS, RELATIONS), words.axioms[0]) < 1).any()


def test_axioms_that_no_world_fulfils_are_an_error(sampled):
    words = Vocabulary(CONCEPTS, RELATIONS, axioms=("exists x. animal(x) & cat(x)",))
    with pytest.raises(DataError, match="no sampled scene fulfils the axioms"):
        sampled.to_worlds(words)


def test_it_is_written_and_read_back(sampled, tmp_path):
    again = load_stored(save_stored(sampled, tmp_path / "sampled"), SampledScenes)
    words = Vocabulary(CONCEPTS, RELATIONS)
    first, second = sampled.to_worlds(words), again.to_worlds(words)
    np.testing.assert_array_equal(first.share, second.share)
    np.testing.assert_array_equal(first.holds, second.holds)
