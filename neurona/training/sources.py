"""Recordings that are read when they are needed, for data that fit neither the device nor memory."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from neurona.recordings.recordings import Recordings, rows_per_chunk


@runtime_checkable
class Source(Protocol):
    """Recordings by row.

    Attributes:
        shape: of one recording.
        chunk: neighbouring recordings that are read together at the price of one.
    """

    shape: tuple[int, ...]
    chunk: int

    def __len__(self) -> int: ...

    def read(self, rows: Int[np.ndarray, " row"]) -> Float[np.ndarray, "row ..."]:
        """Some recordings, in any order."""
        ...


class ArraySource:
    """An array read row by row, for example one that is mapped from a file.

    Args:
        array: one recording a row.
        chunk: see `Source`.
    """

    def __init__(self, array: Float[np.ndarray, "recording ..."], chunk: int = 64):
        self.array, self.shape, self.chunk = array, array.shape[1:], chunk

    def __len__(self) -> int:
        return len(self.array)

    def read(self, rows: Int[np.ndarray, " row"]) -> Float[np.ndarray, "row ..."]:
        return np.asarray(self.array[rows], np.float32)


class StoreSource:
    """Recordings of a Zarr store, as time x channel, standardised.

    Args:
        recordings: opened with `lazy=True`.
        mean, deviation: of each time and channel; see `moments`.
    """

    def __init__(
        self,
        recordings: Recordings,
        mean: Float[np.ndarray, "time channel"] | None = None,
        deviation: Float[np.ndarray, "time channel"] | None = None,
    ):
        n, channels, times = recordings.data.shape
        self.recordings, self.shape = recordings, (times, channels)
        self.chunk = min(rows_per_chunk(channels, times), n)
        self.mean = np.zeros(self.shape, np.float32) if mean is None else mean
        self.deviation = np.ones(self.shape, np.float32) if deviation is None else deviation

    def __len__(self) -> int:
        return self.recordings.n_recordings

    def read(self, rows: Int[np.ndarray, " row"]) -> Float[np.ndarray, "row time channel"]:
        # Without a copy the array itself would keep what it has read.
        values = self.recordings.data.isel(recording=rows).copy(deep=False).load().values
        return ((values.swapaxes(1, 2) - self.mean) / self.deviation).astype(np.float32)

    def standardised(self, rows: Int[np.ndarray, " row"]) -> StoreSource:
        """The same, with mean 0 and deviation 1 over some recordings, read a few at a time; constant features become 0."""
        count, shift = 0, np.zeros(self.shape)
        total, squares = np.zeros(self.shape), np.zeros(self.shape)
        for start in range(0, len(rows), 8 * self.chunk):
            # Deviations from the mean of the first few lose no precision to a large offset.
            values = self.read(np.sort(rows)[start : start + 8 * self.chunk]).astype(np.float64)
            shift = values.mean(0) if not count else shift
            count += len(values)
            total, squares = total + (values - shift).sum(0), squares + ((values - shift) ** 2).sum(0)
        mean, variance = total / count + shift, squares / count - (total / count) ** 2
        deviation = np.where(
            variance > 1e-12 * max(float(variance.max()), 1e-30), np.sqrt(np.maximum(variance, 0)), 1.0
        )
        return StoreSource(
            self.recordings,
            (self.mean + mean * self.deviation).astype(np.float32),
            (self.deviation * deviation).astype(np.float32),
        )
