"""A network's weights as arrays by their places, which is how fitted decoders keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import jax
import numpy as np
from flax import nnx

from neurona.errors import DataError

Weights = Mapping[str, np.ndarray]
"""Place in the module (`encoder.kernel`) -> array."""
_Module = TypeVar("_Module", bound=nnx.Module)


def weights_of(module: nnx.Module) -> dict[str, np.ndarray]:
    """All variables of a module, as NumPy arrays."""
    return {_name(path): np.asarray(variable[...]) for path, variable in _flat(module)}


def with_weights(module: _Module, weights: Weights) -> _Module:
    """The module, which is changed, with these weights.

    Raises:
        DataError: they are those of a module of another structure.
    """
    state = nnx.state(module)
    flat = dict(nnx.to_flat_state(state))
    places = {_name(path): variable for path, variable in flat.items()}
    if {name: variable.shape for name, variable in places.items()} != {
        name: array.shape for name, array in weights.items()
    }:
        raise DataError("the weights are of a network of another structure; fit the decoder again")
    replaced = {path: variable.replace(jax.device_put(weights[_name(path)])) for path, variable in flat.items()}
    nnx.update(module, nnx.from_flat_state(replaced))
    return module


def _flat(module: nnx.Module) -> Any:
    return nnx.to_flat_state(nnx.state(module))


def _name(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))
