"""The signal that an encoder is built for: its channels and times, and the part of it that each entity consists of.

An entity is a set of channels in a stretch of time: a parcel or sensor group has all times, a time window all channels, a sensor group in
a window some of both, a voxel one channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from neurona.errors import DataError
from neurona.recordings.entities import Entities


class Members(NamedTuple):
    """What an entity consists of.

    Attributes:
        channels: their places, 0 to C - 1.
        start, stop: its first time, and the first one that is no longer its own.
    """

    channels: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True)
class Signal:
    """Facts of a signal `[channel, time]`; hashable, so that a network can keep it.

    Attributes:
        channels: names of the C channels.
        n_times: T.
        entities: names of the P entities.
        members: of each entity.
        positions: of the channels, `(x, y, z)` each (fMRI: millimetres; M/EEG: metres), where known.
        sampling_hz: times a second, where known.
        modality: `fmri`, `meg`, `eeg`, ...; empty where unknown.

    Raises:
        DataError: facts that contradict each other; which, and how.
    """

    channels: tuple[str, ...] = field(repr=False)
    n_times: int
    entities: tuple[str, ...] = field(repr=False)
    members: tuple[Members, ...] = field(repr=False)
    positions: tuple[tuple[float, float, float], ...] | None = field(default=None, repr=False)
    sampling_hz: float | None = None
    modality: str = ""

    def __post_init__(self) -> None:
        if self.n_times < 1:
            raise DataError(f"signal: {self.n_times} times; expected one or more")
        if self.sampling_hz is not None and not 0 < self.sampling_hz < float("inf"):
            raise DataError(f"signal: {self.sampling_hz} samples a second; expected a number above 0, or None")
        if self.positions is not None:
            if len(self.positions) != len(self.channels):
                raise DataError(
                    f"signal: {len(self.positions)} positions of {len(self.channels)} channels; give one each"
                )
            bad = np.flatnonzero(~np.isfinite(self.positions).all(axis=1))
            if len(bad):
                raise DataError(
                    f"signal: channel {self.channels[bad[0]]!r} has a position that is no number; give none"
                )
        if not self.members or len(self.members) != len(self.entities):
            raise DataError(
                f"signal: {len(self.entities)} names of {len(self.members)} entities; give one each, and an entity at least"
            )
        for name, own in zip(self.entities, self.members, strict=True):
            self._check(name, own)

    def _check(self, name: str, own: Members) -> None:
        outside = [k for k in own.channels if not 0 <= k < len(self.channels)]
        if outside or not own.channels or len(set(own.channels)) < len(own.channels):
            what = f"channel {outside[0]}" if outside else "a channel twice" if own.channels else "no channel"
            raise DataError(
                f"signal: entity {name!r} has {what}; expected different ones of the {len(self.channels)} channels"
            )
        if not 0 <= own.start < own.stop <= self.n_times:
            raise DataError(
                f"signal: entity {name!r} has the times {own.start} to {own.stop}; expected a stretch of the {self.n_times} times"
            )

    @classmethod
    def of(cls, entities: Entities) -> Signal:
        """The signal that entities' features are laid out as.

        Raises:
            DataError: an entity's features are not some channels in one stretch of time.
        """
        times, owner, known = entities.n_times, entities.entity_of_feature, entities.measured
        if len(owner) % times:
            raise DataError(f"signal: {len(owner)} features are no channels of {times} times each")
        order = np.argsort(owner, kind="stable")
        parts = np.split(order, np.searchsorted(owner[order], np.arange(1, len(entities.names))))
        members = tuple(_members(name, part, times) for name, part in zip(entities.names, parts, strict=True))
        n_channels = len(owner) // times
        if known is None:
            return cls(tuple(f"channel {k + 1}" for k in range(n_channels)), times, entities.names, members)
        if len(known.channels) != n_channels:
            raise DataError(
                f"signal: {len(known.channels)} names of channels, and features of {n_channels} channels of {times} times each"
            )
        positions = None
        if known.positions is not None and np.isfinite(known.positions).all():
            positions = tuple((float(x), float(y), float(z)) for x, y, z in known.positions)
        return cls(known.channels, times, entities.names, members, positions, float(known.sampling_hz), known.modality)

    @property
    def whole(self) -> bool:
        """Whether every entity has all times."""
        return all((own.start, own.stop) == (0, self.n_times) for own in self.members)

    @property
    def window(self) -> int:
        """How many times an entity has.

        Raises:
            DataError: some have more than others.
        """
        lengths = {own.stop - own.start for own in self.members}
        if len(lengths) > 1:
            raise DataError(
                f"encoder: entities have {min(lengths)} to {max(lengths)} times, this encoder reads equal windows; "
                "set entities.n_bins to a multiple of entities.n_windows"
            )
        return lengths.pop()

    def places(self) -> tuple[Int[np.ndarray, "entity most"], Bool[np.ndarray, "entity most"]]:
        """Channels of each entity, filled up with channel 0 to those of the largest; and which of them are its own."""
        return filled([own.channels for own in self.members])

    def starts(self) -> Int[np.ndarray, " entity"]:
        """First time of each entity."""
        return np.array([own.start for own in self.members])

    def cells(self) -> tuple[tuple[int, ...], ...]:
        """What each entity has of the signal laid out as one row, channel by channel."""
        times = self.n_times
        return tuple(
            tuple(k * times + t for k in own.channels for t in range(own.start, own.stop)) for own in self.members
        )

    def coordinates(self, what: str) -> Float[np.ndarray, "channel 3"]:
        """Positions of the channels.

        Args:
            what: needs them, for the message.

        Raises:
            DataError: they are not known.
        """
        if self.positions is None:
            raise DataError(
                f"encoder {what} needs positions of the channels, and these recordings have none; "
                "give them (a montage, an atlas's centres), or choose another encoder"
            )
        return np.array(self.positions)

    def centres(self, what: str) -> Float[np.ndarray, "entity 3"]:
        """Mean position of each entity's channels; see `coordinates`."""
        positions = self.coordinates(what)
        return np.stack([positions[list(own.channels)].mean(axis=0) for own in self.members])


def filled(rows: Sequence[Sequence[int]]) -> tuple[Int[np.ndarray, "row most"], Bool[np.ndarray, "row most"]]:
    """Rows of different lengths, filled up with 0 to the longest; and which cells were there."""
    sizes = np.array([len(row) for row in rows])
    inside = np.arange(sizes.max())[None, :] < sizes[:, None]
    places = np.zeros(inside.shape, np.int64)
    places[inside] = np.concatenate([np.asarray(row, np.int64) for row in rows])
    return places, inside


def _members(name: str, features: Int[np.ndarray, " feature"], n_times: int) -> Members:
    """Of the entity that these features, in order, belong to."""
    if not len(features):
        raise DataError(f"signal: entity {name!r} has no feature; leave it out")
    channels, times = np.unique(features // n_times), np.unique(features % n_times)
    if len(features) != len(channels) * len(times) or times[-1] - times[0] + 1 != len(times):
        raise DataError(
            f"signal: the {len(features)} features of entity {name!r} are not some channels in one stretch of time"
        )
    return Members(tuple(channels.tolist()), int(times[0]), int(times[-1]) + 1)
