"""Devices: data parallel over a mesh of the machine's devices.

Every device holds the parameters and the recordings; the lessons of a step are shared out along the axis `data`, and gradients are
summed over it. The steps are those of one device, so is the loss curve, to float tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Key

from neurona.errors import ConfigError

AXIS = "data"
Tree = TypeVar("Tree")


def data_mesh(n_devices: int | None = None) -> Mesh | None:
    """Devices along one axis; None where there is but one.

    Args:
        n_devices: use so many; None: all.

    Raises:
        ConfigError: there are not so many.
    """
    devices = jax.devices()
    if n_devices is not None and not 1 <= n_devices <= len(devices):
        raise ConfigError(f"training.devices: {n_devices} asked for, there are {len(devices)} ({devices[0].platform})")
    devices = devices[:n_devices]
    return Mesh(np.array(devices), (AXIS,)) if len(devices) > 1 else None


def put(tree: Tree, mesh: Mesh | None) -> Tree:
    """Arrays on every device of the mesh, or on the default device."""
    sharding = None if mesh is None else NamedSharding(mesh, PartitionSpec())
    return jax.tree.map(lambda leaf: jax.device_put(leaf, sharding), tree)


def fetched(tree: Tree) -> Tree:
    """Arrays that are the same on every device, as NumPy arrays."""
    return jax.tree.map(lambda leaf: np.array(leaf.addressable_data(0)), tree)


def on_every_device(function: Callable[..., Any], mesh: Mesh | None) -> Callable[..., Any]:
    """The function run on each device of the mesh, where `share` and `total` tell the devices apart."""
    if mesh is None:
        return function
    everywhere = PartitionSpec()
    return jax.shard_map(function, mesh=mesh, in_specs=everywhere, out_specs=everywhere, check_vma=False)


def share(values: Array, mesh: Mesh | None) -> Array:
    """This device's part of the values' first axis, whose size is a multiple of the number of devices."""
    if mesh is None:
        return values
    size = len(values) // mesh.size
    return jax.lax.dynamic_slice_in_dim(values, jax.lax.axis_index(AXIS) * size, size)


def total(tree: Tree, mesh: Mesh | None) -> Tree:
    """The sum over devices."""
    return tree if mesh is None else jax.lax.psum(tree, AXIS)


def mean(tree: Tree, mesh: Mesh | None) -> Tree:
    """The mean over devices."""
    return tree if mesh is None else jax.lax.pmean(tree, AXIS)


def own(key: Key[Array, ""], mesh: Mesh | None) -> Key[Array, ""]:
    """A key of this device's own."""
    return key if mesh is None else jax.random.fold_in(key, jax.lax.axis_index(AXIS))


def width(n: int, mesh: Mesh | None) -> int:
    """The least multiple of the number of devices that holds n."""
    size = 1 if mesh is None else mesh.size
    return -(-n // size) * size
