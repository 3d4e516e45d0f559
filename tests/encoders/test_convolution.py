from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.encoders.convolution import convolved


def plain(signal, kernel):
    """XLA's own convolution."""
    found = jax.vmap(
        lambda s, k: jax.lax.conv_general_dilated(s, k, (1,), "VALID", dimension_numbers=("NHC", "OIH", "NHC"))
    )
    return found(signal, kernel)


@pytest.mark.parametrize(
    ("times", "channels", "out", "width"), [(50, 4, 5, 7), (100, 1, 1, 64), (30, 3, 70, 10), (7, 2, 3, 7)]
)
def test_values_and_gradients_are_those_of_the_general_convolution(times, channels, out, width):
    rng = np.random.default_rng(0)
    signal = jnp.asarray(rng.normal(size=(2, 3, times, channels)), jnp.float32)
    kernel = jnp.asarray(rng.normal(size=(2, out, channels, width)), jnp.float32)

    @partial(jax.jit, static_argnums=0)
    def values_and_gradients(f, *parts):
        found, back = jax.vjp(f, *parts)
        return found, back(2 * found)

    ours, theirs = (values_and_gradients(f, signal, kernel) for f in (convolved, plain))
    assert ours[0].shape == (2, 3, times - width + 1, out)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-2), ours, theirs)
