"""What several networks for sensors have in common: the entities' own signals, normalisation, constraints, pooling."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders.signal import Signal
from neurona.errors import DataError


def own_signals(recordings: Float[Array, "N channel time"], signal: Signal) -> Float[Array, "P N own window"]:
    """Each entity's part of each recording, filled up with silent channels to as many as the largest entity has."""
    places, inside = signal.places()
    window = signal.window
    if signal.whole:
        values = recordings[:, places]
    else:
        times = signal.starts()[:, None] + np.arange(window)
        values = recordings[:, places[:, :, None], times[:, None, :]]
    return jnp.where(inside[None, :, :, None], values, 0.0).astype(recordings.dtype).swapaxes(0, 1)


def check_length(kind: str, signal: Signal, needed: int) -> None:
    """Refuse entities that are too short.

    Raises:
        DataError: fewer times than the network needs.
    """
    if signal.window < needed:
        raise DataError(
            f"encoder {kind} needs entities of {needed} times or more with these settings, and they have {signal.window}; choose shorter "
            "kernels and pools, or entities of raw samples (entities.method: whole or groups)"
        )


def glorot(rngs: nnx.Rngs, shape: tuple[int, ...], inputs: int, outputs: int) -> Float[Array, "*shape"]:
    """Uniform weights of variance 2 / (inputs + outputs) (Glorot & Bengio 2010)."""
    limit = float(np.sqrt(6 / (inputs + outputs)))
    return jax.random.uniform(rngs.params(), shape, minval=-limit, maxval=limit)


def max_norm(weight: Float[Array, "..."], limit: float | None, n_axes: int) -> Float[Array, "..."]:
    """Weights whose norm over the last axes is at most the limit; longer ones are scaled down (None: no limit)."""
    if limit is None:
        return weight
    axes = tuple(range(-n_axes, 0))
    square = jnp.square(weight).sum(axes, keepdims=True)
    # The gradient of a norm of zeros is not finite; short weights are not scaled anyway.
    long = square > limit**2
    return weight * jnp.where(long, limit / jnp.sqrt(jnp.where(long, square, 1.0)), 1.0).astype(weight.dtype)


def pooling(times: int, length: int, stride: int) -> Float[np.ndarray, "time pooled"]:
    """Means over `length` times from every `stride`-th time on, as a matrix."""
    starts = np.arange((times - length) // stride + 1) * stride
    t = np.arange(times)[:, None]
    return (((t >= starts) & (t < starts + length)) / length).astype(np.float32)


class BatchNorm(nnx.Module):
    """a (x - mean) / sqrt(variance + epsilon) + b, moments of the batch in training and running ones otherwise (Ioffe & Szegedy 2015).

    Args:
        shape: of a, b and the moments: entities first where each has its own.
        axes: of the values along which those lie, in the same order; moments are over the others.
        momentum: share of the running moments that a batch replaces.
        epsilon: of the denominator.
    """

    def __init__(self, shape: tuple[int, ...], axes: tuple[int, ...], momentum: float = 0.1, epsilon: float = 1e-5):
        self.axes, self.momentum, self.epsilon = axes, momentum, epsilon
        self.scale, self.bias = nnx.Param(jnp.ones(shape)), nnx.Param(jnp.zeros(shape))
        self.mean, self.variance = nnx.BatchStat(jnp.zeros(shape)), nnx.BatchStat(jnp.ones(shape))

    def __call__(self, values: Float[Array, "..."], training: bool) -> Float[Array, "..."]:
        moments = None
        others = tuple(k for k in range(values.ndim) if k not in self.axes)
        if training:
            exact = values.astype(jnp.float32)
            turn = np.argsort(np.argsort(self.axes))
            moments = exact.mean(others).transpose(turn), exact.var(others).transpose(turn)
        factor, offset = self.affine(moments)
        turn = np.argsort(self.axes)
        factor, offset = (jnp.expand_dims(part.transpose(turn), others) for part in (factor, offset))
        return (values * factor + offset).astype(values.dtype)

    def affine(
        self, moments: tuple[Float[Array, "*shape"], Float[Array, "*shape"]] | None = None
    ) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
        """(f, o) of f x + o.

        Args:
            moments: mean and variance of a batch, which are added to the running ones; None: the running ones serve.
        """
        if moments is None:
            mean, variance = self.mean[...], self.variance[...]
        else:
            mean, variance = moments
            for running, of_batch in ((self.mean, mean), (self.variance, variance)):
                kept = (1 - self.momentum) * running[...] + self.momentum * jax.lax.stop_gradient(of_batch)
                running[...] = kept.astype(running.dtype)
        factor = self.scale[...] / jnp.sqrt(variance + self.epsilon)
        return factor, self.bias[...] - factor * mean


class Dense(nnx.Module):
    """W x + b, Glorot's weights, with the norm of each row of W limited (None: not).

    Args:
        inputs, outputs: sizes.
        limit: of the norm.
        rngs: seed.
    """

    def __init__(self, inputs: int, outputs: int, limit: float | None = None, *, rngs: nnx.Rngs):
        self.limit = limit
        self.weight = nnx.Param(glorot(rngs, (outputs, inputs), inputs, outputs))
        self.bias = nnx.Param(jnp.zeros(outputs))

    def __call__(self, values: Float[Array, "*rows inputs"]) -> Float[Array, "*rows outputs"]:
        bias = self.bias[...].reshape((1,) * (values.ndim - 1) + (-1,))
        return values @ max_norm(self.weight[...], self.limit, 1).T + bias


def dropped(values: Float[Array, "..."], rate: float, rngs: nnx.Rngs | None) -> Float[Array, "..."]:
    """Units dropped in training (Srivastava et al. 2014)."""
    return nnx.Dropout(rate)(values, deterministic=rngs is None, rngs=rngs)
