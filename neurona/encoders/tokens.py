"""A token an entity: its channels mapped by a map of its own, then its time course by one that all entities share.

    h_p = A vec(W_p X_p + b_p) + a,        X_p [channel, time] of entity p

What encoders that mix entities start from.
"""

from __future__ import annotations

import jax
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.entity_map import EntityMap
from neurona.encoders.signal import Signal

SPATIAL = 32
"""Rows of W: courses in time that an entity is summarised by."""


class Tokens(nnx.Module):
    """Recordings -> a token of each entity.

    Args:
        signal: of the recordings.
        width: of a token.
        rngs: seed of the initial weights.
    """

    def __init__(self, signal: Signal, width: int, *, rngs: nnx.Rngs):
        self.map = EntityMap(signal, SPATIAL, rngs=rngs)
        self.course = nnx.Linear(SPATIAL * self.map.n_times, width, rngs=rngs)

    def __call__(self, recordings: Float[Array, "N channel time"]) -> Float[Array, "N P width"]:
        mapped = self.map(recordings).transpose(2, 0, 1, 3)
        tokens: jax.Array = self.course(mapped.reshape(*mapped.shape[:2], -1))
        return tokens
