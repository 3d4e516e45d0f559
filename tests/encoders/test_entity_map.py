import jax.numpy as jnp
import numpy as np
from flax import nnx
from problem import signal_of

from neurona.encoders import Members, Signal
from neurona.encoders.entity_map import EntityMap

PARCELS = [(0, 3, 5), (1, 2), (4,)]


def test_each_entity_has_a_map_of_its_own_channels():
    model = EntityMap(signal_of(PARCELS, 3), 4, rngs=nnx.Rngs(0))
    recordings = np.random.default_rng(0).normal(size=(2, 6, 3)).astype(np.float32)
    found = model(jnp.asarray(recordings))
    for p, parcel in enumerate(PARCELS):
        weight = np.asarray(model.weight[...])[p, :, : len(parcel)]
        expected = np.einsum("wc,nct->wnt", weight, recordings[:, list(parcel)])
        np.testing.assert_allclose(found[p], expected, rtol=1e-4, atol=1e-5)


def test_the_padding_of_small_entities_gets_no_gradient():
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(2, 6, 3)), jnp.float32)
    model = EntityMap(signal_of(PARCELS, 3), 8, rngs=nnx.Rngs(0))
    found = nnx.grad(lambda m: (m(recordings) ** 2).sum())(model).weight[...]
    assert not np.any(found[1, :, 2:])
    assert not np.any(found[2, :, 1:])
    assert np.any(found[2, :, :1])


def test_the_values_of_a_window_are_read_as_measured_at_one_time():
    windows = Signal(("a", "b"), 4, ("early", "late"), (Members((0, 1), 0, 2), Members((0, 1), 2, 4)))
    at_once = signal_of([(0, 1, 4, 5), (2, 3, 6, 7)], 1)
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(3, 2, 4)), jnp.float32)
    found, expected = (EntityMap(signal, 8, rngs=nnx.Rngs(0)) for signal in (windows, at_once))
    np.testing.assert_array_equal(found(recordings), expected(recordings.reshape(3, 8, 1)))
