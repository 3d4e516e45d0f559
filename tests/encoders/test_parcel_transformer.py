import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from problem import signal_of

from neurona.encoders.parcel_transformer import ParcelTransformerSettings
from neurona.errors import ConfigError

SIGNAL = signal_of([(0,), (1,), (2,)], 1)


def test_parcels_attend_to_each_other_and_know_which_they_are():
    """With equal maps and equal signals only the learned embedding of a parcel tells it from another."""
    model = ParcelTransformerSettings(width=8, layers=1, heads=2).build(SIGNAL, 4, rngs=nnx.Rngs(0))
    model.tokens.map.weight[...] = jnp.ones_like(model.tokens.map.weight[...])
    embeddings = nnx.jit(lambda m: m(jnp.ones((1, 3, 1)))[0])
    found = np.asarray(embeddings(model))
    assert np.abs(found[0] - found[1]).max() > 1e-4
    model.parcel[...] = jnp.zeros_like(model.parcel[...])
    np.testing.assert_allclose(*np.asarray(embeddings(model))[:2], rtol=1e-4, atol=1e-5)


def test_units_are_dropped_in_training_alone():
    model = ParcelTransformerSettings(width=8, layers=1, heads=2, dropout=0.5).build(SIGNAL, 4, rngs=nnx.Rngs(0))
    values = jnp.ones((1, 3, 1))
    trained_on = nnx.jit(lambda m, seed: m(values, nnx.Rngs(dropout=jax.random.key(seed))))
    one, two = (np.asarray(trained_on(model, seed)) for seed in (0, 1))
    assert np.abs(one - two).max() > 1e-4
    read = nnx.jit(lambda m: m(values))
    np.testing.assert_array_equal(read(model), read(model))


def test_heads_that_do_not_share_out_the_width_are_refused():
    with pytest.raises(ConfigError, match=r"decoder\.encoder\.width: tokens of 10 .* 4 heads"):
        ParcelTransformerSettings(width=10).build(SIGNAL, 4, rngs=nnx.Rngs(0))
