"""Spatial attention over sensor positions, then dilated convolutions (Défossez et al., Nature Machine Intelligence 5, 1097, 2023, Methods).

a_j(r) = Re sum_kl z_jkl exp(2 pi i (k x + l y)),    u_j = sum_c softmax_c(a_j(r_c)) x_c      r_c = (x, y) of sensor c on the unit square
v <- v + gelu(norm(K * v)), twice; v <- glu(K * v)                                            blocks of growing dilation, after a mix of the u
e_p = W mean_t gelu(A v) + b

Attention is a function of the place on the head, not of the channel: entities of any sensors share all parameters, and a layout with more or
fewer sensors needs no others. In training sensors near a place drawn at random are left out. The paper's sizes are 32 harmonics, 270 virtual
channels, 320 units and 5 blocks; the defaults suit one study on a CPU. The embedding is a mean over time, where the paper keeps the time course.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Gt, Le
from flax import nnx
from jaxtyping import Array, Bool, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.layers import BatchNorm, Dense, glorot, own_signals
from neurona.encoders.signal import Signal

_WIDTH, _MARGIN = 3, 0.1


@register
@dataclass(frozen=True)
class SpatialAttentionSettings(EncoderSettings):
    """Sizes.

    Attributes:
        harmonics: in each direction.
        virtual: channels that sensors are mixed into.
        width: units of the convolutions.
        blocks: of two residual convolutions and a gated one.
        dropout_radius: sensors so near to a random place are left out in training, on the unit square.
    """

    kind: Literal["spatial_attention"] = "spatial_attention"
    harmonics: Annotated[int, Ge(1)] = 8
    virtual: Annotated[int, Ge(1)] = 32
    width: Annotated[int, Ge(1)] = 32
    blocks: Annotated[int, Ge(1)] = 2
    dropout_radius: Annotated[float, Gt(0), Le(1)] = 0.2

    paper: ClassVar[Paper] = Paper(
        "[Défossez et al. 2023](https://doi.org/10.1038/s42256-023-00714-5)",
        "the whole head, sensor groups, equal windows; sensors with positions",
        "MEG and EEG of many sensors, or of layouts that differ",
        "times x units squared",
    )
    standardised: ClassVar[Literal["feature", "channel"]] = "channel"

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> SpatialAttention:
        return SpatialAttention(signal, embedding, self, rngs=rngs)


class SpatialAttention(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity's embedding.
        settings: sizes.
        rngs: seed of the initial weights.

    Raises:
        DataError: sensors without positions.
    """

    def __init__(self, signal: Signal, embedding: int, settings: SpatialAttentionSettings, *, rngs: nnx.Rngs):
        self.signal, self.settings = signal, settings
        signal.coordinates("spatial_attention")
        size, width = settings.harmonics**2, settings.width
        waves = jax.random.normal(rngs.params(), (2, settings.virtual, size)) / np.sqrt(size)
        self.waves = nnx.Param(waves)
        self.mix = Dense(settings.virtual, settings.virtual, rngs=rngs)
        sizes = [(settings.virtual, width), *[(width, width)] * (2 * settings.blocks - 1)]
        self.kernels = nnx.List([_kernel(rngs, a, b) for a, b in sizes])
        self.norms = nnx.List([BatchNorm((width,), (2,)) for _ in sizes])
        self.gates = nnx.List([_kernel(rngs, width, 2 * width) for _ in range(settings.blocks)])
        self.hidden, self.output = Dense(width, 2 * width, rngs=rngs), Dense(2 * width, embedding, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N entity embedding"]:
        signals = own_signals(recordings, self.signal)
        p, n = signals.shape[:2]
        values = jnp.einsum("pnct,pcj->pntj", signals, self._attention(rngs).astype(signals.dtype))
        values = self.mix(values).reshape(p * n, signals.shape[3], -1)
        for k, (kernel, norm) in enumerate(zip(self.kernels, self.norms, strict=True)):
            changed = jax.nn.gelu(norm(_dilated(values, kernel[...], 2 ** (k % 5)), rngs is not None))
            values = changed + values if changed.shape == values.shape else changed
            if k % 2:
                values = jax.nn.glu(_dilated(values, self.gates[k // 2][...], 1), axis=-1)
        embedded = self.output(jax.nn.gelu(self.hidden(values)).mean(axis=1))
        return embedded.reshape(p, n, -1).swapaxes(0, 1)

    def _attention(self, rngs: nnx.Rngs | None) -> Float[Array, "P own virtual"]:
        places, inside = self.signal.places()
        on_square = _on_square(self.signal)
        orders = np.arange(self.settings.harmonics)
        angle = (
            2
            * np.pi
            * (on_square[:, :1, None] * orders[:, None] + on_square[:, 1:, None] * orders[None, :]).reshape(
                len(on_square), -1
            )
        )
        cosine, sine = self.waves[...]
        scores = jnp.asarray(np.cos(angle), cosine.dtype) @ cosine.T - jnp.asarray(np.sin(angle), sine.dtype) @ sine.T
        kept = jnp.asarray(inside)
        if rngs is not None:
            kept = kept & self._spared(on_square, rngs)[places]
            # An entity whose sensors would all be left out keeps them.
            kept = jnp.where(kept.any(1, keepdims=True), kept, inside)
        return jax.nn.softmax(jnp.where(kept[..., None], scores[places], -1e9), axis=1)

    def _spared(self, on_square: Float[np.ndarray, "channel 2"], rngs: nnx.Rngs) -> Bool[Array, " channel"]:
        centre = jax.random.uniform(rngs.dropout(), (1, 2))
        return jnp.square(on_square - centre).sum(1) > self.settings.dropout_radius**2


def _on_square(signal: Signal) -> Float[np.ndarray, "channel 2"]:
    """Sensors seen from above, each as far from the vertex as along the head, on the unit square with a margin."""
    positions = signal.coordinates("spatial_attention")
    centred = positions - positions.mean(0)
    height = np.arctan2(np.linalg.norm(centred[:, :2], axis=1), centred[:, 2])
    direction = np.arctan2(centred[:, 1], centred[:, 0])
    flat = height[:, None] * np.stack([np.cos(direction), np.sin(direction)], axis=1)
    span = np.maximum(flat.max(0) - flat.min(0), 1e-9).max()
    return (_MARGIN + (1 - 2 * _MARGIN) * (flat - flat.min(0)) / span).astype(np.float32)


def _kernel(rngs: nnx.Rngs, inputs: int, outputs: int) -> nnx.Param:
    return nnx.Param(glorot(rngs, (outputs, inputs, _WIDTH), inputs * _WIDTH, outputs * _WIDTH))


def _dilated(
    values: Float[Array, "row time unit"], kernel: Float[Array, "out unit width"], dilation: int
) -> Float[Array, "row time out"]:
    """Convolution of as many outputs as inputs, with `dilation` steps from one tap to the next."""
    width = kernel.shape[2]
    reach = dilation * (width - 1) // 2
    padded = jnp.pad(values, ((0, 0), (reach, reach), (0, 0)))
    taps = [padded[:, k * dilation : k * dilation + values.shape[1]] for k in range(width)]
    return jnp.concatenate(taps, axis=2) @ kernel.transpose(2, 1, 0).reshape(-1, len(kernel))
