"""Nested atlases: parcels of parcels, each drawn to the coarser one that it lies in.

    e_p = m_0 + sum_l k_l * (m_l(p) - m_{l-1}(p)),      0 <= k_l <= 1

m_0 is the mean embedding of all parcels, m_l(p) that of the parcel of level l which p lies in, and m_L(p) = W relu(h_p) + b its own (h: see `tokens`). k_l, learned, one
for each unit, is how much of what a finer level adds is believed: the posterior mean of a hierarchical normal model keeps k = signal variance /
(signal + noise variance) of each deviation from the group (B. Efron and C. Morris 1975, JASA 70; A. Gelman and J. Hill 2007, ch. 12). With
k = 1 parcels stand alone, with k = 0 beyond level l they share what level l says. Levels are Ward's clusters of the parcels' centres,
cut to so many parcels each (spatially nested parcellations: B. Thirion et al. 2014, Front. Neurosci. 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge
from flax import nnx
from jaxtyping import Array, Float
from scipy.cluster.hierarchy import fcluster, linkage

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.signal import Signal
from neurona.encoders.tokens import Tokens
from neurona.errors import ConfigError

KEPT = 2.0
"""Logit of k before training: .88 of each deviation."""


@register
@dataclass(frozen=True)
class NestedAtlasesSettings(EncoderSettings):
    """The levels.

    Attributes:
        levels: numbers of parcels, coarse to fine, between the whole and the entities; None: a ninth and a third of the entities.
        width: hidden units of an entity.
    """

    kind: Literal["nested_atlases"] = "nested_atlases"
    levels: tuple[Annotated[int, Ge(2)], ...] | None = None
    width: Annotated[int, Ge(1)] = 64
    paper: ClassVar[Paper] = Paper(
        "Efron and Morris 1975; Thirion et al. 2014",
        "parcels, voxels or sensor groups with positions; mixes them",
        "fine atlases of weak signals",
        "entities",
    )

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> NestedAtlases:
        return NestedAtlases(signal, embedding, self, rngs=rngs)


class NestedAtlases(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings, with positions.
        embedding: size of an entity embedding.
        settings: the levels.
        rngs: seed of the initial weights.

    Raises:
        ConfigError: levels do not grow, or have as many parcels as there are entities.
        DataError: positions are not known.
    """

    mixes = True

    def __init__(self, signal: Signal, embedding: int, settings: NestedAtlasesSettings, *, rngs: nnx.Rngs):
        size = len(signal.members)
        levels = tuple(k for k in (size // 9, size // 3) if k > 1) if settings.levels is None else settings.levels
        if levels and any(fine <= coarse for coarse, fine in pairwise((1, *levels, size))):
            raise ConfigError(
                f"decoder.encoder.levels: {list(levels)} parcels of {size} entities; name growing numbers between 2 and {size - 1}"
            )
        self.groups = nested(signal.centres("nested_atlases"), levels)
        self.tokens, self.out = (
            Tokens(signal, settings.width, rngs=rngs),
            nnx.Linear(settings.width, embedding, rngs=rngs),
        )
        self.kept = nnx.Param(jnp.full((len(levels) + 1, embedding), KEPT))

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N P embedding"]:
        own = self.out(jax.nn.relu(self.tokens(recordings)))
        return drawn(own, self.groups, jax.nn.sigmoid(self.kept[...]))


def drawn(
    own: Float[Array, "N P embedding"], groups: tuple[tuple[int, ...], ...], kept: Float[Array, "level embedding"]
) -> Float[Array, "N P embedding"]:
    """e of each parcel, from its own embedding, the group of each parcel at every level, and k of each level but the whole."""
    levels = [*(_shared_mean(own, np.array(group)) for group in groups), own]
    found = own.mean(1, keepdims=True)
    coarser = jnp.broadcast_to(found, own.shape)
    for k, finer in zip(kept, levels, strict=True):
        found, coarser = found + k[None, None] * (finer - coarser), finer
    return found


def _shared_mean(own: Float[Array, "N P embedding"], group: np.ndarray) -> Float[Array, "N P embedding"]:
    """The mean of each group, for each of its members."""
    sums = jax.ops.segment_sum(own.swapaxes(0, 1), group, int(group.max()) + 1)
    means = sums / jnp.asarray(np.bincount(group), own.dtype)[:, None, None]
    return means[group].swapaxes(0, 1)


def nested(centres: Float[np.ndarray, "P 3"], levels: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The group of each parcel, 0 and up, at each level of so many groups; groups of a finer level lie within those of a coarser."""
    tree = linkage(centres, "ward") if levels else None
    return tuple(tuple(np.unique(fcluster(tree, size, "maxclust"), return_inverse=True)[1].tolist()) for size in levels)
