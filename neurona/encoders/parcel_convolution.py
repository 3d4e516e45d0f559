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
from neurona.encoders.entity_map import EntityMap
from neurona.encoders.pooled_convolution import WIDTH, pooled_convolution, pooled_length
from neurona.encoders.signal import Signal
from neurona.initial_weights import normal, zeros

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
        self.block_rows = block_rows
        self.map = EntityMap(signal, HIDDEN, rngs=rngs)
        self.kernels = nnx.List([_normal(rngs, CHANNELS, inputs, WIDTH) for inputs in (self.map.n_times, CHANNELS)])
        self.kernel_biases = nnx.List([zeros(CHANNELS) for _ in range(2)])
        self.last_weight = _normal(rngs, embedding, CHANNELS * pooled_length(pooled_length(HIDDEN)))
        self.last_bias = zeros(embedding)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N P embedding"]:
        rows = self.block_rows or (ON_CPU if jax.default_backend() == "cpu" else ON_ACCELERATORS)
        n, block = len(recordings), max(1, rows // len(self.map.parts))
        if n <= block:
            return self._encode(recordings)
        blocks = -(-n // block)
        padded = jnp.pad(recordings, ((0, blocks * block - n), (0, 0), (0, 0)))
        encoded = jax.lax.map(jax.checkpoint(self._encode), padded.reshape(blocks, block, *recordings.shape[1:]))
        return encoded.reshape(blocks * block, *encoded.shape[2:])[:n]

    def _encode(self, recordings: Float[Array, "N channel time"]) -> Float[Array, "N P embedding"]:
        hidden = self.map(recordings)
        signal = hidden.swapaxes(1, 2).reshape(-1, HIDDEN, self.map.n_times)
        for kernel, bias in zip(self.kernels, self.kernel_biases, strict=True):
            signal = pooled_convolution(signal, kernel[...], bias[...])
        flat = signal.reshape(len(signal), -1)
        # The released code flattens channel-major, we position-major: the weights are turned instead of the data.
        weight = (
            self.last_weight[...].reshape(-1, CHANNELS, signal.shape[1]).transpose(2, 1, 0).reshape(flat.shape[1], -1)
        )
        embedded = jax.nn.relu(flat @ weight + self.last_bias[...][None])
        return embedded.reshape(len(self.map.parts), len(recordings), -1).swapaxes(0, 1)


def _normal(rngs: nnx.Rngs, out: int, *inputs: int) -> nnx.Param:
    return normal(rngs, (out, *inputs), int(np.prod(inputs)))
