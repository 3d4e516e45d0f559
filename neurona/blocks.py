"""Arrays of many rows, which may be larger than memory: room for them on disk, and work on them in blocks.

    features = room((n, size)),      for part in parts(n, row_bytes): features[part] = ...,      for part, block in Rows(features): total += block.sum(axis=0)

What is small is an ordinary array, and one block: data in memory and data on disk go the same way. What is large lies in a file without a name in the
folder for temporary files (`TMPDIR`), mapped into memory, which goes with the last array that refers to it; from which size on, `NEURONA_IN_MEMORY_MB` says. Pages that were worked on are given back,
so that a process never holds more of it than a block.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from neurona.errors import DataError, OutputError

IN_MEMORY = 2**20 * int(os.environ.get("NEURONA_IN_MEMORY_MB", "256"))
"""Bytes of the largest array that is kept in memory, and in one block."""
BLOCK = IN_MEMORY // 8
"""Bytes of a block of larger ones."""
_AROUND = 2**19
"""Bytes that the system may bring into memory for a row among others that nobody asks for."""
_MAPPED: WeakSet[mmap.mmap] = WeakSet()
"""What arrays on disk lie in, all that anybody holds."""
_CHANGING = threading.Lock()
"""Held while that set changes."""
_LIMITS = "memory.max", "memory/memory.limit_in_bytes"
"""Of a container, under /sys/fs/cgroup, by its version."""


def room(shape: tuple[int, ...], dtype: Any = np.float32) -> np.ndarray:
    """An array to be filled; one of more than `IN_MEMORY` bytes lies on disk.

    Raises:
        OutputError: there is no space on disk.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= IN_MEMORY:
        return np.empty(shape, dtype)
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            # Without space set apart, a full disk would be a crash at a write into memory.
            _set_apart(file.fileno(), size)
            mapped = mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise OutputError(
            f"{folder}: no room for an array of {size / 1e9:.1f} GB ({error}); set TMPDIR to a folder on a disk that has it"
        ) from error
    with _CHANGING:
        _MAPPED.add(mapped)
    return np.frombuffer(mapped, dtype).reshape(shape)


def parts(rows: int, row_bytes: int) -> list[slice]:
    """All rows in order, in one block where they are few bytes."""
    total = rows * row_bytes
    each = max(rows if total <= IN_MEMORY else BLOCK // max(row_bytes, 1), 1)
    return [slice(start, min(start + each, rows)) for start in range(0, rows, each)]


def give_back(array: np.ndarray) -> None:
    """Let go of the pages of an array that lies on disk; what was written stays written, and is read again when it is asked for."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    base = base.obj if isinstance(base, memoryview) else base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


@contextmanager
def giving_back(seconds: float = 1.0) -> Iterator[None]:
    """Within it, pages of all arrays on disk are given back time and again: a compiled program reads the whole of them and cannot let go.

    Args:
        seconds: from one time to the next. What was read since is all that is held.
    """
    done = threading.Event()

    def work() -> None:
        while not done.wait(seconds):
            with _CHANGING:
                mapped = list(_MAPPED)
            for one in mapped:
                one.madvise(mmap.MADV_DONTNEED)

    thread = threading.Thread(target=work, name="giving back", daemon=True)
    if hasattr(mmap, "MADV_DONTNEED"):
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread.is_alive():
            thread.join()


def taken(array: Shaped[np.ndarray, "row ..."], rows: Int[np.ndarray, " taken"]) -> Shaped[np.ndarray, "taken ..."]:
    """`array[rows]`, which may be as large as the array."""
    found = room((len(rows), *array.shape[1:]), array.dtype)
    for part in parts(len(rows), max(_row_bytes(array), _AROUND)):
        found[part] = array[rows[part]]
        give_back(array)
        give_back(found)
    return found


def check_held(what: str, values: int, copies: int) -> None:
    """Refuse work that has to hold all values in memory, in float64 so many times over, where the machine would kill it.

    Args:
        what: to be left out, as its config names it.
        values: of all recordings together.
        copies: that are held at once.

    Raises:
        DataError: the machine has less memory.
    """
    needed, there = 8.0 * copies * values, memory()
    if needed > there:
        raise DataError(
            f"{what}: holds {values:,} values of recordings {copies} times over, {needed / 1e9:.1f} GB, and this machine has {there / 1e9:.1f} GB; "
            "leave it out, or choose fewer recordings or entities"
        )


def memory() -> float:
    """Bytes of this machine's memory, or of the container's; infinite where nothing says."""
    found = math.inf
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for limit in (Path("/sys/fs/cgroup") / name for name in _LIMITS):
        if limit.is_file() and (text := limit.read_text(encoding="utf-8").strip()).isdigit():
            found = min(found, float(text))
    return found


@dataclass(frozen=True)
class Rows:
    """Some rows of an array less a constant row, block by block. One block is made once.

    Attributes:
        array: may lie on disk.
        chosen: its rows; all when None.
        less: what is taken off each row; nothing when None.
        dtype: of the blocks.
    """

    array: Float[np.ndarray, "row value"] = field(repr=False)
    chosen: Int[np.ndarray, " chosen"] | None = field(default=None, repr=False)
    less: Float[np.ndarray, " value"] | None = field(default=None, repr=False)
    dtype: Any = np.float64
    _kept: list[np.ndarray] = field(default_factory=list, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.array) if self.chosen is None else len(self.chosen)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), self.array.shape[1]

    def take(self, rows: Bool[np.ndarray, " row"]) -> Rows:
        """Some of these rows."""
        chosen = np.arange(len(self.array)) if self.chosen is None else self.chosen
        return Rows(self.array, chosen[rows], self.less, self.dtype)

    def sum(self, of: Callable[[slice, np.ndarray], Any]) -> Any:
        """The sum over blocks of a function of the places of its rows among these, and their values."""
        return sum(of(part, block) for part, block in self)

    def __iter__(self) -> Iterator[tuple[slice, Float[np.ndarray, "part value"]]]:
        blocks = parts(len(self), 8 * self.array.shape[1])
        for part in blocks:
            if self._kept:
                yield part, self._kept[0]
                return
            block = self._block(part)
            if len(blocks) == 1:
                self._kept.append(block)
            yield part, block
            give_back(self.array)

    def _block(self, part: slice) -> Float[np.ndarray, "part value"]:
        values = self.array[part if self.chosen is None else self.chosen[part]]
        return values.astype(self.dtype, copy=False) if self.less is None else values - self.less.astype(self.dtype)


def _set_apart(file: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.truncate(file, size)


def _row_bytes(array: Shaped[np.ndarray, "row ..."]) -> int:
    return math.prod(array.shape[1:]) * array.dtype.itemsize
