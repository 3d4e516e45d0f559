"""Recordings: measured data as one labelled array, recording x channel x time.

On disk they are a Zarr store whose chunks hold whole recordings: it is converted, checked and opened a few recordings at a time
(`Recordings.open(path, lazy=True)`, then `batches`). What decoders make of them lies on disk where it is large (`neurona.blocks`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from neurona.errors import DataError

METADATA = "metadata_"
"""How coordinates begin that a study has of its own."""
CHUNK_BYTES = 2**21
"""Uncompressed size of a chunk of the store."""


def rows_per_chunk(n_channels: int, n_times: int) -> int:
    """How many recordings (float32) make a chunk."""
    return max(1, CHUNK_BYTES // max(1, 4 * n_channels * n_times))


@dataclass(frozen=True)
class Recordings:
    """Recordings of equal length.

    Attributes:
        data: dims recording, channel, time (seconds), float32; coordinates subject, run, split, label along recording;
            group, and x, y, z where positions are known, along channel; attributes modality, units, sampling_hz,
            space, simulated.
    """

    data: xr.DataArray

    @classmethod
    def make(
        cls,
        values: np.ndarray,
        *,
        ids: Sequence[str],
        channels: Sequence[str],
        sampling_hz: float,
        modality: str,
        units: str,
        subject: Sequence[str],
        run: Sequence[str],
        split: Sequence[str],
        label: Sequence[str],
        positions: np.ndarray | None = None,
        groups: Sequence[str] | None = None,
        space: str = "",
        start_s: float = 0.0,
        simulated: bool = False,
    ) -> Recordings:
        """From an array `[recording, channel, time]` and what is known about it.

        Args:
            values: measured values in `units`.
            ids: one id a recording, all different.
            channels: names of sensors or voxels.
            sampling_hz: samples a second.
            modality: `fmri`, `meg`, `eeg`.
            units: of the values, e.g. `uV`.
            subject, run, split, label: one each a recording; `split` is `train` or `test` where one is published.
            positions: of the channels `[channel, 3]` in `space`.
            groups: group of each channel; each its own when None.
            space: name of the coordinate space.
            start_s: time of the first sample in seconds.
            simulated: whether nobody measured this.

        Examples:
            >>> import numpy as np, neurona as nr
            >>> recordings = nr.Recordings.make(
            ...     np.zeros((2, 3, 50)), ids=["a", "b"], channels=["Fz", "Cz", "Pz"], sampling_hz=100.0, modality="eeg", units="uV",
            ...     subject=["1", "1"], run=["1", "2"], split=["", ""], label=["face", "house"], start_s=-0.1,
            ... )
            >>> recordings.n_recordings, float(recordings.data.time[0])
            (2, -0.1)
        """
        coords: dict[str, Any] = {
            "recording": list(ids),
            "channel": list(channels),
            "time": start_s + np.arange(values.shape[2]) / sampling_hz,
            "group": ("channel", list(groups if groups is not None else channels)),
        }
        for name, column in (("subject", subject), ("run", run), ("split", split), ("label", label)):
            coords[name] = ("recording", list(column))
        if positions is not None:
            coords |= {axis: ("channel", positions[:, k]) for k, axis in enumerate("xyz")}
        attrs = {
            "modality": modality,
            "units": units,
            "sampling_hz": sampling_hz,
            "space": space,
            "simulated": int(simulated),
        }
        array = xr.DataArray(
            values.astype(np.float32), dims=("recording", "channel", "time"), coords=coords, attrs=attrs
        )
        return cls(array)

    @property
    def n_recordings(self) -> int:
        return self.data.sizes["recording"]

    def save(self, path: Path) -> None:
        """Write a Zarr store in chunks of whole recordings."""
        n, channels, times = self.data.shape
        chunks = (min(n, rows_per_chunk(channels, times)) or 1, channels or 1, times or 1)
        store = self.data.to_dataset(name="signal")
        store.to_zarr(path, mode="w", zarr_format=2, consolidated=False, encoding={"signal": {"chunks": chunks}})

    @classmethod
    def open(cls, path: Path, lazy: bool = False) -> Recordings:
        """Read a Zarr store that `save` wrote.

        Args:
            path: of the store.
            lazy: read nothing but names and times now; values when they are asked for. `batches` then holds a few
                recordings at a time in memory; `data.values` still reads all.

        Raises:
            DataError: it is missing or damaged.
        """
        try:
            with warnings.catch_warnings():
                # An operating system's litter (.DS_Store) in the store.
                warnings.filterwarnings("ignore", message=".*not recognized as a component of a Zarr hierarchy")
                store = xr.open_zarr(path, chunks=None, consolidated=False)
            if lazy:
                return cls(store["signal"])
            with store:
                return cls(store["signal"].load())
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise DataError(
                f"{path}: cannot be read ({error}); delete the data set's folder and fetch it again"
            ) from error

    def batches(self, size: int | None = None) -> Iterator[Recordings]:
        """The recordings in order, `size` at a time (a chunk of the store unless given), each batch in memory.

        Raises:
            DataError: a chunk is damaged.
        """
        size = size or rows_per_chunk(*self.data.shape[1:])
        for start in range(0, self.n_recordings, size):
            # Without a copy the whole array would be cached, batch by batch.
            part = self.data.isel(recording=slice(start, start + size)).copy(deep=False)
            try:
                yield Recordings(part.load())
            except (OSError, ValueError, RuntimeError) as error:
                last = min(start + size, self.n_recordings)
                raise DataError(
                    f"recordings {start} to {last - 1}: cannot be read ({error}); convert or fetch the data set again"
                ) from error

    def validate(self, source: str) -> None:
        """Raise a DataError for NaN, flat channels, repeated ids or fewer than two recordings, naming `source`.

        Reads batch by batch.
        """
        ids = self.data.recording.values
        if len(ids) < 2:
            raise DataError(f"{source}: {len(ids)} recording(s) found, two or more are needed")
        if len(set(ids)) < len(ids):
            raise DataError(f"{source}: recording ids repeat; give each recording an id of its own")
        first, count = None, 0
        lowest = np.full(self.data.sizes["channel"], np.inf)
        highest = -lowest
        for batch in self.batches():
            values = batch.data.values
            # Over recordings first, which is many times quicker than over both; what is not finite shows in one of the two.
            low, high = values.min(axis=0), values.max(axis=0)
            if not (np.isfinite(low).all() and np.isfinite(high).all()):
                bad = np.argwhere(~np.isfinite(values))
                if first is None:
                    first = batch.data.recording.values[bad[0][0]], batch.data.channel.values[bad[0][1]]
                count += len(bad)
            lowest = np.minimum(lowest, low.min(axis=1))
            highest = np.maximum(highest, high.max(axis=1))
        if first is not None:
            raise DataError(
                f"{source}: recording {first[0]}, channel {first[1]}: NaN or infinite "
                f"({count} values in all); drop or repair these recordings"
            )
        flat = np.flatnonzero(lowest == highest)
        if len(flat):
            names = ", ".join(map(str, self.data.channel.values[flat[:5]]))
            raise DataError(f"{source}: {len(flat)} flat channel(s), constant throughout: {names}; remove them")
