"""Mean and variance of filtered signals, without filtering them.

    y_f(t) = sum_j k_f(j) x(t + j),  t = 0 ... L - 1:        mean y_f = k_f . s,        mean y_f^2 = k_f' R k_f
    s(j) = mean x(t + j),        R(j, j + m) = mean x(t + j) x(t + j + m)

R is an autocorrelation but for the signals' ends: R(j + 1, j + 1 + m) = R(j, j + m) + [x(L + j) x(L + j + m) - x(j) x(j + m)] / L.
So a filter's moments cost the same for any number of filters, and nothing of the size of y is made; EEGNet's first normalisation needs no more.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

_BLOCK = 64


def filtered_moments(
    signals: Float[Array, "row time"], kernels: Float[Array, "filter width"], silent: int = 0
) -> tuple[Float[Array, " filter"], Float[Array, " filter"]]:
    """Mean and variance of each filter's output over all rows and times, in float32.

    Args:
        signals: x; those that are to be left out are zero throughout.
        kernels: k.
        silent: how many rows are left out.
    """
    signals, kernels = signals.astype(jnp.float32), kernels.astype(jnp.float32)
    rows, times = signals.shape
    width = kernels.shape[1]
    length = times - width + 1
    total = (rows - silent) * length
    of_time = signals.sum(0)
    first = of_time[:length].sum()
    ends = of_time[length:] - of_time[: width - 1]
    means = jnp.concatenate([first[None], first + jnp.cumsum(ends)]) / total
    # R(0, m) for every lag m, and how R changes from (j, j + m) to (j + 1, j + 1 + m).
    lags = _autocorrelation(signals, length, width)
    head, tail = signals[:, : width - 1], signals[:, length:]
    change = tail.T @ tail - head.T @ head
    places = np.arange(width - 1)[:, None] + np.arange(width)
    there = places < width - 1
    steps = jnp.where(there, change[np.arange(width - 1)[:, None], np.minimum(places, width - 2)], 0.0)
    correlation = lags[None] + jnp.concatenate([jnp.zeros((1, width)), jnp.cumsum(steps, axis=0)])
    shifted = jnp.pad(kernels, ((0, 0), (0, width)))[:, np.arange(width)[:, None] + np.arange(width)]
    twice = jnp.where(np.arange(width) > 0, 2.0, 1.0)
    square = jnp.einsum("fj,fjm,jm->f", kernels, shifted, correlation * twice[None] / total)
    mean = kernels @ means
    return mean, jnp.maximum(square - mean**2, 0.0)


def _autocorrelation(signals: Float[Array, "row time"], length: int, width: int) -> Float[Array, " width"]:
    """sum_t x(t) x(t + m), t < length, summed over rows, as one product of blocks of times with what follows them."""
    rows, times = signals.shape
    count = -(-length // _BLOCK)
    spread = -(-(_BLOCK + width - 1) // _BLOCK)
    first = jnp.pad(signals[:, :length], ((0, 0), (0, count * _BLOCK - length))).reshape(rows, count, _BLOCK)
    size = (count + spread - 1) * _BLOCK
    padded = jnp.pad(signals, ((0, 0), (0, max(0, size - times))))[:, :size]
    blocks = padded.reshape(rows, count + spread - 1, _BLOCK)
    later = jnp.concatenate([blocks[:, k : k + count] for k in range(spread)], axis=2)
    products = first.reshape(rows * count, _BLOCK).T @ later.reshape(rows * count, -1)
    places = np.arange(_BLOCK)[:, None] + np.arange(width)
    return products[np.arange(_BLOCK)[:, None], places].sum(0)
