import jax
import jax.numpy as jnp
import numpy as np

from neurona.execution import get_logic


def test_probabilities_are_multiplied():
    p = np.array([0.9, 0.8, 0.7])
    found = jax.nn.sigmoid(get_logic("product").all(jnp.asarray(np.log(p / (1 - p)), jnp.float32), 0))
    np.testing.assert_allclose(found, p.prod(), rtol=1e-5)
