import jax
import jax.numpy as jnp
import numpy as np

from neurona.execution import get_logic


def test_what_the_parts_lack_adds_up():
    p = np.array([0.9, 0.8, 0.7])
    found = jax.nn.sigmoid(get_logic("lukasiewicz").all(jnp.asarray(np.log(p / (1 - p)), jnp.float32), 0))
    np.testing.assert_allclose(found, p.sum() - 2, rtol=1e-5)
