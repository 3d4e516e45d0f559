"""Which lessons stand in which step: all recordings on the device, the order of the lessons drawn there.

Orders follow from seed and epoch alone, so the largest step of the whole training is known before it begins (`capacity`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Float, Int, Key

from neurona.training.devices import width
from neurona.training.epoch import Block
from neurona.training.lessons import Lessons, Numbers, largest


def spread(lessons: Int[Numbers, " lesson"], n_steps: int, size: int, empty: int) -> Int[Numbers, "step slot"]:
    """Lessons in `n_steps` steps of `size`, whose numbers of lessons differ by one at most; the rest of a step is `empty`."""
    xp: Any = jnp if isinstance(lessons, jax.Array) else np
    full = xp.full(n_steps * size - len(lessons), empty, lessons.dtype)
    return xp.concatenate([lessons, full]).reshape(size, n_steps).T


class Feed:
    """Steps of every epoch.

    Args:
        inputs: all recordings, on the device.
        place: see `Block`.
        lessons: to be learned.
        per_step: lessons a step, at most.
        seeds: of each member; none: the lessons keep their order.
        epochs: that will be asked for.
        mesh: devices.
        members: of an ensemble; without `seeds` all of them see the same order.

    Attributes:
        capacity: see `largest`.
        n_steps: steps an epoch.
    """

    def __init__(
        self,
        inputs: Float[Array, "row ..."],
        place: Int[Array, " recording"],
        lessons: Lessons,
        per_step: int,
        seeds: Sequence[int] = (),
        epochs: int = 1,
        mesh: Mesh | None = None,
        members: int = 1,
    ):
        self._inputs, self._place, self._members = inputs, place, max(members, len(seeds))
        n = len(lessons)
        self.n_steps = -(-n // per_step)
        size = width(-(-n // self.n_steps), mesh)
        sharding = None if mesh is None else NamedSharding(mesh, PartitionSpec())
        self._drawn = jax.jit(partial(_orders, seeds, n, self.n_steps, size), out_shardings=sharding)
        self._keys = jax.jit(partial(_step_keys, seeds, self.n_steps), out_shardings=sharding) if seeds else None
        devices = 1 if mesh is None else mesh.size
        counted = [_sums(lessons, np.asarray(self._drawn(epoch)), devices) for epoch in range(epochs if seeds else 1)]
        self.capacity = tuple(np.max(counted, axis=0).tolist())

    def block(self, epoch: int) -> Block:
        """The recordings, and the steps of an epoch; all epochs' are of one shape."""
        order = self._drawn(epoch)
        order = order[0] if self._members == 1 else jnp.broadcast_to(order, (self._members, *order.shape[1:]))
        keys = None if self._keys is None else self._keys(epoch)
        return Block(self._inputs, self._place, order, keys)


def _orders(seeds: Sequence[int], n: int, n_steps: int, size: int, epoch: Array) -> Int[Array, "member step lesson"]:
    keys = [jax.random.fold_in(jax.random.key(seed), epoch) for seed in seeds]
    drawn = [jax.random.permutation(key, n) for key in keys] or [jnp.arange(n)]
    return jnp.stack([spread(lessons, n_steps, size, n) for lessons in drawn])


def _step_keys(seeds: Sequence[int], n_steps: int, epoch: Array) -> Key[Array, "*member step"]:
    """Apart from those of orders by one more number."""
    keys = [jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), epoch), 1) for seed in seeds]
    drawn = [jax.random.split(key, n_steps) for key in keys]
    return drawn[0] if len(drawn) == 1 else jnp.stack(drawn)


def _sums(lessons: Lessons, orders: Int[np.ndarray, "*step lesson"], devices: int) -> tuple[int, ...]:
    return largest(lessons, orders.reshape(*orders.shape[:-1], devices, -1))
