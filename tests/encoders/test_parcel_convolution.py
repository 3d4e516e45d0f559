import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from neurona.encoders import ParcelConvolution

PARCELS = [(0, 3, 5), (1, 2), (4,)]


def general_operations(model, recordings):
    """The same encoder written with XLA's own convolution and pooling."""
    entities = []
    for linear, parcel in zip(model.maps, PARCELS, strict=True):
        signal = recordings[:, :, np.array(parcel)] @ linear.weight[...] + linear.bias[...][None, None]  # [N, T, 128]
        for layer in (model.first, model.second):
            kernel = layer.weight[...].T.reshape(32, signal.shape[1], 4)
            signal = jax.lax.conv_general_dilated(
                signal, kernel, (1,), "VALID", dimension_numbers=("NCH", "OIH", "NCH")
            )
            signal = jax.nn.relu(signal + layer.bias[...][None, :, None])
            signal = jax.lax.reduce_window(signal, -jnp.inf, jax.lax.max, (1, 1, 2), (1, 1, 2), "VALID")
        flat = signal.reshape(len(signal), -1)
        entities.append(jax.nn.relu(flat @ model.last.weight[...] + model.last.bias[...][None]))
    return jnp.stack(entities, axis=1)


def test_shifted_slices_give_the_numbers_of_the_general_operations():
    model = ParcelConvolution(PARCELS, 3, 8, rngs=nnx.Rngs(0))
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 6)), jnp.float32)
    assert model(recordings).shape == (2, 3, 8)
    np.testing.assert_allclose(model(recordings), general_operations(model, recordings), rtol=1e-4, atol=1e-5)


def test_a_parcel_depends_on_its_own_components_alone():
    model = ParcelConvolution(PARCELS, 3, 8, rngs=nnx.Rngs(0))
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(1, 3, 6)), jnp.float32)
    changed = model(recordings.at[:, :, 4].add(5.0))
    np.testing.assert_array_equal(changed[:, :2], model(recordings)[:, :2])
    assert not np.allclose(changed[:, 2], model(recordings)[:, 2])
