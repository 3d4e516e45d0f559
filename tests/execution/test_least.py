import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from neurona.execution.least import least


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_it_is_the_minimum_and_its_gradient_that_of_finite_differences(axis):
    scores = jnp.asarray(np.random.default_rng(0).permutation(24).reshape(2, 3, 4) / 4, jnp.float32)
    assert (least(scores, axis) == scores.min(axis)).all()
    check_grads(lambda one: least(jnp.asarray(one), axis), (scores,), order=1, modes=["fwd", "rev"], eps=1e-2)


def test_of_equal_scores_the_first_has_the_gradient_and_infinite_ones_have_none():
    scores = jnp.array([[jnp.inf, 1.0, 1.0], [jnp.inf, jnp.inf, jnp.inf]])
    gradient = jax.grad(lambda one: jnp.where(jnp.isfinite(least(one, 1)), least(one, 1), 0.0).sum())(scores)
    assert gradient.tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
