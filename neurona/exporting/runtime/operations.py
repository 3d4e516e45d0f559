"""Operations of XLA in NumPy: what a traced function consists of.

Each takes its arrays and its parameters, which are JAX's own of the primitive of that name (`jax.lax`), as JSON holds them. Shapes are
static, so that an operation never asks for more than an array's values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def _logistic(x: np.ndarray) -> np.ndarray:
    # exp of what is not above 0 does not overflow.
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _broadcast_in_dim(
    x: np.ndarray, *_: np.ndarray, shape: Sequence[int], broadcast_dimensions: Sequence[int], **__: Any
) -> np.ndarray:
    sizes = [1] * len(shape)
    for axis, place in enumerate(broadcast_dimensions):
        sizes[place] = x.shape[axis]
    return np.broadcast_to(x.reshape(sizes), tuple(shape))


def _dot_general(x: np.ndarray, y: np.ndarray, *, dimension_numbers: Any, **_: Any) -> np.ndarray:
    (inner_x, inner_y), (batch_x, batch_y) = dimension_numbers
    free_x = [axis for axis in range(x.ndim) if axis not in (*inner_x, *batch_x)]
    free_y = [axis for axis in range(y.ndim) if axis not in (*inner_y, *batch_y)]
    batch = [x.shape[axis] for axis in batch_x]
    inner = math.prod(x.shape[axis] for axis in inner_x)
    rows, columns = [x.shape[axis] for axis in free_x], [y.shape[axis] for axis in free_y]
    left = x.transpose([*batch_x, *free_x, *inner_x]).reshape(*batch, math.prod(rows), inner)
    right = y.transpose([*batch_y, *inner_y, *free_y]).reshape(*batch, inner, math.prod(columns))
    return (left @ right).reshape(*batch, *rows, *columns)


def _dilated(x: np.ndarray, by: Sequence[int]) -> np.ndarray:
    """Zeros between the values of the last axes."""
    if all(one == 1 for one in by):
        return x
    first = x.ndim - len(by)
    sizes = [(size - 1) * one + 1 for size, one in zip(x.shape[first:], by, strict=True)]
    found = np.zeros((*x.shape[:first], *sizes), x.dtype)
    places: Any = (..., *(slice(None, None, one) for one in by))
    found[places] = x
    return found


def _padded(x: np.ndarray, padding: Sequence[Sequence[int]], value: Any = 0) -> np.ndarray:
    """Values added, or (below 0) taken away, at both ends of the last axes."""
    first = x.ndim - len(padding)
    kept = [
        slice(max(-low, 0), size - max(-high, 0)) for (low, high), size in zip(padding, x.shape[first:], strict=True)
    ]
    added = [(0, 0)] * first + [(max(low, 0), max(high, 0)) for low, high in padding]
    return np.pad(x[tuple([slice(None)] * first + kept)], added, constant_values=value)


def _windows(x: np.ndarray, sizes: Sequence[int], strides: Sequence[int], dilation: Sequence[int]) -> np.ndarray:
    """All windows over the last axes; their values are further axes at the end."""
    first = x.ndim - len(sizes)
    reach = tuple((size - 1) * one + 1 for size, one in zip(sizes, dilation, strict=True))
    axes: Any = tuple(range(first, x.ndim))
    found = sliding_window_view(x, reach, axis=axes)
    steps = (*(slice(None, None, one) for one in strides), *(slice(None, None, one) for one in dilation))
    return found[(slice(None),) * first + steps]


def _conv(
    x: np.ndarray,
    kernel: np.ndarray,
    *,
    window_strides: Any,
    padding: Any,
    lhs_dilation: Any,
    rhs_dilation: Any,
    dimension_numbers: Any,
    feature_group_count: int,
    batch_group_count: int = 1,
    **_: Any,
) -> np.ndarray:
    if batch_group_count != 1:
        raise NotImplementedError("convolutions in groups of recordings")
    lhs, rhs, out = dimension_numbers
    groups, n_space = feature_group_count, x.ndim - 2
    x, kernel = _padded(_dilated(x.transpose(lhs), lhs_dilation), padding), kernel.transpose(rhs)
    seen = _windows(x, kernel.shape[2:], window_strides, rhs_dilation)
    n, places = len(x), seen.shape[2 : 2 + n_space]
    # [n, group, channel, place..., tap...] and [group, output, channel, tap...]
    seen = seen.reshape(n, groups, -1, math.prod(places), math.prod(kernel.shape[2:]))
    taps = kernel.reshape(groups, kernel.shape[0] // groups, -1)
    rows = seen.transpose(0, 1, 3, 2, 4).reshape(n, groups, math.prod(places), -1)
    found = (rows @ taps.swapaxes(1, 2)[None]).transpose(0, 1, 3, 2).reshape(n, kernel.shape[0], *places)
    return found.transpose(np.argsort(out))


def _reduce_window(reduce: Callable[..., np.ndarray], neutral: Callable[[np.dtype], Any]) -> Callable[..., np.ndarray]:
    def reduced(
        x: np.ndarray,
        *,
        window_dimensions: Any,
        window_strides: Any,
        padding: Any,
        base_dilation: Any,
        window_dilation: Any,
        **_: Any,
    ) -> np.ndarray:
        if any(one != 1 for one in base_dilation):
            raise NotImplementedError("windows over dilated arrays")
        filled = _padded(x, padding, neutral(x.dtype))
        seen = _windows(filled, window_dimensions, window_strides, window_dilation)
        return reduce(seen, axis=tuple(range(x.ndim, seen.ndim)))

    return reduced


def _gather(
    x: np.ndarray,
    starts: np.ndarray,
    *,
    dimension_numbers: Any,
    slice_sizes: Any,
    mode: Any,
    fill_value: Any = None,
    **_: Any,
) -> np.ndarray:
    numbers, batch = dimension_numbers, starts.shape[:-1]
    offsets = [
        axis
        for axis in range(x.ndim)
        if axis not in (*numbers["collapsed_slice_dims"], *numbers["operand_batching_dims"])
    ]
    at: list[np.ndarray] = []
    inside = np.ones(batch, bool)
    for axis, size in enumerate(slice_sizes):
        first = np.zeros(batch, np.int64)
        if axis in numbers["start_index_map"]:
            first = starts[..., numbers["start_index_map"].index(axis)].astype(np.int64)
        elif axis in numbers["operand_batching_dims"]:
            of = numbers["start_indices_batching_dims"][numbers["operand_batching_dims"].index(axis)]
            first = np.arange(batch[of]).reshape([-1 if k == of else 1 for k in range(len(batch))])
        last = x.shape[axis] - size
        inside &= (first >= 0) & (first <= last)
        first = np.broadcast_to(np.clip(first, 0, last), batch).reshape(*batch, *[1] * len(offsets))
        along = [size if axis == other else 1 for other in offsets]
        at.append(first + np.arange(size if axis in offsets else 1).reshape(along))
    found = x[tuple(at)]
    if mode == "FILL_OR_DROP" and not inside.all():
        fill = (
            fill_value
            if fill_value is not None
            else (np.nan if np.issubdtype(x.dtype, np.inexact) else np.iinfo(x.dtype).min)
        )
        found = np.where(inside.reshape(*batch, *[1] * len(offsets)), found, np.asarray(fill, x.dtype))
    order = iter(range(len(batch))), iter(range(len(batch), found.ndim))
    return found.transpose([next(order[axis in numbers["offset_dims"]]) for axis in range(found.ndim)])


def _dynamic_slice(x: np.ndarray, *starts: np.ndarray, slice_sizes: Sequence[int], **_: Any) -> np.ndarray:
    first = [
        min(max(int(start), 0), whole - size) for start, whole, size in zip(starts, x.shape, slice_sizes, strict=True)
    ]
    return x[tuple(slice(start, start + size) for start, size in zip(first, slice_sizes, strict=True))]


def _pad(x: np.ndarray, value: np.ndarray, *, padding_config: Any) -> np.ndarray:
    if any(inner for *_, inner in padding_config):
        raise NotImplementedError("padding between values")
    return _padded(x, [(low, high) for low, high, _ in padding_config], value)


def _cumulative(function: Any) -> Callable[..., np.ndarray]:
    def cumulated(x: np.ndarray, *, axis: int, reverse: bool) -> np.ndarray:
        found = function(np.flip(x, axis) if reverse else x, axis=axis)
        return np.flip(found, axis) if reverse else found

    return cumulated


def _sort(*arrays: np.ndarray, dimension: int, num_keys: int, **_: Any) -> tuple[np.ndarray, ...]:
    if num_keys != 1:
        raise NotImplementedError("sorting by several keys")
    order = np.argsort(arrays[0], axis=dimension, kind="stable")
    return tuple(np.take_along_axis(one, order, dimension) for one in arrays)


def _split(x: np.ndarray, *, sizes: Sequence[int], axis: int) -> tuple[np.ndarray, ...]:
    return tuple(np.split(x, np.cumsum(sizes)[:-1], axis))


def _top_k(x: np.ndarray, *, k: int, **_: Any) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(x, order, -1), order.astype(np.int32)


def _eigh(x: np.ndarray, **_: Any) -> tuple[np.ndarray, np.ndarray]:
    values, vectors = np.linalg.eigh(x)
    return vectors, values


def _fft(x: np.ndarray, *, fft_type: Any, fft_lengths: Sequence[int]) -> np.ndarray:
    if fft_type != "RFFT" or len(fft_lengths) != 1:
        raise NotImplementedError("Fourier transforms but that of real values over the last axis")
    return np.fft.rfft(x, fft_lengths[0]).astype(np.result_type(x.dtype, np.complex64))


def _reduction(function: Any) -> Callable[..., np.ndarray]:
    return lambda x, *, axes, **_: function(x, axis=tuple(axes))


def _plain(function: Any) -> Callable[..., np.ndarray]:
    return lambda *arrays, **_: function(*arrays)


_ELEMENTWISE = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": np.power, "rem": np.fmod,
    "max": np.maximum, "min": np.minimum, "neg": np.negative, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
    "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "square": np.square,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "atan2": np.arctan2, "is_finite": np.isfinite, "not": np.invert,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal,
    "gt": np.greater, "ge": np.greater_equal, "real": np.real, "imag": np.imag, "logistic": _logistic,
    "rsqrt": lambda x: 1 / np.sqrt(x), "erf": lambda x: _erf(x).astype(x.dtype), "erfc": lambda x: _erfc(x).astype(x.dtype), "copy": np.asarray, 
    "select_n": lambda which, *cases: np.where(which, cases[1], cases[0]) if which.dtype == bool else np.choose(which, cases),
    "clamp": lambda low, x, high: np.clip(x, low, high), "stop_gradient": np.asarray,
}  # fmt: skip

OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: _plain(function) for name, function in _ELEMENTWISE.items()},
    "integer_pow": lambda x, *, y: x**y,
    "convert_element_type": lambda x, *, new_dtype, **_: x.astype(new_dtype),
    "reshape": lambda x, *_, new_sizes, **__: x.reshape(new_sizes),
    "transpose": lambda x, *, permutation: x.transpose(permutation),
    "squeeze": lambda x, *, dimensions: np.squeeze(x, tuple(dimensions)),
    "expand_dims": lambda x, *, dimensions: np.expand_dims(x, tuple(dimensions)),
    "broadcast_in_dim": _broadcast_in_dim,
    "concatenate": lambda *arrays, dimension: np.concatenate(arrays, dimension),
    "stack": lambda *arrays, axis: np.stack(arrays, axis),
    "tile": lambda x, *, reps: np.tile(x, reps),
    "slice": lambda x, *, start_indices, limit_indices, strides: x[
        tuple(map(slice, start_indices, limit_indices, strides or [1] * x.ndim))
    ],
    "rev": lambda x, *, dimensions: np.flip(x, tuple(dimensions)),
    "pad": _pad,
    "split": _split,
    "gather": _gather,
    "dynamic_slice": _dynamic_slice,
    "dot_general": _dot_general,
    "conv_general_dilated": _conv,
    "reduce_window_sum": _reduce_window(np.sum, lambda dtype: dtype.type(0)),
    "reduce_window_max": _reduce_window(np.max, lambda dtype: dtype.type(-np.inf)),
    "reduce_sum": _reduction(np.sum),
    "reduce_max": _reduction(np.max),
    "reduce_min": _reduction(np.min),
    "reduce_prod": _reduction(np.prod),
    "reduce_and": _reduction(np.all),
    "reduce_or": _reduction(np.any),
    "argmax": lambda x, *, axes, index_dtype: np.argmax(x, axes[0]).astype(index_dtype),
    "argmin": lambda x, *, axes, index_dtype: np.argmin(x, axes[0]).astype(index_dtype),
    "cumsum": _cumulative(np.cumsum),
    "cumprod": _cumulative(np.cumprod),
    "cummax": _cumulative(np.maximum.accumulate),
    "cummin": _cumulative(np.minimum.accumulate),
    "cumlogsumexp": _cumulative(np.logaddexp.accumulate),
    "sort": _sort,
    "top_k": _top_k,
    "eigh": _eigh,
    "fft": _fft,
}
"""Primitive of JAX -> what it does to NumPy arrays; several results come as a tuple."""
