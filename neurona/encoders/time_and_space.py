"""The first layer of Schirrmeister's networks: temporal filters, then spatial filters over all of them, without anything between.

z_o = sum_fc S_ofc (k_f * x_c + b_f) [+ a_o] = sum_c (sum_f S_ofc k_f) * x_c + sum_fc S_ofc b_f [+ a_o]
"""

from __future__ import annotations

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.convolution import convolved
from neurona.encoders.layers import glorot, own_signals
from neurona.encoders.signal import Signal


class TimeAndSpace(nnx.Module):
    """Recordings -> filtered signals of each entity.

    Args:
        signal: of the recordings.
        filters_time, filters_space: numbers of filters; spatial ones are an entity's own.
        kernel: length of a temporal filter.
        offset: whether spatial filters have one (a).
        rngs: seed of the initial weights (Glorot).
    """

    def __init__(
        self,
        signal: Signal,
        filters_time: int,
        filters_space: int,
        kernel: int,
        *,
        offset: bool = False,
        rngs: nnx.Rngs,
    ):
        self.signal = signal
        _, inside = signal.places()
        n_entities, own = inside.shape
        self.time = nnx.Param(glorot(rngs, (filters_time, kernel), kernel, filters_time * kernel))
        self.time_bias = nnx.Param(jnp.zeros(filters_time))
        shape = n_entities, filters_space, filters_time, own
        space = glorot(rngs, shape, filters_time * own, filters_space * own)
        self.space = nnx.Param(jnp.where(inside[:, None, None, :], space, 0.0))
        self.space_bias = nnx.Param(jnp.zeros((n_entities, filters_space))) if offset else None

    def __call__(self, recordings: Float[Array, "N channel time"]) -> Float[Array, "P N shorter out"]:
        _, inside = self.signal.places()
        # What fills up a small entity has weight 0 and keeps it.
        space = jnp.where(inside[:, None, None, :], self.space[...], 0.0).astype(self.space.dtype)
        kernel = jnp.einsum("pofc,fk->pock", space, self.time[...])
        bias = jnp.einsum("pofc,f->po", space, self.time_bias[...])
        if self.space_bias is not None:
            bias = bias + self.space_bias[...]
        values = convolved(own_signals(recordings, self.signal).swapaxes(2, 3), kernel)
        return values + bias[:, None, None, :]
