"""The encoder of NEURONA (Wang et al., ICLR 2026): one linear map a parcel, then convolutions shared by all parcels.

h_p = W_p x_p + b_p                              [time, 128], x_p the channels of parcel p
z_p = pool(relu(conv(pool(relu(conv(h_p))))))    along the 128, time points as channels
e_p = relu(W flatten(z_p) + b)                   [embedding]

Where entities are windows of time, x_p is all of the entity's values as if measured at one time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.pooled_convolution import WIDTH, pooled_convolution, pooled_length
from neurona.encoders.signal import Signal, filled

HIDDEN, CHANNELS = 128, 32
ON_CPU, ON_ACCELERATORS = 2**12, 2**15
"""Rows of a block: what a processor's cache can use; what fills an accelerator, in some GB."""


@register
@dataclass(frozen=True)
class ParcelConvolutionSettings(EncoderSettings):
    """The paper's encoder has no dials."""

    kind: Literal["parcel_convolution"] = "parcel_convolution"
    paper: ClassVar[Paper] = Paper(
        "Wang et al., ICLR 2026",
        "any: parcels, voxels, sensor groups, windows",
        "the paper's encoder, and the default",
        "entities; little with channels",
    )

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> ParcelConvolution:
        return ParcelConvolution(signal, embedding, rngs=rngs)


class ParcelConvolution(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity embedding.
        block_rows: recordings x parcels that are encoded at a time; beyond that memory stays bounded, and the forward pass is
            repeated for the gradient. None: what suits the device.
        rngs: seed of the initial weights (normal, of variance 1 / inputs).
    """

    def __init__(self, signal: Signal, embedding: int = 64, *, block_rows: int | None = None, rngs: nnx.Rngs):
        self.whole, self.block_rows = signal.whole, block_rows
        self.parcels = tuple(own.channels for own in signal.members) if self.whole else signal.cells()
        n_times = signal.n_times if self.whole else 1
        # Parcels of fewer channels than the largest get zeros, so that all maps are one batched product.
        _, inside = filled(self.parcels)
        sizes = inside.sum(1)
        weights = (
            jax.random.normal(rngs.params(), (len(sizes), HIDDEN, inside.shape[1])) / np.sqrt(sizes)[:, None, None]
        )
        self.map_weight = nnx.Param(weights * inside[:, None, :])
        self.map_bias = nnx.Param(jnp.zeros((len(sizes), HIDDEN)))
        self.kernels = nnx.List([_normal(rngs, CHANNELS, inputs, WIDTH) for inputs in (n_times, CHANNELS)])
        self.kernel_biases = nnx.List([nnx.Param(jnp.zeros(CHANNELS)) for _ in range(2)])
        self.last_weight = _normal(rngs, embedding, CHANNELS * pooled_length(pooled_length(HIDDEN)))
        self.last_bias = nnx.Param(jnp.zeros(embedding))

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N P embedding"]:
        if not self.whole:
            recordings = recordings.reshape(len(recordings), -1, 1)
        rows = self.block_rows or (ON_CPU if jax.default_backend() == "cpu" else ON_ACCELERATORS)
        n, block = len(recordings), max(1, rows // len(self.parcels))
        if n <= block:
            return self._encode(recordings)
        blocks = -(-n // block)
        padded = jnp.pad(recordings, ((0, blocks * block - n), (0, 0), (0, 0)))
        encoded = jax.lax.map(jax.checkpoint(self._encode), padded.reshape(blocks, block, *recordings.shape[1:]))
        return encoded.reshape(blocks * block, *encoded.shape[2:])[:n]

    def _encode(self, recordings: Float[Array, "N channel time"]) -> Float[Array, "N P embedding"]:
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

    def _mapped(self, recordings: Float[Array, "N channel time"]) -> Float[Array, "PN hidden time"]:
        """h of every parcel of every recording."""
        n, _, times = recordings.shape
        places, inside = filled(self.parcels)
        values = recordings.swapaxes(0, 1).reshape(-1, n * times)[places.reshape(-1)]
        values = values.reshape(*places.shape, n * times)
        # The padding reads channel 0; its weights are zero and must stay so.
        weight = jnp.where(inside[:, None, :], self.map_weight[...], 0.0)
        hidden = weight @ values  # [P, hidden, N * T]
        hidden = hidden + self.map_bias[...][..., None]
        return hidden.reshape(*hidden.shape[:2], n, times).swapaxes(1, 2).reshape(-1, HIDDEN, times)


def _normal(rngs: nnx.Rngs, out: int, *inputs: int) -> nnx.Param:
    return nnx.Param(jax.random.normal(rngs.params(), (out, *inputs)) / np.sqrt(np.prod(inputs)))
