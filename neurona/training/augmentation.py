"""Augmentation: recordings changed at random in training, in ways that should not change the answers. By name in a config:

    training: {augmentation: [time_shift, {kind: mixup, alpha: 0.4}]}

One class with one registering decorator each, here or in another package (entry points `neurona.augmentations`). What is drawn follows from the
seed and the number of the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, TypeVar

import jax
import jax.numpy as jnp
from annotated_types import Gt, Le
from jaxtyping import Array, Bool, Float, Key
from pydantic import BeforeValidator, Field

from neurona.registry import Registry

Signals: TypeAlias = Float[Array, "N channel time"]
Augmented: TypeAlias = tuple[Signals, Float[Array, " N"] | None]


@dataclass(frozen=True)
class Augmentation:
    """A change of recordings; its `kind` names it."""

    def __call__(self, key: Key[Array, ""], recordings: Signals) -> Augmented:
        """Changed recordings, and by how much their questions' weights change (None: they do not).

        Args:
            key: of what is drawn.
            recordings: standardised, of one step; their number and shape stay.
        """
        raise NotImplementedError


AUGMENTATIONS: Registry[type[Augmentation]] = Registry(
    "augmentation", "neurona.augmentations", "neurona.training.augmentation"
)

_Kind = TypeVar("_Kind", bound=type[Augmentation])


def register(kind: _Kind) -> _Kind:
    """Register an augmentation by its `kind`.

    Raises:
        ConfigError: another has that kind already.
    """
    AUGMENTATIONS.add(str(getattr(kind, "kind", "")), kind)
    return kind


@register
@dataclass(frozen=True)
class TimeShift(Augmentation):
    """x(t) -> x(t - s), s uniform; what is shifted in is 0, the channel's mean.

    Attributes:
        kind: of augmentation.
        most: largest |s|, as a share of the recording.
    """

    kind: Literal["time_shift"] = "time_shift"
    most: Annotated[float, Gt(0), Le(1)] = 0.1

    def __call__(self, key: Key[Array, ""], recordings: Signals) -> Augmented:
        n, _, times = recordings.shape
        most = int(self.most * times)
        shift = jax.random.randint(key, (n, 1), -most, most + 1)
        source = jnp.arange(times)[None] - shift
        inside = (source >= 0) & (source < times)
        moved = jnp.take_along_axis(recordings, jnp.clip(source, 0, times - 1)[:, None], axis=2)
        return jnp.where(inside[:, None], moved, 0.0), None


@register
@dataclass(frozen=True)
class ChannelDropout(Augmentation):
    """Channels of a recording are 0, each by itself.

    Attributes:
        kind: of augmentation.
        probability: that a channel is.
    """

    kind: Literal["channel_dropout"] = "channel_dropout"
    probability: Annotated[float, Gt(0), Le(0.9)] = 0.2

    def __call__(self, key: Key[Array, ""], recordings: Signals) -> Augmented:
        kept = jax.random.bernoulli(key, 1 - self.probability, recordings.shape[:2])
        return jnp.where(kept[..., None], recordings, 0.0), None


@register
@dataclass(frozen=True)
class FourierSurrogate(Augmentation):
    """X(f) -> X(f) exp(i phi(f)), phi uniform and the same for all channels: amplitudes, and phases between channels, stay (Schwabedal et al. 2018).

    Attributes:
        kind: of augmentation.
        phase: largest phi, as a share of half a turn.
        probability: that a recording is changed.
    """

    kind: Literal["fourier_surrogate"] = "fourier_surrogate"
    phase: Annotated[float, Gt(0), Le(1)] = 1.0
    probability: Annotated[float, Gt(0), Le(1)] = 0.5

    def __call__(self, key: Key[Array, ""], recordings: Signals) -> Augmented:
        n, _, times = recordings.shape
        spectrum = jnp.fft.rfft(recordings)
        phases = self.phase * jnp.pi * jax.random.uniform(key, (n, spectrum.shape[2]), minval=-1.0, maxval=1.0)
        # The mean, and the fastest of an even number of frequencies, are real.
        real = jnp.arange(spectrum.shape[2]) * 2 % times == 0
        turned = spectrum * jnp.exp(1j * jnp.where(real[None], 0.0, phases))[:, None]
        surrogate = jnp.fft.irfft(turned, n=times).astype(recordings.dtype)
        return jnp.where(_chosen(key, self.probability, n), surrogate, recordings), None


@register
@dataclass(frozen=True)
class Mixup(Augmentation):
    """x_i -> m x_i + (1 - m) x_j, m ~ Beta(alpha, alpha), j another recording of the step (Zhang et al. 2018).

    Mixup asks the questions of i with weight m, and those of j with weight 1 - m. Each is asked of its own recording here, with weight 2 m:
    as m and 1 - m are drawn alike, the mean over draws is the same, and nothing is computed twice.

    Attributes:
        kind: of augmentation.
        alpha: small: one recording with a little of another; large: halves.
    """

    kind: Literal["mixup"] = "mixup"
    alpha: Annotated[float, Gt(0)] = 0.2

    def __call__(self, key: Key[Array, ""], recordings: Signals) -> Augmented:
        n = len(recordings)
        of_order, of_share = jax.random.split(key)
        share = jax.random.beta(of_share, self.alpha, self.alpha, (n,))
        other = recordings[jax.random.permutation(of_order, n)]
        mixed = share[:, None, None] * recordings + (1 - share[:, None, None]) * other
        return mixed.astype(recordings.dtype), 2 * share


def _chosen(key: Key[Array, ""], probability: float, n: int) -> Bool[Array, "N 1 1"]:
    return jax.random.bernoulli(jax.random.fold_in(key, 1), probability, (n, 1, 1))


def _named(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


if TYPE_CHECKING:
    AugmentationConfig = Any
else:
    AugmentationConfig = Annotated[
        reduce(or_, AUGMENTATIONS.values()), Field(discriminator="kind"), BeforeValidator(_named)
    ]
    """Any registered augmentation, or its name alone."""
