"""Activation patterns: the forward model is found where weights mislead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from on_disk import on_disk

from neurona.errors import DataError
from neurona.evaluation import activation_patterns, by_entity, grounding_table


def test_a_feature_that_only_cancels_noise_has_weight_but_no_pattern():
    rng = np.random.default_rng(0)
    signal, noise = rng.normal(size=(2, 20_000))
    features = np.stack([signal + noise, noise], axis=1)
    weights = np.array([[1.0], [-1.0]])  # reads the signal off exactly
    np.testing.assert_allclose(activation_patterns(features, features @ weights), [[1.0], [0.0]], atol=0.03)


def test_it_is_the_equation():
    rng = np.random.default_rng(1)
    features, weights = rng.normal(size=(50, 6)) @ rng.normal(size=(6, 6)), rng.normal(size=(6, 3))
    covariance = np.cov(features, rowvar=False)
    expected = covariance @ weights @ np.linalg.inv(np.cov(features @ weights, rowvar=False))
    np.testing.assert_allclose(activation_patterns(features, features @ weights), expected, rtol=1e-8)


def test_recordings_in_blocks_have_the_patterns_that_they_have_together():
    rng = np.random.default_rng(1)
    features, weights = rng.normal(size=(50, 6)), rng.normal(size=(6, 3))
    with on_disk(rows=7, values=6):
        found = activation_patterns(features, features @ weights)
    np.testing.assert_allclose(found, activation_patterns(features, features @ weights), rtol=1e-8)


def test_a_full_set_of_read_outs_is_inverted():
    rng = np.random.default_rng(2)
    forward = rng.normal(size=(4, 4))
    features = rng.normal(size=(200, 4)) @ forward.T
    np.testing.assert_allclose(activation_patterns(features, features @ np.linalg.inv(forward).T), forward, rtol=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_shifts_and_the_order_of_recordings_do_not_matter_and_scaled_weights_scale_back(seed):
    rng = np.random.default_rng(seed)
    features, weights = rng.normal(size=(20, 4)), rng.normal(size=(4, 2))
    first = activation_patterns(features, features @ weights)
    order = rng.permutation(20)
    again = activation_patterns(features[order] + 5, 2 * (features @ weights)[order] - 1)
    np.testing.assert_allclose(again, first / 2, rtol=1e-6, atol=1e-9)


def test_entities_pool_their_features_whatever_their_number():
    values = np.array([[3.0], [3.0], [-4.0]])
    np.testing.assert_allclose(by_entity(values, np.array([0, 0, 2]), 3), [[3.0, 0.0, 4.0]])


def test_the_table_ranks_entities():
    table = grounding_table(np.array([[1.0, 3.0], [0.0, 0.0]]), ["cat", "dog"], ["V1", "FFA"])
    assert table[table.word == "cat"].entity.tolist() == ["FFA", "V1"]
    assert table[table.word == "cat"].share.tolist() == [0.75, 0.25]
    assert table[table.word == "dog"].share.tolist() == [0.0, 0.0]
    assert grounding_table(np.array([[1.0, 3.0]]), ["cat"], ["V1", "FFA"], top=1).entity.tolist() == ["FFA"]


def test_complaints_name_the_fault():
    with pytest.raises(DataError, match="5 recordings but read-outs of 2"):
        activation_patterns(np.zeros((5, 3)), np.zeros((2, 1)))
    with pytest.raises(DataError, match="two or more"):
        activation_patterns(np.zeros((1, 3)), np.zeros((1, 1)))
    with pytest.raises(DataError, match="1 words and 3 entities"):
        grounding_table(np.zeros((1, 2)), ["cat"], ["a", "b", "c"])
