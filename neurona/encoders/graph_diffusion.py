"""Heat that diffuses over a graph of entities, for a learned time.

    u <- u + W2 relu(W1 [u ; exp(-t L) u]),      exp(-t L) u = Phi (exp(-t lambda) * Phi' u)      in each layer

L = I - D^-1/2 A D^-1/2 is the normalised Laplacian, (lambda, Phi) its eigenbasis, found once. t is learned, one for each unit, and starts
small, so that training begins with entities on their own. N. Sharp, S. Attaiki, K. Crane, M. Ovsjanikov (2022), DiffusionNet, ACM TOG,
eq. 6 and 7; the kernel: R. Kondor and J. Lafferty (2002), ICML. The graph is

    distance      A_ij = exp(-d_ij^2 / 2 s^2), s the median distance to the nearest entity
    functional    A_ij = max(0, correlation of the mean signals of i and j over the training recordings)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Gt
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.signal import Signal
from neurona.encoders.tokens import Tokens
from neurona.errors import DataError

MOST = 4096
"""Entities: their eigenbasis is 64 MiB then, and takes about a minute."""


@register
@dataclass(frozen=True)
class GraphDiffusionSettings(EncoderSettings):
    """The graph, and sizes.

    Attributes:
        graph: what joins entities.
        width: units of an entity.
        layers: of diffusion.
        start: t before training.
    """

    kind: Literal["graph_diffusion"] = "graph_diffusion"
    graph: Literal["distance", "functional"] = "distance"
    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2
    start: Annotated[float, Gt(0)] = 0.1
    paper: ClassVar[Paper] = Paper(
        "Sharp et al. 2022",
        "parcels or sensor groups with positions, or correlated ones; mixes them",
        "smooth patterns, parcels smaller than what they carry",
        "entities squared; an eigenbasis once",
    )

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> GraphDiffusion:
        return GraphDiffusion(signal, embedding, self, rngs=rngs)


class GraphDiffusion(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings; with positions where the graph is of distances.
        embedding: size of an entity embedding.
        settings: the graph, and sizes.
        rngs: seed of the initial weights.

    Raises:
        DataError: positions are not known, or too many entities.
    """

    mixes = True

    def __init__(self, signal: Signal, embedding: int, settings: GraphDiffusionSettings, *, rngs: nnx.Rngs):
        size, width = len(signal.members), settings.width
        if size > MOST:
            raise DataError(
                f"encoder graph_diffusion: {size} entities, at most {MOST}; use larger parcels (entities.method)"
            )
        self.functional = settings.graph == "functional"
        self.owned = signal.cells()
        self.tokens = Tokens(signal, width, rngs=rngs)
        basis = np.eye(size), np.zeros(size)  # until `prepare`
        if not self.functional:
            basis = eigenbasis(by_distance(signal.centres("graph_diffusion, over distances,")))
        self.basis, self.spectrum = (nnx.Variable(part) for part in _kept(*basis))
        self.layers = nnx.List([_Layer(width, settings.start, rngs) for _ in range(settings.layers)])
        self.out = nnx.Linear(width, embedding, rngs=rngs)

    def prepare(self, recordings: Float[Array, "N channel time"]) -> None:
        """The graph of correlations, where asked for."""
        if self.functional:
            values = np.asarray(recordings, np.float64).reshape(len(recordings), -1)
            courses = np.stack([values[:, list(cells)].mean(1) for cells in self.owned])
            self.basis[...], self.spectrum[...] = _kept(*eigenbasis(by_correlation(courses)))

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N P embedding"]:
        units = self.tokens(recordings)
        for layer in self.layers:
            units = layer(units, self.basis[...], self.spectrum[...])
        embedded: jax.Array = self.out(units)
        return embedded


class _Layer(nnx.Module):
    def __init__(self, width: int, start: float, rngs: nnx.Rngs):
        # softplus(time) is t.
        self.time = nnx.Param(jnp.full(width, np.log(np.expm1(start)), jnp.float32))
        self.wide, self.narrow = nnx.Linear(2 * width, width, rngs=rngs), nnx.Linear(width, width, rngs=rngs)

    def __call__(
        self, units: Float[Array, "N P width"], basis: Float[Array, "P P"], spectrum: Float[Array, "1 P"]
    ) -> Float[Array, "N P width"]:
        spread = diffused(units, basis, spectrum[0], jax.nn.softplus(self.time[...]))
        hidden: jax.Array = jax.nn.relu(self.wide(jnp.concatenate([units, spread], -1)))
        return units + self.narrow(hidden)


def diffused(
    units: Float[Array, "N P width"],
    basis: Float[Array, "P P"],
    spectrum: Float[Array, " P"],
    time: Float[Array, " width"],
) -> Float[Array, "N P width"]:
    """exp(-t L) u, t for each unit."""
    decay = jnp.exp(-spectrum[:, None] * time[None, :])
    return basis[None] @ (decay[None] * (basis.T[None] @ units))


def by_distance(centres: Float[np.ndarray, "P 3"]) -> Float[np.ndarray, "P P"]:
    """A of places: 1 where they are the same, .61 at the median distance to the nearest."""
    squared = ((centres[:, None] - centres[None]) ** 2).sum(-1)
    apart = np.where(np.eye(len(centres), dtype=bool), np.inf, squared)
    nearest = np.median(np.sqrt(apart.min(1)))
    return np.exp(-squared / (2 * nearest**2)) if 0 < nearest < np.inf else np.eye(len(centres))


def by_correlation(courses: Float[np.ndarray, "P N"]) -> Float[np.ndarray, "P P"]:
    """A of mean signals; one that never changes is joined to nothing."""
    centred = courses - courses.mean(1, keepdims=True)
    norm = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = np.divide(centred, norm, out=np.zeros_like(centred), where=norm > 0)
    return np.maximum(unit @ unit.T, 0.0)


def eigenbasis(weights: Float[np.ndarray, "P P"]) -> tuple[Float[np.ndarray, "P P"], Float[np.ndarray, " P"]]:
    """Phi and lambda of the normalised Laplacian of a graph, whose loops are left out."""
    joined = np.where(np.eye(len(weights), dtype=bool), 0.0, weights)
    degree = joined.sum(1)
    scale = np.divide(1.0, np.sqrt(degree), out=np.zeros_like(degree), where=degree > 0)
    laplacian = np.diag((degree > 0).astype(float)) - scale[:, None] * joined * scale[None, :]
    spectrum, basis = np.linalg.eigh(laplacian)
    return basis, np.maximum(spectrum, 0.0)


def _kept(basis: Float[np.ndarray, "P P"], spectrum: Float[np.ndarray, " P"]) -> tuple[jax.Array, jax.Array]:
    """As state: lambda as a row, since a first axis is the entities'."""
    return jnp.asarray(basis, jnp.float32), jnp.asarray(spectrum, jnp.float32)[None]
