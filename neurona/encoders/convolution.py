"""Convolution along time as one matrix product, which is quick to differentiate on any device.

    y(t, o) = sum_{c, k} K(o, c, k) x(t + k, c)          no padding, stride 1

The general convolution of XLA is many times slower on a CPU. Here time is cut into blocks of B: the B outputs of a block depend on
B + K - 1 inputs, and the product with the kernel shifted by 0, 1, ... B - 1 gives them all.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float


def convolved(
    signal: Float[Array, "G M time channel"], kernel: Float[Array, "G out channel width"]
) -> Float[Array, "G M shorter out"]:
    """y of M signals, each of G groups with a kernel of its own.

    Args:
        signal: x, of at least `width` times.
        kernel: K.
    """
    groups, m, times, channels = signal.shape
    _, out, _, width = kernel.shape
    block = min(width, max(8, 64 // out))
    length, needed = times - width + 1, block + width - 1
    count = -(-length // block)
    # Blocks of inputs; a window is as many neighbours as hold B + K - 1 times.
    spread = -(-needed // block)
    padded = jnp.pad(signal, ((0, 0), (0, 0), (0, max(0, (count + spread - 1) * block - times)), (0, 0)))
    blocks = padded[:, :, : (count + spread - 1) * block].reshape(groups, m, count + spread - 1, block * channels)
    windows = jnp.concatenate([blocks[:, :, k : k + count] for k in range(spread)], axis=3)[..., : needed * channels]
    product = windows.reshape(groups, m * count, -1) @ _shifted(kernel, block)
    return product.reshape(groups, m, count * block, out)[:, :, :length]


def _shifted(kernel: Float[Array, "G out channel width"], block: int) -> Float[Array, "G window outs"]:
    """Row i, column (b, o): K(o, c, i - b). A row of B + K numbers, repeated and cut one number shorter, is shifted by one from row to row."""
    groups, out, channels, width = kernel.shape
    row = jnp.pad(kernel, ((0, 0), (0, 0), (0, 0), (0, block)))
    rows = jnp.tile(row, (1, 1, 1, block))[..., : block * (width + block - 1)]
    rows = rows.reshape(groups, out, channels, block, width + block - 1)
    return rows.transpose(0, 4, 2, 3, 1).reshape(groups, (width + block - 1) * channels, block * out)
