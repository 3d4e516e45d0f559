"""Entities of shapes in time: sensor groups x dilations of random convolutional kernels.

    z(t) = sum_k w_k x(t + d k),  w_k in {-1, 2},  k = -4..4       84 kernels of 9 samples, of which three weigh 2; sum w = 0
    feature = share of time in which z(t) > b                      the proportion of positive values

x is the sum of some channels of one group, drawn for each kernel; the bias b is a quantile of z in training recordings. Nothing else is
learned. Channels, as in the original, are drawn with log-uniform numbers.

A. Dempster, D. Schmidt, G. Webb (2021). MiniRocket: a very fast (almost) deterministic transform for time series classification. KDD,
section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float

from neurona.errors import DataError
from neurona.recordings.entities.channels import centres, no_features, places
from neurona.recordings.entities.entities import Entities
from neurona.recordings.entities.settings import KernelEntities
from neurona.recordings.entities.windows import samples_of
from neurona.recordings.recordings import Recordings

LENGTH = 9
_GOLDEN = (np.sqrt(5) - 1) / 2
_FOR_BIASES = 16
"""Training recordings that biases are quantiles of."""


@dataclass(frozen=True)
class RandomKernels:
    """From recordings to shares of time.

    Attributes:
        first, last: the samples that are looked at.
        dilations: d, in samples.
        channels: which channels each kernel adds up; of one group.
        biases: b.
    """

    first: int
    last: int
    dilations: tuple[int, ...]
    channels: Bool[np.ndarray, "group dilation kernel channel"] = field(repr=False)
    biases: Float[np.ndarray, "group dilation kernel"] = field(repr=False)

    def __call__(self, values: Float[np.ndarray, "recording channel time"]) -> Float[np.ndarray, "recording feature"]:
        seen = values[:, :, self.first : self.last]
        found = np.empty((len(values), *self.biases.shape), np.float32)
        for group, d in np.ndindex(self.biases.shape[:2]):
            bias = self.biases[group, d, :, None]
            for n, one in enumerate(seen):
                found[n, group, d] = (convolved(one, self.channels[group, d], self.dilations[d]) > bias).mean(axis=1)
        return found.reshape(len(values), -1)


def fit_kernels(
    recordings: Recordings, training: Recordings, settings: KernelEntities, seed: int = 0
) -> tuple[Entities, RandomKernels]:
    """Entities of no recording yet, and the kernels.

    Args:
        recordings: their channel groups are the sensor groups.
        training: those that may be looked at.
        settings: how many dilations, and the part of each recording.
        seed: of channels, and of the recordings that biases come from.

    Raises:
        DataError: recordings shorter than a kernel.
    """
    data = recordings.data
    first, last = samples_of(settings.part, data.sizes["time"])
    if last - first < LENGTH:
        raise DataError(
            f"entities.method kernels: {last - first} samples are fewer than the {LENGTH} of a kernel; use windows"
        )
    octaves = np.linspace(0, np.log2((last - first - 1) / (LENGTH - 1)), settings.n_dilations)
    dilations = tuple(np.unique((2**octaves).astype(int)).tolist())
    names, group = np.unique(data.group.values.astype(str), return_inverse=True)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(training.n_recordings, min(_FOR_BIASES, training.n_recordings), replace=False)
    seen = training.data.isel(recording=np.sort(drawn)).values[:, :, first:last]
    shape = len(names), len(dilations), len(_WEIGHTS)
    channels = np.zeros((*shape, len(group)), bool)
    biases = np.empty(shape, np.float32)
    quantiles = (np.arange(1, shape[2] + 1) * _GOLDEN) % 1
    for g, d in np.ndindex(shape[:2]):
        members = np.flatnonzero(group == g)
        for k in range(shape[2]):
            number = int(2 ** rng.uniform(0, np.log2(len(members) + 1)))
            channels[g, d, k, rng.choice(members, number, replace=False)] = True
        signal = np.concatenate([convolved(one, channels[g, d], dilations[d]) for one in seen], axis=1)
        biases[g, d] = [np.quantile(row, quantile) for row, quantile in zip(signal, quantiles, strict=True)]
    return _entities(recordings, dilations), RandomKernels(first, last, dilations, channels, biases)


def convolved(
    values: Float[np.ndarray, "channel time"], channels: Bool[np.ndarray, "kernel channel"], dilation: int
) -> Float[np.ndarray, "kernel time"]:
    """z of all kernels, each on the sum of its channels; there is nothing before the first and after the last sample."""
    reach, samples = dilation * (LENGTH // 2), values.shape[1]
    mixed = np.pad(channels.astype(np.float32) @ values.astype(np.float32), ((0, 0), (reach, reach)))
    found = np.zeros((len(channels), samples), np.float32)
    for k in range(LENGTH):
        found += _WEIGHTS[:, k, None] * mixed[:, k * dilation : k * dilation + samples]
    return found


def _weights() -> Float[np.ndarray, "kernel 9"]:
    found = np.full((84, LENGTH), -1, np.float32)
    for row, heavy in zip(found, combinations(range(LENGTH), 3), strict=True):
        row[list(heavy)] = 2
    return found


_WEIGHTS = _weights()


def _entities(recordings: Recordings, dilations: tuple[int, ...]) -> Entities:
    data = recordings.data
    names, group = np.unique(data.group.values.astype(str), return_inverse=True)
    lasting = np.round(1000 * (LENGTH - 1) * np.array(dilations) / float(data.attrs["sampling_hz"])).astype(int)
    of_groups = centres(places(recordings), group)
    n_entities = len(names) * len(dilations)
    return Entities(
        features=no_features(n_entities * len(_WEIGHTS)),
        entity_of_feature=np.repeat(np.arange(n_entities), len(_WEIGHTS)).astype(np.int32),
        names=tuple(f"{name} shapes of {length} ms" for name in names for length in lasting),
        kind="sensor group x length of kernel",
        positions=None if of_groups is None else np.repeat(of_groups, len(dilations), axis=0),
    )
