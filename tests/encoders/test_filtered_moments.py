import jax.numpy as jnp
import numpy as np
import pytest

from neurona.encoders.filtered_moments import filtered_moments


@pytest.mark.parametrize("width", [2, 80])
def test_moments_are_those_of_the_filtered_signals_without_those_left_out(width):
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(5, 90)).cumsum(axis=1).astype(np.float32) / 5
    signals[2] = 0
    kernels = rng.normal(size=(3, width)).astype(np.float32)
    filtered = np.array([[np.correlate(row, kernel, "valid") for row in signals if row.any()] for kernel in kernels])
    mean, variance = filtered_moments(jnp.asarray(signals), jnp.asarray(kernels), silent=1)
    np.testing.assert_allclose(mean, filtered.mean((1, 2)), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(variance, filtered.var((1, 2)), rtol=1e-3)
