"""Initial weights: the numbers that JAX would scale, with and without a shape at hand."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from flax import nnx

from neurona.initial_weights import normal, zeros


@pytest.mark.parametrize("shape", [(3, 7), (5, 4, 128)])
def test_numbers_are_those_of_jax_scaled_by_the_inputs(shape: tuple[int, ...]) -> None:
    expected = jax.random.normal(nnx.Rngs(0).params(), shape) / np.sqrt(np.float32(shape[-1]))
    np.testing.assert_array_equal(normal(nnx.Rngs(0), shape)[...], expected)
    np.testing.assert_array_equal(zeros(*shape)[...], np.zeros(shape))


def test_inputs_may_differ_and_cells_outside_are_zero() -> None:
    inside = np.array([[True, True], [True, False]])[:, None, :]
    found = np.asarray(normal(nnx.Rngs(0), (2, 400, 2), inside.sum(2, keepdims=True), inside)[...])
    assert not found[1, :, 1].any()
    assert found[0].std() == pytest.approx(np.sqrt(1 / 2), rel=0.1)
    assert found[1, :, 0].std() == pytest.approx(1, rel=0.1)


def test_a_module_may_be_built_without_numbers() -> None:
    assert nnx.eval_shape(lambda: normal(nnx.Rngs(0), (2, 3))).shape == (2, 3)
