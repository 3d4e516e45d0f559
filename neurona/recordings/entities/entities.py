"""Entities: the candidate carriers of concepts, as groups of features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class View(NamedTuple):
    """Features that were made in one way.

    Attributes:
        name: of the way.
        n_features: how many; views stand one after another.
    """

    name: str
    n_features: int


@dataclass(frozen=True)
class Measured:
    """What is known of the channels that features are values of.

    Attributes:
        channels: their names, in order.
        positions: `[channel, 3]` in the recordings' space (fMRI: millimetres; M/EEG: metres), where known.
        sampling_hz: values of a channel a second.
        modality: `fmri`, `meg`, `eeg`, ...
    """

    channels: tuple[str, ...] = field(repr=False)
    positions: Float[np.ndarray, "channel 3"] | None = field(repr=False)
    sampling_hz: float
    modality: str


@dataclass(frozen=True)
class Entities:
    """Features of all recordings, and the entity that each feature belongs to.

    Attributes:
        features: `[N, F]`, float32; channel by channel, `n_times` values for each. Features that are not the channels' own have 1.
        entity_of_feature: `[F]`, 0 to P - 1.
        names: P names.
        kind: `parcel`, `sensor group x time window`, ...
        positions: centres `[P, 3]` in the recordings' space, where known.
        modality, space: of the recordings, as in `Recordings`; empty where nobody said.
        networks: the network that each of the P parcels belongs to, where the atlas says so.
        n_times: time points, or bins, of each channel.
        measured: what is known of the channels; None where features are nobody's measurement.
        views: where there are several (`ViewEntities`).
    """

    features: Float[np.ndarray, "recording feature"]
    entity_of_feature: Int[np.ndarray, " feature"]
    names: tuple[str, ...]
    kind: str
    positions: Float[np.ndarray, "entity 3"] | None = None
    modality: str = ""
    space: str = ""
    networks: tuple[str, ...] | None = None
    n_times: int = 1
    measured: Measured | None = None
    views: tuple[View, ...] = ()

    @property
    def where(self) -> tuple[Float[np.ndarray, "entity 3"] | None, str, str]:
        """Positions, and what they are positions in."""
        return self.positions, self.modality, self.space

    def of_views(self) -> Iterator[tuple[str, slice]]:
        """Name and features of each view; of entities made in one way, all features."""
        start = 0
        for name, size in self.views or (View(self.kind, len(self.entity_of_feature)),):
            yield name, slice(start, start + size)
            start += size
