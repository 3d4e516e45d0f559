"""Convolution along a signal, bias, ReLU and max-pooling by two, as one differentiable operation.

    y(l, o) = sum_{c, k} K(o, c, k) x(l + k, c)          width 4, no padding
    z(i, o) = relu(max(y(2i, o), y(2i + 1, o)) + b(o))    an odd last y is dropped

On CPU the general convolution and `reduce_window` are many times slower to differentiate than matrix products. Both y of a
pool are one product: a window of five neighbours against [K shifted by 0 | K shifted by 1]. The backward pass is written out, since
automatic differentiation keeps more of the large arrays and visits them more often. `tests` compare both passes with
JAX's own convolution.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution import products

WIDTH = 4


class _Residuals(NamedTuple):
    windows: Float[Array, "row window"]
    both: Float[Array, "row pair"]
    pooled: Float[Array, "row out"]
    kernel: Float[Array, "out channel 4"]
    signal: Float[Array, "M length channel"]


def pooled_length(length: int) -> int:
    """Length after one pooled convolution."""
    return (length - WIDTH + 1) // 2


@jax.custom_vjp
def pooled_convolution(
    signal: Float[Array, "M length channel"], kernel: Float[Array, "out channel 4"], bias: Float[Array, " out"]
) -> Float[Array, "M half out"]:
    """z of M signals; see the module's docstring.

    Args:
        signal: x, of even or odd length of at least 5.
        kernel, bias: K and b.
    """
    if 5 * signal.shape[2] < 2 * len(bias):
        return _forward(signal, kernel, bias)[0]
    # Many channels and no gradient to come: windows would repeat much, so every pair of neighbours is multiplied once and
    # the products are added where windows meet.
    pairs, half, out = _pairs(signal), pooled_length(signal.shape[1]), len(bias)
    m, n, size = pairs.shape
    rows = jnp.pad(_both_kernels(kernel), ((0, size // 2), (0, 0))).reshape(3, size, 2 * out)
    # The third pair of a window reaches into its second y alone.
    weight = jnp.concatenate([rows[0], rows[1], rows[2, :, out:]], 1)
    parts = (pairs.reshape(m * n, size) @ weight).reshape(m, n, 5, out)
    first = parts[:, :half, 0] + parts[:, 1 : half + 1, 2]
    second = parts[:, :half, 1] + parts[:, 1 : half + 1, 3] + parts[:, 2 : half + 2, 4]
    return jax.nn.relu(jnp.maximum(first, second) + bias[None, None])


def _forward(signal: Array, kernel: Array, bias: Array) -> tuple[Array, _Residuals]:
    windows = _windows(signal)
    m, half, _ = windows.shape
    flat = windows.reshape(m * half, -1)
    both = flat @ _both_kernels(kernel)
    out = len(bias)
    pooled = jax.nn.relu(jnp.maximum(both[:, :out], both[:, out:]) + bias[None])
    return pooled.reshape(m, half, -1), _Residuals(flat, both, pooled, kernel, signal)


def _backward(kept: _Residuals, gradient: Array) -> tuple[Array, Array, Array]:
    # It is traced later than what it differentiates.
    with products():
        return _gradients(kept, gradient)


def _gradients(kept: _Residuals, gradient: Array) -> tuple[Array, Array, Array]:
    m, half, out = gradient.shape
    channels = kept.kernel.shape[1]
    of_pool = jnp.where(kept.pooled > 0, gradient.reshape(m * half, out), 0.0)
    first = kept.both[:, :out] >= kept.both[:, out:]
    of_both = jnp.concatenate([jnp.where(first, of_pool, 0.0), jnp.where(first, 0.0, of_pool)], 1)
    of_kernels = (kept.windows.T @ of_both).reshape(WIDTH + 1, channels, 2, out)
    of_kernel = (of_kernels[:WIDTH, :, 0] + of_kernels[1:, :, 1]).transpose(2, 1, 0)
    of_windows = (of_both @ _both_kernels(kept.kernel).T).reshape(m, half, -1)
    return _add_windows(of_windows, kept.signal.shape[1], channels), of_kernel, of_pool.sum(0)


pooled_convolution.defvjp(_forward, _backward)


def _both_kernels(kernel: Float[Array, "out channel 4"]) -> Float[Array, "window both"]:
    """[K shifted by 0 | K shifted by 1] on a window of five neighbours."""
    out, channels, _ = kernel.shape
    rows = kernel.transpose(2, 1, 0)
    shifted = [jnp.pad(rows, ((k, 1 - k), (0, 0), (0, 0))) for k in (0, 1)]
    return jnp.stack(shifted, 2).reshape((WIDTH + 1) * channels, 2 * out)


def _pairs(signal: Float[Array, "M length channel"]) -> Float[Array, "M pair two"]:
    """Neighbours two by two; an odd signal gets a zero at its end, which no window used reaches."""
    m, length, channels = signal.shape
    if length % 2:
        signal = jnp.pad(signal, ((0, 0), (0, 1), (0, 0)))
    return signal.reshape(m, -1, 2 * channels)


def _windows(signal: Float[Array, "M length channel"]) -> Float[Array, "M half window"]:
    """Five neighbours from every second place on."""
    channels, half, pairs = signal.shape[2], pooled_length(signal.shape[1]), _pairs(signal)
    return jnp.concatenate([pairs[:, :half], pairs[:, 1 : half + 1], pairs[:, 2 : half + 2, :channels]], 2)


def _add_windows(
    windows: Float[Array, "M half window"], length: int, channels: int
) -> Float[Array, "M length channel"]:
    """The transpose of `_windows`: every place gets the sum over the windows it stood in."""
    m, half, _ = windows.shape
    pairs = (length + 1) // 2

    def at(part: Array, shift: int) -> Array:
        return jnp.pad(part, ((0, 0), (shift, pairs - half - shift), (0, 2 * channels - part.shape[2])))

    total = at(windows[..., : 2 * channels], 0) + at(windows[..., 2 * channels : 4 * channels], 1)
    total = total + at(windows[..., 4 * channels :], 2)
    return total.reshape(m, 2 * pairs, channels)[:, :length]
