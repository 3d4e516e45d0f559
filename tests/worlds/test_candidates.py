"""Candidates are the likeliest nouns and what is likeliest to be said of them."""

from dataclasses import replace

import numpy as np
from worlds_cases import evidence, screening

from neurona.worlds.candidates import choose, squares


def test_all_that_may_be_said_is_a_candidate_where_there_is_room():
    of = evidence(0, 1)
    things, said = choose(of.space, screening(of), 0, nouns=3, candidates=64)
    np.testing.assert_array_equal(things, [0, 1, 2])
    np.testing.assert_array_equal(said, np.sort(of.space.said_of(things)))


def test_the_nouns_with_most_evidence_are_kept_and_nothing_is_said_of_others():
    of = evidence(1, 1)
    support = of.support.copy()
    support[0, of.space.noun_columns] = [5.0, -5.0, 4.0]
    things, said = choose(of.space, screening(replace(of, support=support)), 0, nouns=2, candidates=6)
    np.testing.assert_array_equal(things, [0, 2])
    assert len(said) == 4
    _, _, a, b = of.space.split(said)
    assert set(np.concatenate([a, b[b >= 0]])) <= {0, 2}


def test_one_noun_stays_however_unlikely():
    of = evidence(2, 1)
    unlikely = replace(of, support=np.full_like(of.support, -50.0))
    assert len(choose(of.space, screening(unlikely), 0, nouns=3, candidates=64)[0]) > 0


def test_squares_are_those_of_the_responses():
    of = evidence(3, 1)
    numbers = of.space.said_of(np.arange(3))
    at, values = of.space.rows(numbers)
    gram = of.patterns @ of.patterns.T
    found = squares(gram, np.minimum(at, len(gram) - 1), values)
    np.testing.assert_allclose(found, (of.responses(numbers) ** 2).sum(axis=1), rtol=1e-4)
