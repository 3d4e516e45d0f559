"""Embeddings of many instances (voxels, windows), by one small network that all share.

    e_i = W2 relu(W1 [x_i ; g(p_i)] + b1) + b2,      g(p) = [sin 2 pi F p ; cos 2 pi F p]

x_i are the instance's values and p_i is its place, where known. The embedding f of M. Ilse, J. Tomczak, M. Welling (2018), Attention-based deep
multiple instance learning, ICML, sec. 2.4; what its instances say of the recording altogether is a matter of `decoder.pooling`. A network that is
shared knows no instance by name, so its place is told by Fourier features: M. Tancik et al. (2020), NeurIPS, eq. 5, F learned. The number of
parameters does not grow with that of the instances. They are embedded in blocks and, for the gradient, once more: memory holds the
embeddings, and nothing else of all instances at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.encoder import Encoder, EncoderSettings, Paper, register
from neurona.encoders.signal import Signal
from neurona.errors import DataError

BLOCK = 2**14
"""Instances that are embedded at a time."""


@register
@dataclass(frozen=True)
class InstancesSettings(EncoderSettings):
    """Sizes.

    Attributes:
        width: hidden units.
        frequencies: rows of F, of instances whose places are known; 0: places are not looked at.
    """

    kind: Literal["instances"] = "instances"
    width: Annotated[int, Ge(1)] = 32
    frequencies: Annotated[int, Ge(0)] = 16
    paper: ClassVar[Paper] = Paper(
        "Ilse et al. 2018",
        "voxels or windows, 100,000 of them, each of equally many channels and times",
        "carriers found without an atlas; with `decoder.pooling`",
        "entities, in blocks; parameters do not grow",
    )

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> Instances:
        return Instances(signal, embedding, self, rngs=rngs)


class Instances(Encoder):
    """See the module's docstring.

    Args:
        signal: of the recordings; every entity has equally many channels and times.
        embedding: size of an entity embedding.
        settings: sizes.
        rngs: seed of the initial weights.

    Raises:
        DataError: entities of different sizes.
    """

    def __init__(self, signal: Signal, embedding: int, settings: InstancesSettings, *, rngs: nnx.Rngs):
        sizes = {len(own.channels) for own in signal.members}
        if len(sizes) > 1:
            raise DataError(
                f"encoder instances: entities have {min(sizes)} to {max(sizes)} channels, and one network reads all; give entities of "
                "equally many channels (entities.method: atlas makes each channel one), or choose another encoder"
            )
        inputs = sizes.pop() * signal.window
        self.cells = nnx.Variable(jnp.asarray(signal.cells(), jnp.int32))
        self.placed = signal.positions is not None and settings.frequencies > 0
        if self.placed:
            self.places = nnx.Variable(jnp.asarray(_standard(signal.centres("instances")), jnp.float32))
            self.frequencies = nnx.Param(0.5 * jax.random.normal(rngs.params(), (settings.frequencies, 3)))
            inputs += 2 * settings.frequencies
        self.hidden = nnx.Linear(inputs, settings.width, rngs=rngs)
        self.out = nnx.Linear(settings.width, embedding, rngs=rngs)

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N P embedding"]:
        values = recordings.reshape(len(recordings), -1).T[self.cells[...]].swapaxes(1, 2)
        instances = (values, self.places[...]) if self.placed else (values,)
        block = max(1, BLOCK // len(recordings))
        if len(values) <= block:
            embedded = jax.vmap(self._embedded)(*instances)
        else:
            one = jax.checkpoint(lambda instance: self._embedded(*instance))
            embedded = jax.lax.map(one, instances, batch_size=block)
        return embedded.swapaxes(0, 1)

    def _embedded(
        self, values: Float[Array, "N value"], place: Float[Array, "3"] | None = None
    ) -> Float[Array, "N embedding"]:
        """One instance of every recording."""
        if place is not None:
            phase = 2 * np.pi * (self.frequencies[...] @ place)
            code = jnp.concatenate([jnp.sin(phase), jnp.cos(phase)])
            values = jnp.concatenate([values, jnp.broadcast_to(code, (len(values), len(code)))], 1)
        embedded: jax.Array = self.out(jax.nn.relu(self.hidden(values)))
        return embedded


def _standard(centres: Float[np.ndarray, "P 3"]) -> Float[np.ndarray, "P 3"]:
    """In units of their spread, around their middle."""
    spread = centres.std(axis=0).max()
    middle = centres - centres.mean(axis=0)
    return middle / spread if spread > 0 else middle
