"""Recordings: measured data as one labelled array, recording x channel x time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from neurona.errors import DataError


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

    def save(self, path: Path) -> None:
        """Write a Zarr store."""
        self.data.to_dataset(name="signal").to_zarr(path, mode="w", zarr_format=2, consolidated=False)

    @classmethod
    def open(cls, path: Path) -> Recordings:
        """Read a Zarr store that `save` wrote.

        Raises:
            DataError: it is missing or damaged.
        """
        try:
            with xr.open_zarr(path, consolidated=False) as store:
                return cls(store["signal"].load())
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise DataError(
                f"{path}: cannot be read ({error}); delete the data set's folder and fetch it again"
            ) from error

    def validate(self, source: str) -> None:
        """Raise a DataError for NaN, flat channels, repeated ids or fewer than two recordings, naming `source`."""
        values = self.data.values
        ids = self.data.recording.values
        if len(ids) < 2:
            raise DataError(f"{source}: {len(ids)} recording(s) found, two or more are needed")
        if len(set(ids)) < len(ids):
            raise DataError(f"{source}: recording ids repeat; give each recording an id of its own")
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            n, channel, _ = bad[0]
            raise DataError(
                f"{source}: recording {ids[n]}, channel {self.data.channel.values[channel]}: NaN or infinite "
                f"({len(bad)} values in all); drop or repair these recordings"
            )
        flat = np.flatnonzero(np.ptp(values, axis=(0, 2)) == 0)
        if len(flat):
            names = ", ".join(map(str, self.data.channel.values[flat[:5]]))
            raise DataError(f"{source}: {len(flat)} flat channel(s), constant throughout: {names}; remove them")
