"""A Zarr store of recordings, written a chunk at a time: the whole is never in memory, and a chunk can be written again.

`start` lays out an array without values, `write_rows` fills whole chunks in any order, `finish` adds what is known about
recordings, channels and times. The result is what `Recordings.save` writes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from jaxtyping import Float

from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

_DIMENSIONS = ["recording", "channel", "time"]


def start(path: Path, shape: tuple[int, int, int], rows: int) -> None:
    """Lay out a store for `shape` = recordings, channels, times, in chunks of `rows` recordings.

    Raises:
        OSError: it cannot be written.
    """
    group = zarr.open_group(path, mode="w", zarr_format=2)
    signal = group.create_array(
        "signal", shape=shape, chunks=(min(rows, shape[0]), *shape[1:]), dtype="float32", fill_value=np.nan
    )
    signal.attrs["_ARRAY_DIMENSIONS"] = _DIMENSIONS


def write_rows(path: Path, first: int, values: Float[np.ndarray, "recording channel time"]) -> None:
    """Fill recordings `first` and following.

    Raises:
        OSError: it cannot be written.
    """
    group = zarr.open_group(path, mode="r+", zarr_format=2)
    group["signal"][first : first + len(values)] = values.astype(np.float32)  # type: ignore[index]


def finish(path: Path, coordinates: Mapping[str, tuple[str, Any]], attrs: Mapping[str, Any]) -> Recordings:
    """Add coordinates (name -> dimension, values) and attributes; what a killed writer left behind is removed.

    Raises:
        OSError: it cannot be written.
        DataError: rows are missing.
    """
    for left_over in path.rglob("*.partial"):
        left_over.unlink()
    for half_written in path.iterdir():
        if half_written.is_dir() and half_written.name != "signal":
            shutil.rmtree(half_written)
    group = zarr.open_group(path, mode="r+", zarr_format=2)
    signal: Any = group["signal"]
    missing = int(signal.nchunks - signal.nchunks_initialized)
    if missing:
        raise DataError(f"{path}: {missing} of {signal.nchunks} chunks were not written; convert the data set again")
    signal.attrs.update({**attrs, "coordinates": " ".join(k for k in coordinates if k not in _DIMENSIONS)})
    table = xr.Dataset(coords={name: (axis, np.asarray(values)) for name, (axis, values) in coordinates.items()})
    table.to_zarr(path, mode="a", zarr_format=2, consolidated=False)
    return Recordings.open(path, lazy=True)
