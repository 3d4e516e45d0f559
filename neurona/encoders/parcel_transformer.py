"""A transformer over parcels: each parcel a token that attends to all others.

    z_p = h_p + E_p                                   h: see `tokens`; E: learned, what parcel it is
    z <- z + attention(norm(z)),  z <- z + W2 gelu(W1 norm(z))       in each layer, norms first
    e_p = W norm(z_p) + b

A. Vaswani et al. (2017), Attention is all you need, NeurIPS, eq. 1; norms first: R. Xiong et al. (2020), ICML; regions of the brain as
tokens: X. Kan et al. (2022), Brain network transformer, NeurIPS. An embedding is no longer its parcel's own: where a word is found
is where its evidence was gathered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
from annotated_types import Ge, Lt
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.signal import Signal
from neurona.encoders.tokens import Tokens
from neurona.errors import ConfigError


@register
@dataclass(frozen=True)
class ParcelTransformerSettings(EncoderSettings):
    """Sizes of the transformer.

    Attributes:
        width: of a token; a multiple of `heads`.
        layers, heads: of attention.
        dropout: share of the units of each branch that are dropped in training.
    """

    kind: Literal["parcel_transformer"] = "parcel_transformer"
    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2
    heads: Annotated[int, Ge(1)] = 4
    dropout: Annotated[float, Ge(0), Lt(1)] = 0.1
    paper: ClassVar[Paper] = Paper(
        "Vaswani et al. 2017; Kan et al. 2022",
        "parcels, up to some thousands; mixes them",
        "concepts that are spread over parcels, or told by their context",
        "entities squared",
    )

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> ParcelTransformer:
        return ParcelTransformer(signal, embedding, self, rngs=rngs)


class ParcelTransformer(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity embedding.
        settings: sizes.
        rngs: seed of the initial weights.

    Raises:
        ConfigError: tokens do not share out among the heads.
    """

    mixes = True

    def __init__(self, signal: Signal, embedding: int, settings: ParcelTransformerSettings, *, rngs: nnx.Rngs):
        width = settings.width
        if width % settings.heads:
            raise ConfigError(
                f"decoder.encoder.width: tokens of {width} do not share out among {settings.heads} heads; choose a multiple"
            )
        self.tokens = Tokens(signal, width, rngs=rngs)
        self.parcel = nnx.Param(0.02 * jax.random.normal(rngs.params(), (len(signal.members), width)))
        self.layers = nnx.List([_Layer(settings, rngs) for _ in range(settings.layers)])
        self.norm, self.out = nnx.LayerNorm(width, rngs=rngs), nnx.Linear(width, embedding, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N P embedding"]:
        z = self.tokens(recordings) + self.parcel[...][None]
        for layer in self.layers:
            z = layer(z, rngs)
        embedded: jax.Array = self.out(self.norm(z))
        return embedded


class _Layer(nnx.Module):
    def __init__(self, settings: ParcelTransformerSettings, rngs: nnx.Rngs):
        width = settings.width
        self.norms = nnx.List([nnx.LayerNorm(width, rngs=rngs) for _ in range(2)])
        self.attention = nnx.MultiHeadAttention(settings.heads, width, decode=False, rngs=rngs)
        self.wide, self.narrow = nnx.Linear(width, 2 * width, rngs=rngs), nnx.Linear(2 * width, width, rngs=rngs)
        self.dropout = nnx.Dropout(settings.dropout)

    def __call__(self, z: Float[Array, "N P width"], rngs: nnx.Rngs | None) -> Float[Array, "N P width"]:
        def kept(branch: jax.Array) -> jax.Array:
            return self.dropout(branch, deterministic=rngs is None, rngs=rngs)

        z = z + kept(self.attention(self.norms[0](z)))
        return z + kept(self.narrow(jax.nn.gelu(self.wide(self.norms[1](z)))))
