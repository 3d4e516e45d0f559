"""EEGNet (Lawhern et al., J. Neural Eng. 15, 056013, 2018, table 2): a filter bank, spatial filters of each band, and their time courses.

u_fd = sum_c w_fdc (k_f * x_c),  |w_fd| <= 1         F1 temporal filters of half a second; D spatial ones of each, as in FBCSP
v    = pool_8 elu(norm(A (q * pool_4 elu(norm u))))  a filter q of each u, then A mixes them into F2
e_p  = W flatten(v) + b,  |W_i| <= 1/4

Temporal filters, q, A and W are shared by all entities; spatial filters w, and the norm that follows them, are an entity's own. With all channels
one entity it is the published network with the embedding for the classes. Mixing channels and filtering in time commute, so channels are mixed
first; the norm between the two needs moments alone (`filtered_moments`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
from annotated_types import Ge, Gt, Le
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.convolution import convolved
from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.filtered_moments import filtered_moments
from neurona.encoders.layers import BatchNorm, Dense, check_length, dropped, glorot, max_norm, own_signals
from neurona.encoders.signal import Signal

_POOLS, _SECOND = (4, 8), 16
_MOMENTUM, _EPSILON = 0.01, 1e-3


@register
@dataclass(frozen=True)
class EEGNetSettings(EncoderSettings):
    """Sizes; the defaults are the paper's EEGNet-8,2.

    Attributes:
        f1: temporal filters.
        d: spatial filters of each.
        f2: mixed ones; None: f1 d.
        kernel: samples of a temporal filter; None: half a second, which is the paper's 64 at 128 Hz.
        dropout: share of units dropped; the paper has .5 within and .25 across people.
        spatial_norm, output_norm: largest norm of a spatial filter, and of the weights of an embedding's number; None: any.
    """

    kind: Literal["eegnet"] = "eegnet"
    f1: Annotated[int, Ge(1)] = 8
    d: Annotated[int, Ge(1)] = 2
    f2: Annotated[int, Ge(1)] | None = None
    kernel: Annotated[int, Ge(2)] | None = None
    dropout: Annotated[float, Ge(0), Le(0.9)] = 0.5
    spatial_norm: Annotated[float, Gt(0)] | None = 1.0
    output_norm: Annotated[float, Gt(0)] | None = 0.25

    paper: ClassVar[Paper] = Paper(
        "[Lawhern et al. 2018](https://doi.org/10.1088/1741-2552/aace8c)",
        "the whole head, sensor groups, equal windows; raw samples",
        "EEG of any kind with few trials: potentials and rhythms",
        "channels x times",
    )
    standardised: ClassVar[Literal["feature", "channel"]] = "channel"

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> EEGNet:
        return EEGNet(signal, embedding, self, rngs=rngs)


class EEGNet(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity's embedding.
        settings: sizes.
        rngs: seed of the initial weights (Glorot).

    Raises:
        DataError: entities shorter than the pools.
    """

    def __init__(self, signal: Signal, embedding: int, settings: EEGNetSettings, *, rngs: nnx.Rngs):
        self.signal, self.settings = signal, settings
        _, inside = signal.places()
        n_entities, own = inside.shape
        f1, d = settings.f1, settings.d
        f2 = settings.f2 or f1 * d
        width = settings.kernel or _half_a_second(signal)
        # As in braindecode: half a kernel of zeros on both sides, whatever its parity.
        first = (signal.window + 2 * (width // 2) - width + 1) // _POOLS[0]
        second = (first + 1) // _POOLS[1]
        check_length("eegnet", signal, _POOLS[0] * (_POOLS[1] - 1))
        self.temporal = nnx.Param(glorot(rngs, (f1, width), width, f1 * width))
        self.temporal_norm = BatchNorm((f1,), (0,), _MOMENTUM, _EPSILON)
        spatial = glorot(rngs, (n_entities, f1, d, own), own, f1 * d * own)
        self.spatial = nnx.Param(jnp.where(inside[:, None, None, :], spatial, 0.0))
        self.spatial_norm = BatchNorm((n_entities, f1, d), (2, 0, 1), _MOMENTUM, _EPSILON)
        self.depth = nnx.Param(glorot(rngs, (f1 * d, _SECOND), _SECOND, f1 * d * _SECOND))
        self.point = nnx.Param(glorot(rngs, (f2, f1 * d), f1 * d, f2))
        self.point_norm = BatchNorm((f2,), (0,), _MOMENTUM, _EPSILON)
        self.output = Dense(f2 * second, embedding, settings.output_norm, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N entity embedding"]:
        settings, training = self.settings, rngs is not None
        filters = self.temporal[...]
        f1, width = filters.shape
        signals = _padded(own_signals(recordings, self.signal), width // 2)
        p, n, _, times = signals.shape
        _, inside = self.signal.places()
        moments = None
        if training:
            moments = filtered_moments(signals.reshape(-1, times), filters, n * int((~inside).sum()))
        factor, offset = self.temporal_norm.affine(moments)
        # What fills up a small entity has weight 0 and keeps it.
        mixing = jnp.where(inside[:, None, None, :], max_norm(self.spatial[...], settings.spatial_norm, 1), 0.0)
        mixing = mixing.astype(filters.dtype)
        filters = (filters * factor[:, None]).astype(filters.dtype)
        mixed = jnp.einsum("pnct,pfdc->fdpnt", signals, mixing)
        values = convolved(mixed.reshape(f1, -1, times, 1), filters[:, None, None, :])
        values = values.reshape(*mixed.shape[:4], -1)
        constant = jnp.einsum("f,pfdc->fdp", offset, mixing).astype(values.dtype)
        values = _pooled(jax.nn.elu(self.spatial_norm(values + constant[..., None, None], training)), _POOLS[0])
        values = dropped(values, settings.dropout, rngs)
        values = _padded(values.reshape(f1 * settings.d, p * n, -1), _SECOND // 2)
        values = convolved(values[..., None], self.depth[...][:, None, None, :])[..., 0]
        values = jnp.einsum("gmt,og->omt", values, self.point[...])
        values = _pooled(jax.nn.elu(self.point_norm(values, training)), _POOLS[1])
        values = dropped(values, settings.dropout, rngs)
        embedded = self.output(values.swapaxes(0, 1).reshape(p * n, -1))
        return embedded.reshape(p, n, -1).swapaxes(0, 1)


def _half_a_second(signal: Signal) -> int:
    return 64 if signal.sampling_hz is None else max(2, round(signal.sampling_hz / 2))


def _padded(values: Float[Array, "*rows time"], by: int) -> Float[Array, "*rows longer"]:
    return jnp.pad(values, [(0, 0)] * (values.ndim - 1) + [(by, by)])


def _pooled(values: Float[Array, "*rows time"], length: int) -> Float[Array, "*rows pooled"]:
    """Means over so many times; what is left over is dropped."""
    count = values.shape[-1] // length
    return values[..., : count * length].reshape(*values.shape[:-1], count, length).mean(-1)
