import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurona.execution.logics.smooth import Smooth


@settings(max_examples=30)
@given(values=arrays(np.float32, st.integers(2, 6), elements=st.floats(-6, 6, width=32)))
def test_it_becomes_the_minimum_as_the_temperature_falls(values):
    np.testing.assert_allclose(Smooth(1e-4).all(jnp.asarray(values), 0), values.min(), rtol=2e-3, atol=2e-3)
