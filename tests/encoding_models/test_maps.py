"""Carriers of facts: planted places are found, and nothing is found in noise beyond the stated rate."""

import numpy as np
import pytest

from neurona.encoding_models.maps import (
    by_entity,
    carrier_test,
    exchanged,
    prediction_accuracy,
)
from neurona.errors import DataError

ENTITY = np.repeat(np.arange(10), 4)


def measured(signal, rows=200, seed=0):
    """SIMULATED: fact k is carried by entity k of 10; white noise."""
    rng = np.random.default_rng(seed)
    design = (rng.random((rows, 5)) < 0.4).astype(float)
    patterns = np.where(np.arange(5)[:, None] == ENTITY, 1.0, 0.0)
    return design, signal * design @ patterns + rng.normal(size=(rows, 40))


def test_planted_places_are_found_and_no_others():
    design, responses = measured(signal=1)
    found = carrier_test(design, responses, ENTITY, 10, penalty=np.full(5, 10.0), permutations=500)
    carried = found.carried(0.05)
    assert carried[np.arange(5), np.arange(5)].all()
    assert carried.sum() <= 7  # five, and what a rate of 0.05 lets through
    assert found.strength[np.arange(5), np.arange(5)].min() > 10


def test_noise_shows_nothing_beyond_the_rate():
    false = [
        carrier_test(*measured(0, seed=k), ENTITY, 10, penalty=np.ones(5), permutations=200, seed=k).carried(0.05).any()
        for k in range(20)
    ]
    # In noise every discovery is false, so a map with any counts whole; P(5 or more of 20 at 0.05) < 0.003.
    assert sum(false) < 5


def test_p_is_uniform_in_noise():
    p = carrier_test(*measured(0), ENTITY, 10, penalty=np.ones(5), permutations=200).p
    assert p.min() >= 1 / 201
    assert 0.35 < p.mean() < 0.65


def test_exchange_stays_within_groups():
    groups = np.array([0, 1, 0, 2, 1, 0])
    order = exchanged(groups, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(order), np.arange(6))
    np.testing.assert_array_equal(groups[order], groups)
    with pytest.raises(DataError, match="every run holds one recording"):
        carrier_test(*measured(0), ENTITY, 10, penalty=np.ones(5), runs=np.arange(200))


def test_an_entity_without_features_has_strength_0():
    np.testing.assert_allclose(by_entity(np.array([[1.0, 3.0, 2.0]]), np.array([0, 0, 2]), 3), [[5, 0, 4]])


def test_prediction_accuracy_by_feature_and_entity():
    measured_ = np.array([[1.0, 0.0, 5.0], [2.0, 1.0, 5.0], [3.0, 0.0, 5.0]])
    found = prediction_accuracy(np.array([[1.0, 1.0, 5.0], [2.0, 0.0, 5.0], [3.0, 1.0, 5.0]]), measured_)
    np.testing.assert_allclose(found.correlation, [1, -1, 0], atol=1e-12)
    assert found.r2[0] == 1
    assert found.r2[1] == pytest.approx(1 - 3 / (2 / 3))
    entities = found.of_entities(np.array([0, 0, 2]), 3)
    np.testing.assert_allclose(entities.correlation, [0, np.nan, 0], atol=1e-12)
