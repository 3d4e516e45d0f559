"""Devices: data parallel over a mesh, in one process or in several (`training.processes`).

Every device holds the parameters and the recordings; the lessons of a step are shared out along the axis `data`, and gradients are
summed over it. The steps are those of one device, so is the loss curve, to float tolerance. What a step draws (units dropped, augmentation) and moments of
batches are each device's own: a network that has them learns the same way, and not the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Key

from neurona.errors import ConfigError
from neurona.training.settings import TrainingSettings

AXIS = "data"
Tree = TypeVar("Tree")


def data_mesh(settings: TrainingSettings) -> Mesh | None:
    """The devices that share out steps, along one axis, process by process; None where it is but one.

    Raises:
        ConfigError: there are not so many devices or processes, or more devices than recordings in a step.
    """
    wanted = settings.mesh
    if wanted.devices == 1 and wanted.processes == 1:
        return None
    found = [jax.local_devices(process) for process in range(jax.process_count())]
    if wanted.processes not in (None, len(found)):
        raise ConfigError(
            f"training.mesh.processes: {wanted.processes} asked for, {len(found)} train together; give all of them the same number, "
            "and in Python call neurona.training.join before anything else of JAX"
        )
    counts = [len(devices) for devices in found]
    size = wanted.devices or counts[0]
    if size > min(counts) or (wanted.devices is None and len(set(counts)) > 1):
        asked, there = wanted.devices or "all", ", ".join(map(str, sorted(set(counts))))
        raise ConfigError(
            f"training.mesh.devices: {asked} asked for, there are {there} ({found[0][0].platform}); ask for at most {min(counts)}"
        )
    devices = np.array([devices[:size] for devices in found]).reshape(-1)
    if len(devices) > settings.recordings_per_step:
        raise ConfigError(
            f"training.mesh: {len(devices)} devices share out steps of training.recordings_per_step {settings.recordings_per_step}; "
            "use fewer devices, or larger steps"
        )
    return Mesh(devices, (AXIS,)) if len(devices) > 1 else None


def put(tree: Tree, mesh: Mesh | None) -> Tree:
    """Arrays on every device of the mesh, or on the default device; each process gives the same."""
    if mesh is None:
        return jax.tree.map(jax.device_put, tree)
    sharding = NamedSharding(mesh, PartitionSpec())
    if not mesh.is_multi_process:
        return jax.tree.map(lambda leaf: jax.device_put(leaf, sharding), tree)

    def own(leaf: Any) -> Array:
        # device_put would send every array around, to see that it is the same everywhere.
        values = np.asarray(leaf)
        return jax.make_array_from_callback(values.shape, sharding, lambda part: values[part])

    return jax.tree.map(own, tree)


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
