"""What all encoders are: a recording's signal -> an embedding of each entity; and how one is added.

    @register
    @dataclass(frozen=True)
    class EEGNetSettings(EncoderSettings):
        kind: Literal["eegnet"] = "eegnet"
        ...
        def build(self, signal, embedding, *, rngs): return EEGNet(signal, embedding, self, rngs=rngs)

That is one file, here or in another package (entry points `neurona.encoders`); by it the encoder can be named in a config
(`decoder.encoder: eegnet`), stands in the table of the docs, and is under `tests/encoders/test_conformance.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple, TypeVar

from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.signal import Signal
from neurona.registry import Registry


class Encoder(nnx.Module):
    """A network `[N, channel, time] -> [N, entity, embedding]` for one signal.

    An entity's embedding depends on the entity's own part of the recording alone, unless the class says that it `mixes` entities. A
    parameter that each entity has for itself has the entities on its first axis; permuting these permutes the embeddings. State that is
    not trained by gradients is an `nnx.BatchStat` (moments of batches) or another `nnx.Variable`; nothing else holds arrays.
    """

    mixes: ClassVar[bool] = False

    def __call__(
        self, recordings: Float[Array, "N channel time"], rngs: nnx.Rngs | None = None
    ) -> Float[Array, "N entity embedding"]:
        """Embeddings.

        Args:
            recordings: standardised as the settings say.
            rngs: given in training alone: units are dropped by its stream `dropout`, and a batch is normalised by its own moments, which are
                added to the running ones.
        """
        raise NotImplementedError

    def prepare(self, recordings: Float[Array, "N channel time"]) -> None:
        """Set what follows from the training recordings without their answers, before training. Nothing, by default."""


class Paper(NamedTuple):
    """A row of the table of encoders.

    Attributes:
        source: authors and year, with a link.
        entities: that it suits.
        use: what for.
        cost: what it grows with.
    """

    source: str
    entities: str
    use: str
    cost: str


@dataclass(frozen=True)
class EncoderSettings:
    """Settings of an encoder; its `kind` names it.

    Attributes:
        paper: for the table of the docs.
        standardised: inputs have mean 0 and deviation 1 over training recordings, at each time (`feature`) or over all times
            (`channel`: what is left of a channel's time course stays).
    """

    paper: ClassVar[Paper]
    standardised: ClassVar[Literal["feature", "channel"]] = "feature"

    def build(self, signal: Signal, embedding: int, *, rngs: nnx.Rngs) -> Encoder:
        """An untrained encoder.

        Args:
            signal: of the recordings.
            embedding: size of an entity's embedding.
            rngs: seed of the initial weights.

        Raises:
            ConfigError: the settings contradict each other.
            DataError: this encoder does not suit the signal.
        """
        raise NotImplementedError


_Settings = TypeVar("_Settings", bound=type[EncoderSettings])

ENCODERS: Registry[type[EncoderSettings]] = Registry("encoder", "neurona.encoders", "neurona.encoders")
"""Settings of every encoder by its kind."""


def register(settings: _Settings) -> _Settings:
    """Register an encoder by its settings' `kind`.

    Raises:
        ConfigError: other settings have that kind already.
    """
    ENCODERS.add(str(getattr(settings, "kind", "")), settings)
    return settings
