import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from problem import signal_of

from neurona.encoders import ParcelConvolution

PARCELS = [(0, 3, 5), (1, 2), (4,)]
SIGNAL = signal_of(PARCELS, 3)


@nnx.jit
def general_operations(model, recordings):
    """The same encoder written with XLA's own convolution and pooling."""
    entities = []
    for p, parcel in enumerate(PARCELS):
        weight = model.map.weight[...][p, :, : len(parcel)]
        signal = (
            recordings[:, np.array(parcel)].swapaxes(1, 2) @ weight.T + model.map.bias[...][p][None, None]
        )  # [N, T, 128]
        for kernel, bias in zip(model.kernels, model.kernel_biases, strict=True):
            signal = jax.lax.conv_general_dilated(
                signal, kernel[...], (1,), "VALID", dimension_numbers=("NCH", "OIH", "NCH")
            )
            signal = jax.nn.relu(signal + bias[...][None, :, None])
            signal = jax.lax.reduce_window(signal, -jnp.inf, jax.lax.max, (1, 1, 2), (1, 1, 2), "VALID")
        flat = signal.reshape(len(signal), -1)
        entities.append(jax.nn.relu(flat @ model.last_weight[...].T + model.last_bias[...][None]))
    return jnp.stack(entities, axis=1)


def test_blocks_bound_memory_and_change_no_number():
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(5, 6, 3)), jnp.float32)
    whole, blocks = (ParcelConvolution(SIGNAL, 8, block_rows=rows, rngs=nnx.Rngs(0)) for rows in (100, 6))
    passes = nnx.jit(nnx.value_and_grad(lambda m: (m(recordings) ** 2).sum()))
    (ours, our_gradient), (theirs, their_gradient) = (passes(model) for model in (blocks, whole))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3), our_gradient, their_gradient)
    embeddings = nnx.jit(lambda m: m(recordings))
    np.testing.assert_allclose(embeddings(blocks), embeddings(whole), rtol=1e-5, atol=1e-5)


def test_shifted_slices_give_the_numbers_of_the_general_operations():
    model = ParcelConvolution(SIGNAL, 8, rngs=nnx.Rngs(0))
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(2, 6, 3)), jnp.float32)
    found = nnx.jit(lambda m: m(recordings))(model)
    assert found.shape == (2, 3, 8)
    np.testing.assert_allclose(found, general_operations(model, recordings), rtol=1e-4, atol=1e-5)
