"""Worlds get the weights under which single facts have the probabilities that are asked for."""

import numpy as np

from neurona.worlds.weighting import weighted

RNG = np.random.default_rng(0)
HOLDS = RNG.random((20, 256)) < RNG.uniform(0.05, 0.9, size=(20, 1))
EQUAL = np.full(256, 1 / 256)


def test_facts_have_their_probabilities_afterwards():
    target = np.clip(HOLDS.mean(axis=1) + RNG.normal(0, 0.02, 20), 0.02, 0.98)
    found = weighted(HOLDS, EQUAL, target)
    np.testing.assert_allclose(HOLDS @ found.share, target, atol=2e-3)
    assert found.discrepancy < 1e-3
    assert found.effective > 128
    np.testing.assert_allclose(found.share.sum(), 1)


def test_probabilities_that_the_worlds_have_leave_the_weights_as_they_are():
    share = RNG.dirichlet(np.full(256, 5.0))
    np.testing.assert_allclose(weighted(HOLDS, share, HOLDS @ share).share, share, rtol=1e-6)


def test_what_contradicts_itself_gets_bounded_weights():
    holds = np.stack([HOLDS[0], HOLDS[0]])
    found = weighted(holds, EQUAL, np.array([0.1, 0.9]))
    assert np.isfinite(found.share).all()
    assert found.effective > 64
    assert found.discrepancy > 0.1


def test_facts_that_all_worlds_hold_or_none_cannot_be_fitted_and_are_left_out():
    holds = np.stack([np.ones(256, bool), np.zeros(256, bool)])
    found = weighted(holds, EQUAL, np.array([0.5, 0.5]))
    np.testing.assert_array_equal(found.share, EQUAL)
    assert found.discrepancy == 0
