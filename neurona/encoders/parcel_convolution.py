"""The encoder of NEURONA (Wang et al., ICLR 2026): one linear map a parcel, then convolutions shared by all parcels.

h_p = W_p x_p + b_p                              [time, 128], x_p the components of parcel p
z_p = pool(relu(conv(pool(relu(conv(h_p))))))    along the 128, time points as channels
e_p = relu(W flatten(z_p) + b)                   [embedding]
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.pooled_convolution import WIDTH, pooled_convolution, pooled_length

HIDDEN, CHANNELS = 128, 32
ON_CPU, ON_ACCELERATORS = 2**12, 2**15
"""Rows of a block: what a processor's cache can use; what fills an accelerator, in some GB."""


class ParcelConvolution(nnx.Module):
    """Recordings of T time points of F components -> P entity embeddings.

    Args:
        parcels: the components of each parcel.
        n_times: T.
        embedding: size of an entity embedding.
        block_rows: recordings x parcels that are encoded at a time; beyond that memory stays bounded, and the forward pass is
            repeated for the gradient. None: what suits the device.
        rngs: seed of the initial weights (normal, of variance 1 / inputs).
    """

    def __init__(
        self,
        parcels: Sequence[Sequence[int]],
        n_times: int,
        embedding: int = 64,
        *,
        block_rows: int | None = None,
        rngs: nnx.Rngs,
    ):
        self.parcels = tuple(tuple(map(int, parcel)) for parcel in parcels)
        self.block_rows = block_rows
        # Parcels of fewer components than the largest get zeros, so that all maps are one batched product.
        sizes = np.array([len(parcel) for parcel in self.parcels])
        inside = np.arange(sizes.max())[None, :] < sizes[:, None]
        weights = jax.random.normal(rngs.params(), (len(sizes), HIDDEN, sizes.max())) / np.sqrt(sizes)[:, None, None]
        self.map_weight = nnx.Param(weights * inside[:, None, :])
        self.map_bias = nnx.Param(jnp.zeros((len(sizes), HIDDEN)))
        self.kernels = nnx.List([_normal(rngs, CHANNELS, inputs, WIDTH) for inputs in (n_times, CHANNELS)])
        self.kernel_biases = nnx.List([nnx.Param(jnp.zeros(CHANNELS)) for _ in range(2)])
        self.last_weight = _normal(rngs, embedding, CHANNELS * pooled_length(pooled_length(HIDDEN)))
        self.last_bias = nnx.Param(jnp.zeros(embedding))

    def __call__(self, recordings: Float[Array, "N T F"]) -> Float[Array, "N P embedding"]:
        rows = self.block_rows or (ON_CPU if jax.default_backend() == "cpu" else ON_ACCELERATORS)
        n, block = len(recordings), max(1, rows // len(self.parcels))
        if n <= block:
            return self._encode(recordings)
        blocks = -(-n // block)
        padded = jnp.pad(recordings, ((0, blocks * block - n), (0, 0), (0, 0)))
        encoded = jax.lax.map(jax.checkpoint(self._encode), padded.reshape(blocks, block, *recordings.shape[1:]))
        return encoded.reshape(blocks * block, *encoded.shape[2:])[:n]

    def _encode(self, recordings: Float[Array, "N T F"]) -> Float[Array, "N P embedding"]:
        signal = self._mapped(recordings)
        for kernel, bias in zip(self.kernels, self.kernel_biases, strict=True):
            signal = pooled_convolution(signal, kernel[...], bias[...])
        flat = signal.reshape(len(signal), -1)
        # The released code flattens channel-major, we position-major: the weights are turned instead of the data.
        weight = (
            self.last_weight[...].reshape(-1, CHANNELS, signal.shape[1]).transpose(2, 1, 0).reshape(flat.shape[1], -1)
        )
        embedded = jax.nn.relu(flat @ weight + self.last_bias[...][None])
        return embedded.reshape(len(self.parcels), len(recordings), -1).swapaxes(0, 1)

    def _mapped(self, recordings: Float[Array, "N T F"]) -> Float[Array, "PN hidden T"]:
        """h of every parcel of every recording."""
        n, times, _ = recordings.shape
        places = np.zeros((len(self.parcels), self.map_weight.shape[2]), int)
        for row, parcel in zip(places, self.parcels, strict=True):
            row[: len(parcel)] = parcel
        values = recordings.reshape(n * times, -1).T[places.reshape(-1)]
        values = values.reshape(*places.shape, n * times)
        # The padding reads component 0; its weights are zero and must stay so.
        inside = np.arange(places.shape[1])[None, :] < np.array([len(p) for p in self.parcels])[:, None]
        weight = jnp.where(inside[:, None, :], self.map_weight[...], 0.0)
        hidden = weight @ values  # [P, hidden, N * T]
        hidden = hidden + self.map_bias[...][..., None]
        return hidden.reshape(*hidden.shape[:2], n, times).swapaxes(1, 2).reshape(-1, HIDDEN, times)


def _normal(rngs: nnx.Rngs, out: int, *inputs: int) -> nnx.Param:
    return nnx.Param(jax.random.normal(rngs.params(), (out, *inputs)) / np.sqrt(np.prod(inputs)))
