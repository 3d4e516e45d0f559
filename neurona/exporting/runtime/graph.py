"""A traced function, executed by NumPy: a list of operations, each on values that stand before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .operations import OPERATIONS


class Graph:
    """Arrays -> arrays.

    Args:
        plain: as `neurona.exporting.graph` writes it: `inputs`, `nodes` (operation, the names of its arrays, of its results, its parameters),
            `outputs` (name -> value).
        arrays: weights and constants; what follows from them alone is computed once, here.

    Raises:
        ValueError: an operation that this runtime does not know.
    """

    def __init__(self, plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]):
        unknown = {node[0] for node in plain["nodes"]} - set(OPERATIONS)
        if unknown:
            raise ValueError(f"operations {sorted(unknown)} are not known to this runtime; take the one in the file")
        self.inputs, self.outputs = plain["inputs"], plain["outputs"]
        self._known = {name: np.asarray(value, dtype) for name, (value, dtype) in plain["scalars"].items()}
        self._known |= {name: arrays[name] for name in plain["arrays"]}
        self._nodes = []
        for operation, taken, given, parameters in plain["nodes"]:
            node = OPERATIONS[operation], taken, given, parameters
            if all(name in self._known for name in taken):
                _execute(node, self._known)
            else:
                self._nodes.append(node)
        used = {name for _, taken, _, _ in self._nodes for name in taken} | set(self.outputs.values())
        self._known = {name: value for name, value in self._known.items() if name in used}

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """The outputs by name."""
        values = {**self._known, **{name: inputs[name] for name in self.inputs}}
        # As in XLA: a number divided by 0 is infinite, and nobody is warned.
        with np.errstate(all="ignore"):
            for node in self._nodes:
                _execute(node, values)
        return {name: values[place] for name, place in self.outputs.items()}


def _execute(node: tuple[Any, ...], values: dict[str, np.ndarray]) -> None:
    operation, taken, given, parameters = node
    found = operation(*(values[name] for name in taken), **parameters)
    if len(given) == 1 and not isinstance(found, tuple):
        values[given[0]] = found
    else:
        values.update(zip(given, found, strict=True))
