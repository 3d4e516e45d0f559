"""Recovery of planted groundings: a perfect map, chance, and what is specific to a word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from neurona.errors import DataError
from neurona.evaluation import grounding_recovery
from neurona.evaluation.groundings.recovery import _precisions
from neurona.simulation import SimulationSettings, planted_grounding, simulate


@pytest.fixture(scope="module")
def planted():
    """SIMULATED: where words were planted, [word, parcel], and the words."""
    simulation = simulate(SimulationSettings(subjects=1, images=12, questions=2, nouns=20, adjectives=4, components=72))
    words = simulation.truth.patterns.words
    return planted_grounding(simulation.truth.patterns, words), list(words)


def test_a_perfect_map_has_precision_one(planted):
    where, words = planted
    found = grounding_recovery(where.astype(float), where, words, 200)
    assert found.value == 1.0
    assert found.words.precision.eq(1).all()
    assert found.p == pytest.approx(1 / 201)
    assert found.low <= 1 <= found.high
    assert found.chance == pytest.approx(where.mean())


def test_noise_is_at_chance_and_no_more_precise_than_its_null(planted):
    where, words = planted
    found = grounding_recovery(np.random.default_rng(3).normal(size=where.shape), where, words, 200)
    assert found.p > 0.05
    assert found.value == pytest.approx(found.null, abs=0.1)
    assert found.low <= found.value <= found.high


def test_one_map_for_all_words_is_a_map_but_not_of_the_word():
    rng = np.random.default_rng(0)
    where = rng.random((40, 12)) < np.linspace(0.02, 0.6, 12)
    common = np.tile(where.mean(axis=0), (40, 1))
    found = grounding_recovery(common, where, [f"w{k}" for k in range(40)], 200)
    assert found.p < 0.01
    assert found.p_exchanged > 0.5
    own = grounding_recovery(where + rng.normal(0, 0.7, where.shape), where, [f"w{k}" for k in range(40)], 200)
    assert own.p_exchanged < 0.01


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_precision_is_that_of_scikit_learn_even_with_equal_scores(seed, levels):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 1 + levels, 9).astype(float)
    truths = rng.random((6, 9)) < 0.4
    truths[:, 0] = True
    expected = [average_precision_score(truth, scores) for truth in truths]
    np.testing.assert_allclose(_precisions(scores, truths), expected)


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_monotone_scores_and_renumbered_entities_make_no_difference(seed):
    rng = np.random.default_rng(seed)
    where = rng.random((5, 7)) < 0.4
    where[:, 0], where[:, 1] = True, False
    scores = rng.normal(size=(5, 7))
    order, words = rng.permutation(7), list("abcde")
    first = grounding_recovery(scores, where, words, 1)
    again = grounding_recovery(np.exp(scores[:, order]), where[:, order], words, 1)
    assert again.value == pytest.approx(first.value)


def test_words_planted_nowhere_are_left_out_and_counted():
    where = np.array([[True, False], [False, False], [True, True]])
    found = grounding_recovery(np.array([[1.0, 0.0]] * 3), where, ["a", "b", "c"], 5)
    assert (found.left_out, found.words.word.tolist()) == (2, ["a"])


def test_complaints_name_the_fault():
    where = np.array([[True, False]])
    with pytest.raises(DataError, match="do not fit"):
        grounding_recovery(np.zeros((2, 2)), where, ["a"])
    with pytest.raises(DataError, match="scores of 'a' are not finite"):
        grounding_recovery(np.array([[np.nan, 0.0]]), where, ["a"])
    with pytest.raises(DataError, match="nowhere or everywhere"):
        grounding_recovery(np.zeros((1, 2)), np.array([[True, True]]), ["a"])
