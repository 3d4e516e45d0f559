"""Shares of a maximum: they add up, and are fair."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from neurona.readings.entity_shares import shares_of_strongest

SCORES = hnp.arrays(np.float64, (2, 3, 4), elements=st.floats(-8, 8))
USUAL = hnp.arrays(np.float64, 3, elements=st.floats(-8, 8))


@given(SCORES, USUAL)
def test_shares_add_up_to_the_strongest_score_minus_the_usual_one(scores, usual):
    found = shares_of_strongest(scores, usual)
    assert found.shape == (2, 4, 3)
    np.testing.assert_allclose(found.sum(1), scores.max(2) - usual, atol=1e-9)


@given(SCORES, USUAL)
def test_a_stronger_entity_has_the_larger_share(scores, usual):
    found = shares_of_strongest(scores, usual).swapaxes(1, 2)
    order = np.argsort(scores, axis=2)
    assert (np.diff(np.take_along_axis(found, order, 2), axis=2) >= -1e-9).all()


def test_a_share_is_what_an_entity_adds_on_average_over_all_orders():
    scores, usual = np.array([[[1.0, -2.0, 3.0, 0.5]]]), np.array([0.7])
    added = np.zeros(4)
    for order in permutations(range(4)):
        # Whoever is asked first replaces the usual score; whoever comes later can only raise the maximum.
        best = usual[0]
        for place, entity in enumerate(order):
            new = scores[0, 0, entity] if place == 0 else max(best, scores[0, 0, entity])
            added[entity] += new - best
            best = new
    np.testing.assert_allclose(shares_of_strongest(scores, usual)[0, :, 0], added / 24, atol=1e-12)
