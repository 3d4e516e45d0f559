"""What recordings must be like: those that something was fitted to, or others measured alike.

A channel is known by its name. Channels in another order are put in order, and channels that nothing was fitted to are left out, for
they have no part in what was fitted; whatever else differs would change what the numbers mean, and is an error that names both sides.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import xarray as xr
from jaxtyping import Float

from neurona.errors import DataError, nearest_name
from neurona.recordings.recordings import Recordings

Missing = Literal["error", "interpolate"]
_APART_MM = 0.5
"""Voxels or parcels of one name that lie further apart are not the same place."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Expected:
    """What was measured, apart from the values.

    Attributes:
        channels: names, in order.
        positions: of the channels in `space`, where known; millimetres for fMRI, metres for M/EEG.
        sampling_hz: samples a second.
        start_s: time of the first sample.
        n_times: samples.
        modality, units, space: as in `Recordings`.
    """

    channels: tuple[str, ...] = field(repr=False)
    positions: Float[np.ndarray, "channel 3"] | None = field(repr=False)
    sampling_hz: float
    start_s: float
    n_times: int
    modality: str
    units: str
    space: str

    @classmethod
    def of(cls, recordings: Recordings) -> Expected:
        """Of recordings that something is fitted to."""
        data = recordings.data
        return cls(
            tuple(map(str, data.channel.values)),
            _positions(data),
            float(data.attrs["sampling_hz"]),
            float(data.time[0]),
            data.sizes["time"],
            *(str(data.attrs[name]) for name in ("modality", "units", "space")),
        )

    def matched(self, recordings: Recordings, missing: Missing = "error") -> Recordings:
        """The recordings with these channels, in this order.

        Args:
            recordings: new ones.
            missing: channels that they lack are an error, or (EEG) interpolated from the others by spherical splines.

        Raises:
            DataError: they were measured otherwise: modality, units, space, sampling, times, channels or their places.
        """
        data = recordings.data
        self._check_measurement(data)
        here = tuple(map(str, data.channel.values))
        if here == self.channels:
            self._check_places(data)
            return recordings
        place = {name: k for k, name in enumerate(here)}
        if len(place) < len(here):
            twice = next(name for k, name in enumerate(here) if place[name] != k)
            raise DataError(
                f"channel {twice!r} stands twice among the recordings' channels; channels are known by name"
            )
        extra = [name for name in here if name not in set(self.channels)]
        lacking = [name for name in self.channels if name not in place]
        if lacking and missing == "error":
            raise DataError(self._lacking(lacking, extra))
        if extra:
            _LOG.info("%d channel(s) that nothing was fitted to are left out: %s", len(extra), _some(extra))
        known = data.isel(channel=[place[name] for name in self.channels if name in place])
        if lacking:
            return Recordings(self._interpolated(known, lacking))
        self._check_places(known)
        return Recordings(known)

    def _check_measurement(self, data: xr.DataArray) -> None:
        for name, mend in (
            ("modality", "read them with a decoder that was fitted to this modality"),
            ("units", "convert the values, or make the recordings as those were made that the decoder was fitted to"),
            ("space", "bring the images to that space, or fit a decoder in this one"),
        ):
            found, expected = str(data.attrs.get(name, "")), str(getattr(self, name))
            if found != expected:
                raise DataError(f"{name} is {found!r} in the recordings and {expected!r} in what was fitted; {mend}")
        found_hz = float(data.attrs["sampling_hz"])
        if not np.isclose(found_hz, self.sampling_hz, rtol=1e-3, atol=0):
            raise DataError(
                f"the recordings have {found_hz:.6g} samples a second{self._tr(found_hz)}, what was fitted has "
                f"{self.sampling_hz:.6g}{self._tr(self.sampling_hz)}; resample the recordings"
            )
        found_start, found_n = float(data.time[0]), data.sizes["time"]
        if found_n != self.n_times or abs(found_start - self.start_s) > 0.5 / self.sampling_hz:
            raise DataError(
                f"the recordings' {found_n} samples begin at {found_start:.4g} s, what was fitted has {self.n_times} "
                f"samples from {self.start_s:.4g} s; cut the recordings to the same window around their events"
            )

    def _tr(self, hz: float) -> str:
        return f" (TR {1 / hz:.4g} s)" if self.modality == "fmri" else ""

    def _lacking(self, lacking: Sequence[str], extra: Sequence[str]) -> str:
        near = nearest_name(lacking[0], extra) if extra else ""
        if self.modality == "fmri":
            mend = "make the recordings with the mask, or atlas, of those that the decoder was fitted to"
        else:
            mend = "record them, or ask for missing='interpolate' (EEG with known positions)"
        return (
            f"{len(lacking)} of {len(self.channels)} channels are missing from the recordings: {_some(lacking)}"
            f"{near if near.startswith('; did') else ''}; {mend}"
        )

    def _check_places(self, data: xr.DataArray) -> None:
        """fMRI: the same name is the same place. (Sensors have places of their own on every head.)"""
        positions = _positions(data)
        if self.modality != "fmri" or positions is None or self.positions is None:
            return
        apart = np.linalg.norm(positions - self.positions, axis=1)
        if (apart > _APART_MM).any():
            k = int(apart.argmax())
            here, there = (", ".join(f"{value:.1f}" for value in of[k]) for of in (positions, self.positions))
            raise DataError(
                f"channel {self.channels[k]!r} lies at ({here}) mm in the recordings and at ({there}) mm in what was fitted: "
                "another grid; resample the images to the grid of those that the decoder was fitted to"
            )

    def _interpolated(self, known: xr.DataArray, lacking: Sequence[str]) -> xr.DataArray:
        import mne

        if self.modality != "eeg" or self.positions is None:
            why = "their positions are not known" if self.modality == "eeg" else f"this is {self.modality}, and not EEG"
            raise DataError(
                f"missing channels {_some(lacking)} cannot be interpolated: {why}; interpolate them with MNE before"
            )
        info = mne.create_info(list(self.channels), self.sampling_hz, "eeg")
        places = dict(zip(self.channels, self.positions, strict=True))
        info.set_montage(mne.channels.make_dig_montage(places, coord_frame="head"), verbose="error")
        values = np.zeros((known.sizes["recording"], len(self.channels), self.n_times))
        there = [k for k, name in enumerate(self.channels) if name not in set(lacking)]
        values[:, there] = known.values
        epochs = mne.EpochsArray(values, info, verbose="error")
        epochs.info["bads"] = list(lacking)
        try:
            epochs.interpolate_bads(reset_bads=True, verbose="error")
        except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
            raise DataError(f"missing channels {_some(lacking)} cannot be interpolated ({error})") from error
        _LOG.info("%d missing channel(s) are interpolated: %s", len(lacking), _some(lacking))
        coords = {name: one for name, one in known.coords.items() if "channel" not in one.dims}
        coords["channel"] = ("channel", list(self.channels))
        return xr.DataArray(
            epochs.get_data(copy=False).astype(np.float32), dims=known.dims, coords=coords, attrs=known.attrs
        )


def _positions(data: xr.DataArray) -> Float[np.ndarray, "channel 3"] | None:
    if "x" not in data.coords:
        return None
    return np.stack([np.asarray(data[axis].values, np.float64) for axis in "xyz"], axis=1)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
