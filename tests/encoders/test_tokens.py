import jax.numpy as jnp
import numpy as np
from flax import nnx
from problem import signal_of

from neurona.encoders.tokens import Tokens


def test_a_token_is_a_bilinear_map_of_channels_and_times():
    """h_p = A vec(W_p X_p): what is linear and knows where and when, and no more."""
    tokens = Tokens(signal_of([(0, 1), (2,)], 3), 5, rngs=nnx.Rngs(0))
    values = np.random.default_rng(0).normal(size=(1, 3, 3)).astype(np.float32)
    w, a = np.asarray(tokens.map.weight[...]), np.asarray(tokens.course.kernel[...])
    found = tokens(jnp.asarray(values))
    for p, own in enumerate(([0, 1], [2])):
        expected = (w[p, :, : len(own)] @ values[0, own]).reshape(-1) @ a
        np.testing.assert_allclose(found[0, p], expected, rtol=1e-4, atol=1e-5)
