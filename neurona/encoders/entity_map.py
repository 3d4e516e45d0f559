"""One linear map an entity, from its channels: y_p(t) = W_p x_p(t) + b_p.

Where entities are windows of time, x_p is all of the entity's values as if measured at one time. The maps of all entities are one batched
product: entities of fewer channels than the largest are filled up with zeros.
"""

from __future__ import annotations

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.signal import Signal, filled
from neurona.initial_weights import normal, zeros


class EntityMap(nnx.Module):
    """Recordings -> each entity's channels, mapped.

    Args:
        signal: of the recordings.
        width: size of y.
        rngs: seed of the initial weights (normal, of variance 1 / channels).

    Attributes:
        n_times: of y; 1 where entities are windows.
    """

    def __init__(self, signal: Signal, width: int, *, rngs: nnx.Rngs):
        self.whole = signal.whole
        self.n_times = signal.n_times if self.whole else 1
        self.parts = tuple(own.channels for own in signal.members) if self.whole else signal.cells()
        _, inside = filled(self.parts)
        inputs = inside.sum(1)[:, None, None]
        self.weight = normal(rngs, (len(self.parts), width, inside.shape[1]), inputs, inside[:, None, :])
        self.bias = zeros(len(self.parts), width)

    def __call__(self, recordings: Float[Array, "N channel time"]) -> Float[Array, "P width N T"]:
        n, times = len(recordings), self.n_times
        values = recordings if self.whole else recordings.reshape(n, -1, 1)
        places, inside = filled(self.parts)
        values = values.swapaxes(0, 1).reshape(-1, n * times)[places.reshape(-1)].reshape(*places.shape, n * times)
        # The filling reads channel 0; its weights are zero and must stay so.
        weight = jnp.where(inside[:, None, :], self.weight[...], 0.0)
        mapped = weight @ values + self.bias[...][..., None]
        return mapped.reshape(*mapped.shape[:2], n, times)
