"""Entities: the candidate carriers of concepts, as groups of features."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int


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
        features: `[N, F]`, float32; channel by channel, `n_times` values for each.
        entity_of_feature: `[F]`, 0 to P - 1.
        names: P names.
        kind: `parcel` or `sensor group x time window`.
        positions: centres `[P, 3]` in the recordings' space, where known.
        networks: the network that each of the P parcels belongs to, where the atlas says so.
        n_times: time points, or bins, of each channel.
        measured: what is known of the channels; None where features are nobody's measurement.
    """

    features: Float[np.ndarray, "recording feature"]
    entity_of_feature: Int[np.ndarray, " feature"]
    names: tuple[str, ...]
    kind: str
    positions: Float[np.ndarray, "entity 3"] | None = None
    networks: tuple[str, ...] | None = None
    n_times: int = 1
    measured: Measured | None = None
