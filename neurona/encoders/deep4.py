"""Deep4 (Schirrmeister et al., Human Brain Mapping 38, 5391, 2017, figure 1): four blocks of convolution and pooling.

v_1 = pool(elu(norm(sum_fc S_ofc (k_f * x_c + b_f))))
v_l = pool(elu(norm(K_l * drop(v_{l-1}))))          l = 2, 3, 4, each of twice the filters
e_p = W v_4 + b

Pooling takes the maximum of three neighbours. All but spatial filters, and the norm that follows them, is shared by all entities; with all channels
one entity it is the published network with the embedding for the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
from annotated_types import Ge, Le
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.convolution import convolved
from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.layers import BatchNorm, Dense, check_length, dropped, glorot
from neurona.encoders.signal import Signal
from neurona.encoders.time_and_space import TimeAndSpace


@register
@dataclass(frozen=True)
class Deep4Settings(EncoderSettings):
    """Sizes; the paper's at 250 Hz.

    Attributes:
        filters: of the first block (temporal and spatial ones alike), and of the others.
        kernel: samples of a filter, in every block.
        pool: neighbours of which the strongest is kept.
        dropout: share of units dropped before blocks 2 to 4.
    """

    kind: Literal["deep4"] = "deep4"
    filters: tuple[Annotated[int, Ge(1)], ...] = (25, 50, 100, 200)
    kernel: Annotated[int, Ge(1)] = 10
    pool: Annotated[int, Ge(1)] = 3
    dropout: Annotated[float, Ge(0), Le(0.9)] = 0.5

    paper: ClassVar[Paper] = Paper(
        "[Schirrmeister et al. 2017](https://doi.org/10.1002/hbm.23730)",
        "the whole head, sensor groups, equal windows; raw samples",
        "EEG of any kind with many trials",
        "channels x times x filters",
    )
    standardised: ClassVar[Literal["feature", "channel"]] = "channel"

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> Deep4:
        return Deep4(signal, embedding, self, rngs=rngs)


class Deep4(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings.
        embedding: size of an entity's embedding.
        settings: sizes.
        rngs: seed of the initial weights (Glorot).

    Raises:
        DataError: entities of which no time is left after the last block.
    """

    def __init__(self, signal: Signal, embedding: int, settings: Deep4Settings, *, rngs: nnx.Rngs):
        self.settings = settings
        first, *later = settings.filters
        width = settings.kernel
        needed, times = 1, signal.window
        for _ in settings.filters:
            needed, times = needed * settings.pool + width - 1, (times - width + 1) // settings.pool
        check_length("deep4", signal, needed)
        self.filters = TimeAndSpace(signal, first, first, width, rngs=rngs)
        self.norm = BatchNorm((len(signal.members), first), (0, 3))
        pairs = list(zip(settings.filters, later, strict=False))
        self.kernels = nnx.List([nnx.Param(glorot(rngs, (b, a, width), a * width, b * width)) for a, b in pairs])
        self.norms = nnx.List([BatchNorm((b,), (2,)) for _, b in pairs])
        self.output = Dense(times * settings.filters[-1], embedding, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N entity embedding"]:
        training, pool = rngs is not None, self.settings.pool
        values = self.norm(self.filters(recordings), training)
        p, n = values.shape[:2]
        values = _strongest(jax.nn.elu(values.reshape(p * n, *values.shape[2:])), pool)
        for kernel, norm in zip(self.kernels, self.norms, strict=True):
            values = dropped(values, self.settings.dropout, rngs)
            values = norm(convolved(values[None], kernel[...][None])[0], training)
            values = _strongest(jax.nn.elu(values), pool)
        return self.output(values.swapaxes(1, 2).reshape(p, n, -1)).swapaxes(0, 1)


def _strongest(values: Float[Array, "row time filter"], pool: int) -> Float[Array, "row pooled filter"]:
    """The maximum of every `pool` neighbours in time; what is left over is dropped."""
    count = values.shape[1] // pool
    neighbours = values[:, : count * pool].reshape(len(values), count, pool, -1)
    # One by one: the gradient of a maximum over an axis divides by how many are equal to it, which a compiler may round to none.
    return reduce(jnp.maximum, [neighbours[:, :, k] for k in range(pool)])
