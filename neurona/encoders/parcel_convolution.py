"""The encoder of NEURONA (Wang et al., ICLR 2026): one linear map a parcel, then convolutions shared by all parcels.

    h_p = W_p x_p + b_p                    [time, 128], x_p the components of parcel p
    z_p = pool(relu(conv(pool(relu(conv(h_p))))))    along the 128, time points as channels
    e_p = relu(W flatten(z_p) + b)         [embedding]

Convolutions are written as matrix products of shifted slices and pooling as a reshape: the same numbers, and on CPU many
times faster to differentiate than the general operations.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

HIDDEN, CHANNELS, WIDTH = 128, 32, 4


class ParcelConvolution(nnx.Module):
    """Recordings of T time points of F components -> P entity embeddings.

    Args:
        parcels: the components of each parcel.
        n_times: T.
        embedding: size of an entity embedding.
        rngs: seed of the initial weights (normal, of variance 1 / inputs).
    """

    def __init__(self, parcels: Sequence[Sequence[int]], n_times: int, embedding: int = 64, *, rngs: nnx.Rngs):
        self.parcels = tuple(tuple(map(int, parcel)) for parcel in parcels)
        self.maps = nnx.List([_Linear(len(parcel), HIDDEN, rngs) for parcel in self.parcels])
        self.first = _Linear(n_times * WIDTH, CHANNELS, rngs)
        self.second = _Linear(CHANNELS * WIDTH, CHANNELS, rngs)
        length = _pooled(_pooled(HIDDEN))
        self.last = _Linear(CHANNELS * length, embedding, rngs)

    def __call__(self, recordings: Float[Array, "N T F"]) -> Float[Array, "N P embedding"]:
        hidden = [
            linear(recordings[:, :, np.asarray(parcel)]) for linear, parcel in zip(self.maps, self.parcels, strict=True)
        ]
        signal = jnp.stack(hidden, axis=1).swapaxes(2, 3)  # [N, P, 128, T]
        for layer in (self.first, self.second):
            signal = _pool(jax.nn.relu(layer(_windows(signal))))
        flat = signal.swapaxes(2, 3).reshape(*signal.shape[:2], -1)  # channel-major, as the released code flattens
        return jax.nn.relu(self.last(flat))


class _Linear(nnx.Module):
    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs):
        self.weight = nnx.Param(jax.random.normal(rngs.params(), (inputs, outputs)) / np.sqrt(inputs))
        self.bias = nnx.Param(jnp.zeros(outputs))

    def __call__(self, x: Float[Array, "*batch inputs"]) -> Float[Array, "*batch outputs"]:
        return jax.lax.dot_general(x, self.weight[...], (((x.ndim - 1,), (0,)), ((), ()))) + jnp.expand_dims(
            self.bias[...], tuple(range(x.ndim - 1))
        )


def _windows(signal: Float[Array, "N P length channel"]) -> Float[Array, "N P out channel*4"]:
    """Every window of WIDTH neighbours, channel-major: what a kernel [out, channel, width] meets."""
    out = signal.shape[2] - WIDTH + 1
    shifted = jnp.stack([signal[:, :, k : k + out] for k in range(WIDTH)], axis=-1)
    return shifted.reshape(*shifted.shape[:3], -1)


def _pool(signal: Float[Array, "N P length channel"]) -> Float[Array, "N P half channel"]:
    """Maximum of neighbours; an odd last value is dropped."""
    half = signal.shape[2] // 2
    return signal[:, :, : 2 * half].reshape(*signal.shape[:2], half, 2, -1).max(axis=3)


def _pooled(length: int) -> int:
    return (length - WIDTH + 1) // 2
