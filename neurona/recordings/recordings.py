"""Recordings: measured data as one labelled array, recording x channel x time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from neurona.errors import DataError


@dataclass(frozen=True)
class Recordings:
    """Recordings of equal length.

    Attributes:
        data: dims recording, channel, time (seconds), float32; coordinates subject, run, split, label along recording;
            x, y, z along channel where positions are known; attributes modality, units, sampling_hz, space, simulated.
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
        space: str = "",
        simulated: bool = False,
    ) -> Recordings:
        """From an array `[recording, channel, time]` and what is known about it."""
        coords: dict[str, Any] = {
            "recording": list(ids),
            "channel": list(channels),
            "time": np.arange(values.shape[2]) / sampling_hz,
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
