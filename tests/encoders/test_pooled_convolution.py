"""Against JAX's own convolution and pooling, forward and backward."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.encoders import pooled_convolution
from neurona.encoders.pooled_convolution import pooled_length


def plain(signal, kernel, bias):
    y = jax.lax.conv_general_dilated(signal, kernel, (1,), "VALID", dimension_numbers=("NHC", "OIH", "NHC"))
    y = jax.nn.relu(y + bias[None, None])
    return jax.lax.reduce_window(y, -jnp.inf, jax.lax.max, (1, 2, 1), (1, 2, 1), "VALID")


@pytest.mark.parametrize(("length", "channels", "out"), [(5, 1, 2), (8, 1, 3), (11, 8, 3), (12, 8, 2)])
def test_values_and_gradients_are_those_of_the_plain_operations(length, channels, out):
    rng = np.random.default_rng(length)
    shapes = ((2, length, channels), (out, channels, 4), (out,))
    parts = [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in shapes]
    half = pooled_length(length)
    weight = jnp.asarray(rng.normal(size=(2, half, out)), jnp.float32)

    @partial(jax.jit, static_argnums=0)
    def value_and_gradients(f, *parts):
        found, back = jax.vjp(f, *parts)
        return found, back(weight)

    ours, theirs = (value_and_gradients(f, *parts) for f in (pooled_convolution, plain))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4), ours, theirs)
