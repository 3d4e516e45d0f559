"""A function of JAX as a graph of operations: what the NumPy runtime executes (`runtime.graph`).

    traced(f, weights, inputs) -> Traced:      f(weights, **inputs) -> {name: array},      all shapes static

Functions inside are written out; what follows from constants alone (places to gather from, masks) is computed here, where it is small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from neurona.errors import ConfigError
from neurona.exporting.runtime.operations import OPERATIONS

_INSIDE = ("jaxpr", "call_jaxpr", "fun_jaxpr")
"""Parameters under which primitives keep the function that they call."""
_MOST = 2**16
"""Values of a constant that is computed beforehand."""


@dataclass(frozen=True)
class Traced:
    """A graph and its arrays.

    Attributes:
        plain: as JSON can hold it; see `runtime.graph.Graph`.
        constants: arrays that are no weights, by name.
    """

    plain: dict[str, Any]
    constants: dict[str, np.ndarray] = field(repr=False)


def traced(
    function: Callable[..., Mapping[str, jax.Array]],
    weights: Mapping[str, np.ndarray],
    inputs: Mapping[str, jax.ShapeDtypeStruct],
    prefix: str = "constant",
) -> Traced:
    """Trace a function.

    Args:
        function: of weights, and of inputs by name.
        weights: by name; they are looked up when the graph is executed.
        inputs: shapes and types.
        prefix: of the names of constants.

    Raises:
        ConfigError: it uses an operation that the runtime does not have.
    """
    shapes = {name: jax.ShapeDtypeStruct(one.shape, one.dtype) for name, one in weights.items()}
    closed, out = jax.make_jaxpr(lambda own, given: dict(function(own, **given)), return_shape=True)(
        shapes, dict(inputs)
    )
    writer = _Writer(prefix)
    # A dictionary's values are flattened in the order of its sorted keys.
    names = [*sorted(weights), *sorted(inputs)]
    found = writer.written(closed, [_Value(name) for name in names])
    outputs = {name: writer.name(value) for name, value in zip(sorted(out), found, strict=True)}
    nodes = _needed(writer.nodes, set(outputs.values()))
    used = {name for _, taken, _, _ in nodes for name in taken} | set(outputs.values())
    plain = {
        "inputs": sorted(inputs),
        "arrays": [name for name in (*sorted(weights), *writer.constants) if name in used],
        "scalars": {name: value for name, value in writer.scalars.items() if name in used},
        "nodes": nodes,
        "outputs": outputs,
    }
    return Traced(plain, {name: array for name, array in writer.constants.items() if name in used})


@dataclass
class _Value:
    """What a variable stands for: a name in the graph, or a constant that has none yet."""

    name: str | None
    constant: np.ndarray | None = None


class _Writer:
    def __init__(self, prefix: str):
        self.prefix = prefix
        self.nodes: list[tuple[str, list[str], list[str], dict[str, Any]]] = []
        self.constants: dict[str, np.ndarray] = {}
        self.scalars: dict[str, tuple[Any, str]] = {}
        self._of: dict[tuple[bytes, str, tuple[int, ...]], str] = {}
        self._count = 0

    def name(self, value: _Value) -> str:
        """In the graph; equal constants have one name."""
        if value.name is None:
            array = np.ascontiguousarray(value.constant)
            key = array.tobytes(), array.dtype.str, array.shape
            if key not in self._of:
                self._of[key] = f"{self.prefix} {len(self._of)}"
                if array.ndim == 0 and array.dtype.kind != "c" and np.isfinite(array):
                    self.scalars[self._of[key]] = (array.item(), array.dtype.name)
                else:
                    self.constants[self._of[key]] = array
            value.name = self._of[key]
        return value.name

    def written(self, closed: Any, arguments: list[_Value]) -> list[_Value]:
        """The values of a closed function's results."""
        jaxpr = closed.jaxpr
        values = dict(zip(jaxpr.invars, arguments, strict=True))
        values |= {
            var: _Value(None, np.asarray(const)) for var, const in zip(jaxpr.constvars, closed.consts, strict=True)
        }

        def of(var: Any) -> _Value:
            return (
                _Value(None, np.asarray(var.val, getattr(var.aval, "dtype", None)))
                if isinstance(var, Literal)
                else values[var]
            )

        for equation in jaxpr.eqns:
            taken = [of(var) for var in equation.invars]
            for var, value in zip(equation.outvars, self._results(equation, taken), strict=True):
                values[var] = value
        return [of(var) for var in jaxpr.outvars]

    def _results(self, equation: Any, taken: list[_Value]) -> list[_Value]:
        parameters = dict(equation.params)
        size = sum(int(np.prod(var.aval.shape)) for var in equation.outvars)
        if size <= _MOST and all(value.constant is not None for value in taken):
            found = equation.primitive.bind(*(value.constant for value in taken), **parameters)
            return [
                _Value(None, np.asarray(one)) for one in (found if equation.primitive.multiple_results else [found])
            ]
        if equation.primitive.name == "platform_index":
            # Code of its own for some device: ours is that for all others.
            return [_Value(None, np.array(parameters["platforms"].index(None), np.int32))]
        if equation.primitive.name == "cond" and taken[0].constant is not None:
            return self.written(parameters["branches"][int(taken[0].constant)], taken[1:])
        inside = next((parameters[name] for name in _INSIDE if name in parameters), None)
        if inside is not None and equation.primitive.name not in ("scan", "while", "cond"):
            return self.written(inside if hasattr(inside, "consts") else _closed(inside), taken)
        if equation.primitive.name not in OPERATIONS:
            raise ConfigError(
                f"export: the runtime has no operation {equation.primitive.name!r}, which this decoder computes with; choose another encoder or logic"
            )
        results = []
        for _ in equation.outvars:
            self._count += 1
            results.append(_Value(f"{self.prefix.partition(' ')[0]}:{self._count}"))
        given = [str(value.name) for value in results]
        self.nodes.append((equation.primitive.name, [self.name(value) for value in taken], given, _plain(parameters)))
        return results


def _closed(jaxpr: Any) -> Any:
    return ClosedJaxpr(jaxpr, ())


def _needed(nodes: list[Any], wanted: set[str]) -> list[Any]:
    kept = []
    for node in reversed(nodes):
        if wanted & set(node[2]):
            wanted |= set(node[1])
            kept.append(node)
    return kept[::-1]


_LEFT_OUT = ("precision", "preferred_element_type", "out_sharding", "sharding", "weak_type", "indices_are_sorted", "unique_indices", "accuracy", "operand")  # fmt: skip
"""Parameters that change no value, or only how exactly it is computed."""


def _plain(value: Any) -> Any:
    """Parameters as JSON can hold them."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if name not in _LEFT_OUT}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        # Convolutions unpack theirs, gathers look theirs up.
        fields = [_plain(one) for one in value]
        return fields if hasattr(value, "lhs_spec") else dict(zip(value._fields, fields, strict=True))
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return np.dtype(value).name
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in (type(None), str, bool, int, float):
        return value
    return str(getattr(value, "name", value))  # enumerations, those of whole numbers, too
