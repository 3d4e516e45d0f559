"""Which lessons stand in which step: all recordings on the device, or block after block from a store.

In memory the whole data set is one block whose order of lessons is drawn on the device. A store is read some chunks at a time:
chunks in random order, the lessons of a block's recordings in random order, while the device works on the block before.
Orders follow from seed and epoch alone, so the largest step of the whole training is known before it begins (`capacity`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Float, Int

from neurona.training.devices import put, width
from neurona.training.epoch import Block
from neurona.training.lessons import Lessons, Numbers, largest
from neurona.training.sources import Source


@runtime_checkable
class Feed(Protocol):
    """Steps of every epoch.

    Attributes:
        capacity: see `largest`.
        n_steps: steps an epoch.
    """

    capacity: tuple[int, ...]
    n_steps: int

    def blocks(self, epoch: int) -> Iterator[Block]:
        """An epoch's blocks, all of one shape."""
        ...


def spread(lessons: Int[Numbers, " lesson"], n_steps: int, size: int, empty: int) -> Int[Numbers, "step slot"]:
    """Lessons in `n_steps` steps of `size`, whose numbers of lessons differ by one at most; the rest of a step is `empty`."""
    xp: Any = jnp if isinstance(lessons, jax.Array) else np
    full = xp.full(n_steps * size - len(lessons), empty, lessons.dtype)
    return xp.concatenate([lessons, full]).reshape(size, n_steps).T


class Resident:
    """Everything on the device.

    Args:
        inputs: all recordings, on the device.
        place: see `Block`.
        lessons: to be learned.
        per_step: lessons a step, at most.
        seeds: of each member; none: the lessons keep their order.
        epochs: that will be asked for.
        mesh: devices.
        members: of an ensemble; without `seeds` all of them see the same order.
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
        devices = 1 if mesh is None else mesh.size
        counted = [_sums(lessons, np.asarray(self._drawn(epoch)), devices) for epoch in range(epochs if seeds else 1)]
        self.capacity = tuple(np.max(counted, axis=0).tolist())

    def blocks(self, epoch: int) -> Iterator[Block]:
        order = self._drawn(epoch)
        order = order[0] if self._members == 1 else jnp.broadcast_to(order, (self._members, *order.shape[1:]))
        yield Block(self._inputs, self._place, order)


def _orders(seeds: Sequence[int], n: int, n_steps: int, size: int, epoch: Array) -> Int[Array, "member step lesson"]:
    keys = [jax.random.fold_in(jax.random.key(seed), epoch) for seed in seeds]
    drawn = [jax.random.permutation(key, n) for key in keys] or [jnp.arange(n)]
    return jnp.stack([spread(lessons, n_steps, size, n) for lessons in drawn])


def _sums(lessons: Lessons, orders: Int[np.ndarray, "*step lesson"], devices: int) -> tuple[int, ...]:
    return largest(lessons, orders.reshape(*orders.shape[:-1], devices, -1))


class Streamed:
    """Block after block from a source that does not fit.

    Args:
        source: all recordings.
        lessons, per_step, epochs, mesh: as of `Resident`.
        seed: of the order; None: the lessons keep theirs.
        block: recordings that lie on the device at a time, twice while the next ones are on their way.
        members: of an ensemble; all see the same order.
    """

    def __init__(
        self,
        source: Source,
        lessons: Lessons,
        per_step: int,
        seed: int | None = None,
        epochs: int = 1,
        mesh: Mesh | None = None,
        *,
        block: int = 1024,
        members: int = 1,
    ):
        self.source, self.lessons, self.mesh = source, lessons, mesh
        self.seed, self.members = seed, members
        recording = np.asarray(lessons.recording)[:-1]
        self._order = np.argsort(recording, kind="stable")
        chunks = np.unique(recording) // source.chunk
        self._chunks = np.unique(chunks)
        self._per_block = max(1, min(block // source.chunk, len(self._chunks)))
        self._first = np.searchsorted(recording[self._order], np.arange(len(source) + 1))
        n_blocks = -(-len(self._chunks) // self._per_block)
        plans = [self._plan(epoch) for epoch in range(epochs if seed is not None else 1)]
        most = max(len(lessons) for plan in plans for _, lessons in plan)
        self._steps, self._size = -(-most // per_step), width(-(-most // -(-most // per_step)), mesh)
        self.n_steps = n_blocks * self._steps
        devices = 1 if mesh is None else mesh.size
        sums = [_sums(self.lessons, self._spread(lessons), devices) for plan in plans for _, lessons in plan]
        self.capacity = tuple(np.max(sums, axis=0).tolist())

    def _plan(self, epoch: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Rows and lessons of each block."""
        rng = np.random.default_rng([self.seed or 0, epoch])
        chunks = self._chunks if self.seed is None else rng.permutation(self._chunks)
        size, planned = self.source.chunk, []
        for start in range(0, len(chunks), self._per_block):
            rows, lessons = [], []
            for chunk in chunks[start : start + self._per_block].tolist():
                first, last = chunk * size, min((chunk + 1) * size, len(self.source))
                rows.append(np.arange(first, last))
                lessons.append(self._order[self._first[first] : self._first[last]])
            told = np.concatenate(lessons)
            planned.append((np.concatenate(rows), told if self.seed is None else rng.permutation(told)))
        return planned

    def _spread(self, lessons: np.ndarray) -> Int[np.ndarray, "step lesson"]:
        return np.asarray(spread(lessons, self._steps, self._size, len(self.lessons)), np.int32)

    def _read(self, rows: np.ndarray, lessons: np.ndarray) -> Block:
        size = self._per_block * self.source.chunk
        inputs = np.zeros((size, *self.source.shape), np.float32)
        inputs[: len(rows)] = self.source.read(rows)
        place = np.zeros(len(self.source), np.int32)
        place[rows] = np.arange(len(rows))
        order = self._spread(lessons)
        if self.members > 1:
            order = np.broadcast_to(order, (self.members, *order.shape))
        on_device: Any = put((inputs, place, order), self.mesh)
        return Block(*on_device)

    def blocks(self, epoch: int) -> Iterator[Block]:
        plan = self._plan(epoch)
        with ThreadPoolExecutor(1) as reader:
            coming = reader.submit(self._read, *plan[0])
            for following in [*plan[1:], None]:
                block = coming.result()
                if following is not None:
                    coming = reader.submit(self._read, *following)
                yield block
