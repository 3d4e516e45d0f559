"""Means over bins of time, and entities of M/EEG: sensor groups x time windows. No values are looked at."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from neurona.errors import DataError
from neurona.recordings.entities.channels import centres, no_features, places
from neurona.recordings.entities.entities import Entities
from neurona.recordings.entities.settings import WHOLE, Part, WindowEntities
from neurona.recordings.recordings import Recordings


@dataclass(frozen=True)
class Bins:
    """Means over nearly equal bins of time, channel by channel.

    Attributes:
        n_bins: how many; as many as samples leave each by itself.
        part: of each recording, as shares of its length.
    """

    n_bins: int
    part: Part = WHOLE

    def __call__(self, values: Float[np.ndarray, "recording channel time"]) -> Float[np.ndarray, "recording feature"]:
        first, last = samples_of(self.part, values.shape[2])
        found = values[:, :, first:last]
        if self.n_bins < last - first:
            edges = itertools.pairwise(bin_edges(last - first, self.n_bins))
            found = np.stack([found[:, :, a:b].mean(axis=2) for a, b in edges], axis=2)
        return found.reshape(len(values), -1).astype(np.float32)


def window_entities(recordings: Recordings, settings: WindowEntities) -> Entities:
    """Entities of sensor groups and time windows.

    Args:
        recordings: their channel groups are the sensor groups.
        settings: a channel's features are its means over `n_bins` equal bins of time; windows have n_bins / n_windows bins each.

    Returns:
        Entities of no recording yet, with features `[0, channel * n_bins]` and groups x windows entities.

    Raises:
        DataError: more bins than samples, or bins that do not share out among the windows.
    """
    data = recordings.data
    n_bins, n_windows = settings.n_bins, settings.n_windows
    first, last = samples_of(settings.part, data.sizes["time"])
    samples = last - first
    if not 1 <= n_bins <= samples:
        raise DataError(f"entities.n_bins: {n_bins} bins of {samples} samples; choose 1 to {samples}")
    if n_bins % n_windows:
        raise DataError(
            f"entities.n_windows: {n_bins} bins do not share out among {n_windows} windows; choose a divisor"
        )
    groups, group_of_channel = np.unique(data.group.values.astype(str), return_inverse=True)
    window_of_bin = np.arange(n_bins) // (n_bins // n_windows)
    entity = group_of_channel[:, None] * n_windows + window_of_bin[None, :]
    starts = first + bin_edges(samples, n_bins)[:: n_bins // n_windows]
    milliseconds = np.round(1000 * (float(data.time[0]) + starts / data.attrs["sampling_hz"])).astype(int)
    of_groups = centres(places(recordings), group_of_channel)
    return Entities(
        features=no_features(entity.size),
        entity_of_feature=entity.reshape(-1).astype(np.int32),
        names=tuple(f"{group} {a} to {b} ms" for group in groups for a, b in itertools.pairwise(milliseconds)),
        kind="sensor group x time window",
        positions=None if of_groups is None else np.repeat(of_groups, n_windows, axis=0),
        n_times=n_bins,
    )


def bin_edges(samples: int, n_bins: int) -> Int[np.ndarray, " edge"]:
    """The first sample of each of n_bins nearly equal bins, and the number of samples."""
    edges: np.ndarray = np.linspace(0, samples, n_bins + 1).astype(int)
    return edges


def samples_of(part: Part, samples: int) -> tuple[int, int]:
    """The first sample of a part of recordings, and the first after it.

    Raises:
        DataError: it is no part, or none of their samples lies in it.
    """
    start, end = part
    first, last = round(start * samples), round(end * samples)
    if not 0 <= start < end <= 1 or first == last:
        raise DataError(
            f"entities.part: from {start:g} to {end:g} of {samples} samples; expected two shares of a recording's length, the second larger, "
            "such as [0, 0.5], with a sample between them"
        )
    return first, last
