"""EEG Conformer (Song et al., IEEE TNSRE 31, 710, 2023): convolution makes tokens of stretches of time, a transformer relates them.

t   = P pool(elu(norm(sum_fc S_ofc (k_f * x_c + b_f) + a_o))) + q     tokens of an entity, one a window of time
t  <- t + attention(norm t);  t <- t + B gelu(A norm t)              so many layers (pre-norm)
e_p = W_3 elu(W_2 elu(W_1 flatten(t)))

All but spatial filters and the norm that follows them is shared by all entities; tokens of different entities do not meet. With all channels
one entity it is the published network with the embedding for the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Le
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.layers import BatchNorm, Dense, check_length, dropped, pooling
from neurona.encoders.signal import Signal
from neurona.encoders.time_and_space import TimeAndSpace
from neurona.errors import ConfigError

_HIDDEN, _DROPOUT = (256, 32), (0.5, 0.3)


@register
@dataclass(frozen=True)
class EEGConformerSettings(EncoderSettings):
    """Sizes, in samples where they are times; the paper's at 250 Hz.

    Attributes:
        width: of a token; temporal and spatial filters are as many.
        kernel: length of a temporal filter.
        pool, stride: length of a token's window, and from one to the next.
        layers, heads: of the transformer; heads divide the width.
        dropout: share of units dropped.
    """

    kind: Literal["eegconformer"] = "eegconformer"
    width: Annotated[int, Ge(1)] = 40
    kernel: Annotated[int, Ge(1)] = 25
    pool: Annotated[int, Ge(1)] = 75
    stride: Annotated[int, Ge(1)] = 15
    layers: Annotated[int, Ge(1)] = 6
    heads: Annotated[int, Ge(1)] = 10
    dropout: Annotated[float, Ge(0), Le(0.9)] = 0.5

    paper: ClassVar[Paper] = Paper(
        "[Song et al. 2023](https://doi.org/10.1109/TNSRE.2022.3230250)",
        "the whole head, sensor groups, equal windows; raw samples",
        "EEG whose parts in time belong together, with many trials",
        "channels x times x filters",
    )
    standardised: ClassVar[Literal["feature", "channel"]] = "channel"

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> EEGConformer:
        return EEGConformer(signal, embedding, self, rngs=rngs)


class EEGConformer(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity's embedding.
        settings: sizes.
        rngs: seed of the initial weights (Glorot).

    Raises:
        ConfigError: heads that do not divide the width.
        DataError: entities shorter than a filter and a token.
    """

    def __init__(self, signal: Signal, embedding: int, settings: EEGConformerSettings, *, rngs: nnx.Rngs):
        if settings.width % settings.heads:
            raise ConfigError(f"eegconformer: width {settings.width} is no multiple of heads {settings.heads}")
        self.settings = settings
        check_length("eegconformer", signal, settings.kernel + settings.pool - 1)
        self.filters = TimeAndSpace(signal, settings.width, settings.width, settings.kernel, offset=True, rngs=rngs)
        self.norm = BatchNorm((len(signal.members), settings.width), (0, 3))
        self.times = signal.window - settings.kernel + 1
        tokens = pooling(self.times, settings.pool, settings.stride).shape[1]
        self.project = Dense(settings.width, settings.width, rngs=rngs)
        self.layers = nnx.List([_Layer(settings, rngs=rngs) for _ in range(settings.layers)])
        first, second = _HIDDEN
        self.head = nnx.List([Dense(tokens * settings.width, first, rngs=rngs), Dense(first, second, rngs=rngs)])
        self.output = Dense(second, embedding, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N entity embedding"]:
        settings = self.settings
        values = jax.nn.elu(self.norm(self.filters(recordings), rngs is not None))
        p, n = values.shape[:2]
        means = jnp.asarray(pooling(self.times, settings.pool, settings.stride), values.dtype)
        tokens = jnp.einsum("pnto,tw->pnwo", values, means).reshape(p * n, means.shape[1], -1)
        tokens = self.project(dropped(tokens, settings.dropout, rngs))
        for layer in self.layers:
            tokens = layer(tokens, rngs)
        values = tokens.reshape(p, n, -1)
        for dense, rate in zip(self.head, _DROPOUT, strict=True):
            values = dropped(jax.nn.elu(dense(values)), rate, rngs)
        return self.output(values).swapaxes(0, 1)


class _Layer(nnx.Module):
    def __init__(self, settings: EEGConformerSettings, *, rngs: nnx.Rngs):
        width = settings.width
        self.heads, self.dropout = settings.heads, settings.dropout
        self.before, self.between = (
            nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs),
            nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs),
        )
        self.keys, self.queries, self.values, self.joined = (Dense(width, width, rngs=rngs) for _ in range(4))
        self.up, self.down = Dense(width, 4 * width, rngs=rngs), Dense(4 * width, width, rngs=rngs)

    def __call__(
        self, tokens: Float[Array, "row token width"], rngs: nnx.Rngs | None
    ) -> Float[Array, "row token width"]:
        tokens = tokens + dropped(self._attended(self.before(tokens), rngs), self.dropout, rngs)
        hidden = dropped(jax.nn.gelu(self.up(self.between(tokens)), approximate=False), self.dropout, rngs)
        return tokens + dropped(self.down(hidden), self.dropout, rngs)

    def _attended(
        self, tokens: Float[Array, "row token width"], rngs: nnx.Rngs | None
    ) -> Float[Array, "row token width"]:
        rows, count, width = tokens.shape
        queries, keys, values = (
            layer(tokens).reshape(rows, count, self.heads, -1) for layer in (self.queries, self.keys, self.values)
        )
        scores = jnp.einsum("rihd,rjhd->rhij", queries, keys) / np.sqrt(width / self.heads).astype(tokens.dtype)
        weights = dropped(jax.nn.softmax(scores, axis=-1), self.dropout, rngs)
        return self.joined(jnp.einsum("rhij,rjhd->rihd", weights, values).reshape(rows, count, width))
