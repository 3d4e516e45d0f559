"""Test-time adaptation without labels: a low-rank change of the features of a person or session that is new, learned while recordings come in.

    x <- x + g * x + U V' x + b,      theta = (g, U, V - V_0, b),      rank 4
    L(theta) = mean entropy of the concepts' marginals at temperature 2  +  KL(mean marginals || marginals of training)  +  0.01 |theta|^2

Each recording is answered before it is learned from (one step of Adam, 1e-3, on the last recordings); theta is reset where the mean confidence of the last
recordings falls below the 5th percentile of training's. It stands here, and not in the package, because it does not beat z-scoring (`transfer`).

After D. Wang, E. Shelhamer, S. Liu, B. Olshausen and T. Darrell (2021). Tent: fully test-time adaptation by entropy minimization. ICLR.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

RANK, TEMPERATURE, PENALTY, RATE, LAST = 4, 2.0, 0.01, 1e-3, 16
LOWEST = 5.0
"""Percentile of training's confidences."""


class Change(NamedTuple):
    """theta."""

    gain: Float[Array, " feature"]
    offset: Float[Array, " feature"]
    left: Float[Array, "feature rank"]
    right: Float[Array, "feature rank"]


class Readout(NamedTuple):
    """Log odds of each concept, x W + c, and the marginals of training recordings."""

    weights: Float[np.ndarray, "feature concept"]
    bias: Float[np.ndarray, " concept"]
    marginals: Float[np.ndarray, " concept"]
    confidence: float


def readout(
    weights: Float[np.ndarray, "feature concept"],
    bias: Float[np.ndarray, " concept"],
    training: Float[np.ndarray, "recording feature"],
) -> Readout:
    """What adaptation knows of training."""
    share = 1 / (1 + np.exp(-(training @ weights + bias) / TEMPERATURE))
    confident = np.abs(share - 0.5).mean(axis=1)
    windows = np.convolve(confident, np.ones(LAST) / LAST, mode="valid")
    return Readout(weights, bias, np.clip(share.mean(axis=0), 1e-3, 1 - 1e-3), float(np.percentile(windows, LOWEST)))


def adapted_scores(
    read: Readout, recordings: Float[np.ndarray, "recording feature"], seed: int, entropy: float = 1.0
) -> Float[np.ndarray, "recording concept"]:
    """Log odds of each concept in each recording, in the order in which they come.

    Args:
        read: the read-out and what it says of training.
        recordings: of the new session.
        seed: of V_0.
        entropy: weight of the entropy; 0 leaves the divergence from training alone.
    """
    features = recordings.shape[1]
    start = np.random.default_rng(seed).normal(size=(features, RANK)) / np.sqrt(features)
    given = (read.weights, read.bias, read.marginals, read.confidence, recordings, start, entropy)
    return np.asarray(_online(*(jnp.asarray(one, jnp.float32) for one in given)))


@partial(jax.jit)
def _online(weights, bias, marginals, confidence, recordings, start, entropy):  # type: ignore[no-untyped-def]
    features = recordings.shape[1]
    plain = Change(jnp.zeros(features), jnp.zeros(features), jnp.zeros((features, RANK)), start)
    adam = optax.adam(RATE)

    def scores(theta: Change, x: Array) -> Array:
        changed = x + theta.gain * x + (x @ theta.right) @ theta.left.T + theta.offset
        return changed @ weights + bias

    def loss(theta: Change, x: Array, known: Array) -> Array:
        p = jax.nn.sigmoid(scores(theta, x) / TEMPERATURE)
        each = -(p * jnp.log(p + 1e-9) + (1 - p) * jnp.log(1 - p + 1e-9)).mean(axis=1)
        q = jnp.clip((p * known[:, None]).sum(axis=0) / known.sum(), 1e-4, 1 - 1e-4)
        apart = (q * jnp.log(q / marginals) + (1 - q) * jnp.log((1 - q) / (1 - marginals))).mean()
        size = sum(((one - zero) ** 2).sum() for one, zero in zip(theta, plain, strict=True))
        return entropy * (each * known).sum() / known.sum() + apart + PENALTY * size

    def step(state: tuple, n: Array) -> tuple:
        theta, moments = state
        said = scores(theta, recordings[n])
        rows = n - jnp.arange(LAST)
        known = (rows >= 0).astype(jnp.float32)
        last = recordings[jnp.maximum(rows, 0)]
        update, moments = adam.update(jax.grad(loss)(theta, last, known), moments)
        theta = optax.apply_updates(theta, update)
        confident = jnp.abs(jax.nn.sigmoid(scores(theta, last) / TEMPERATURE) - 0.5).mean(axis=1)
        lost = ((confident * known).sum() / known.sum() < confidence) & (n >= LAST)
        fresh = (plain, adam.init(plain))
        return jax.tree.map(lambda new, old: jnp.where(lost, old, new), (theta, moments), fresh), said

    return jax.lax.scan(step, (plain, adam.init(plain)), jnp.arange(len(recordings)))[1]
