"""Weights leave a network as arrays, and make another one equal to it."""

import jax
import numpy as np
import pytest
import tiny
from flax import nnx

from neurona.errors import DataError
from neurona.training.weights import weights_of, with_weights


def test_a_network_with_the_weights_of_another_is_equal_to_it():
    first, second = tiny.Linear(0), tiny.Linear(1)
    weights = weights_of(first)
    assert all(type(array) is np.ndarray for array in weights.values())
    again = with_weights(second, weights)
    for a, b in zip(jax.tree.leaves(nnx.state(first)), jax.tree.leaves(nnx.state(again)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_of_another_structure_are_refused():
    weights = weights_of(tiny.Linear(0))
    name = next(iter(weights))
    with pytest.raises(DataError, match="of another structure"):
        with_weights(tiny.Linear(0), {**weights, name: weights[name][:1]})
    with pytest.raises(DataError, match="of another structure"):
        with_weights(tiny.Linear(0), {})
