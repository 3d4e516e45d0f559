import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.encoders import Members, Signal
from neurona.encoders.layers import BatchNorm, check_length, max_norm, own_signals, pooling
from neurona.errors import DataError

WINDOWS = Signal(("a", "b", "c"), 6, ("early", "late"), (Members((0, 2), 0, 3), Members((1,), 3, 6)))


def test_each_entity_has_its_own_channels_in_its_own_window():
    recordings = jnp.arange(2 * 3 * 6, dtype=jnp.float32).reshape(2, 3, 6)
    found = own_signals(recordings, WINDOWS)
    np.testing.assert_array_equal(found[0], recordings[:, [0, 2], :3])
    np.testing.assert_array_equal(found[1, :, 0], recordings[:, 1, 3:])
    assert not found[1, :, 1].any()


def test_a_network_that_needs_longer_entities_says_so():
    check_length("eegnet", WINDOWS, 3)
    with pytest.raises(DataError, match=r"encoder eegnet needs entities of 4 times .* they have 3; .*raw samples"):
        check_length("eegnet", WINDOWS, 4)


def test_long_weights_are_scaled_to_the_limit_and_short_ones_are_not():
    weight = jnp.asarray([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    np.testing.assert_allclose(max_norm(weight, 1.0, 1), [[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]], rtol=1e-6)
    assert np.isfinite(jax.grad(lambda w: (max_norm(w, 1.0, 1) ** 2).sum())(weight)).all()
    np.testing.assert_array_equal(max_norm(weight, None, 1), weight)


def test_pooling_is_means_of_windows():
    values = np.random.default_rng(0).normal(size=20)
    expected = [values[start : start + 5].mean() for start in (0, 3, 6, 9, 12, 15)]
    np.testing.assert_allclose(values @ pooling(20, 5, 3), expected, rtol=1e-6)


def test_a_batch_is_normalised_by_its_moments_in_training_and_by_running_ones_later():
    norm = BatchNorm((2, 3), (2, 0), momentum=0.5, epsilon=0.0)
    values = jnp.asarray(5 + 3 * np.random.default_rng(0).normal(size=(3, 40, 2)), jnp.float32)
    found = norm(values, training=True)
    np.testing.assert_allclose(found.mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(1), 1, rtol=1e-4)
    np.testing.assert_allclose(norm.mean[...], 0.5 * values.mean(1).T, rtol=1e-5)
    np.testing.assert_allclose(norm.variance[...], 0.5 + 0.5 * values.var(1).T, rtol=1e-4)
    later = (values - norm.mean[...].T[:, None]) / jnp.sqrt(norm.variance[...].T[:, None])
    np.testing.assert_allclose(norm(values, training=False), later, rtol=1e-5)
