"""ShallowFBCSP (Schirrmeister et al., Human Brain Mapping 38, 5391, 2017, figure 2): filter bank common spatial patterns as one network.

z_o = sum_fc S_ofc (k_f * x_c + b_f)        temporal filters, spatial filters over all of them
v_o = log max(pool(norm(z_o)^2), 1e-6)      power in overlapping windows of time, and its logarithm
e_p = W v + b

Temporal filters and W are shared by all entities; spatial filters, and the norm that follows them, are an entity's own. With all channels one
entity it is the published network with the embedding for the classes. Nothing stands between the two filters, so they are multiplied first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax.numpy as jnp
from annotated_types import Ge, Le
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.layers import BatchNorm, Dense, check_length, dropped, pooling
from neurona.encoders.signal import Signal
from neurona.encoders.time_and_space import TimeAndSpace

_SMALLEST = 1e-6


@register
@dataclass(frozen=True)
class ShallowFBCSPSettings(EncoderSettings):
    """Sizes, in samples where they are times; the paper's at 250 Hz.

    Attributes:
        filters_time, filters_space: numbers of filters.
        kernel: length of a temporal filter.
        pool, stride: length of a window of power, and from one window to the next.
        dropout: share of units dropped.
    """

    kind: Literal["shallow_fbcsp"] = "shallow_fbcsp"
    filters_time: Annotated[int, Ge(1)] = 40
    filters_space: Annotated[int, Ge(1)] = 40
    kernel: Annotated[int, Ge(1)] = 25
    pool: Annotated[int, Ge(1)] = 75
    stride: Annotated[int, Ge(1)] = 15
    dropout: Annotated[float, Ge(0), Le(0.9)] = 0.5

    paper: ClassVar[Paper] = Paper(
        "[Schirrmeister et al. 2017](https://doi.org/10.1002/hbm.23730)",
        "the whole head, sensor groups, equal windows; raw samples",
        "power of rhythms: imagined and executed movement",
        "channels x times x filters",
    )
    standardised: ClassVar[Literal["feature", "channel"]] = "channel"

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> ShallowFBCSP:
        return ShallowFBCSP(signal, embedding, self, rngs=rngs)


class ShallowFBCSP(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity's embedding.
        settings: sizes.
        rngs: seed of the initial weights (Glorot).

    Raises:
        DataError: entities shorter than a filter and a window of power.
    """

    def __init__(self, signal: Signal, embedding: int, settings: ShallowFBCSPSettings, *, rngs: nnx.Rngs):
        self.settings = settings
        check_length("shallow_fbcsp", signal, settings.kernel + settings.pool - 1)
        self.filters = TimeAndSpace(signal, settings.filters_time, settings.filters_space, settings.kernel, rngs=rngs)
        self.norm = BatchNorm((len(signal.members), settings.filters_space), (0, 3))
        self.times = signal.window - settings.kernel + 1
        windows = pooling(self.times, settings.pool, settings.stride).shape[1]
        self.output = Dense(windows * settings.filters_space, embedding, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N entity embedding"]:
        settings = self.settings
        values = self.norm(self.filters(recordings), rngs is not None)
        means = jnp.asarray(pooling(self.times, settings.pool, settings.stride), values.dtype)
        power = jnp.einsum("pnto,tw->pnow", values**2, means)
        values = dropped(jnp.log(jnp.maximum(power, _SMALLEST)), settings.dropout, rngs)
        return self.output(values.reshape(*values.shape[:2], -1)).swapaxes(0, 1)
