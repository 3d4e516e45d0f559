"""Standardised features: noise white over channels and over time, the response's time course read out once.

    z_n = C^(-1/2) (x_n - m) u,      C over channels and S over time of the covariance C x S (Kronecker product)

A brain's response has one time course for all words, h. It is found from answers: with x_n the recordings [channel, time] and
t_nk = 1, -1, 0 as answer k of recording n says yes, no, nothing, the contrasts P_k = sum_n t_nk x_n of two halves of the recordings have
the signal in common, but not the noise:

    M = sum_k P_k^(1)' P_k^(2)  [time, time],      u: largest eigenvectors of M u = g S u, u' S u = 1

which for M = h h' is u ~ S^-1 h, the matched filter. C is shrunk (Ledoit and Wolf 2004, J. Multivariate Analysis 88:365); its
symmetric root keeps every channel near its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import eigh
from sklearn.covariance import ledoit_wolf

from neurona.recordings.entities import Entities

_MOST_CHANNELS = 4096
"""Beyond these a covariance over channels is neither estimable nor quick to invert: variances alone."""


@dataclass(frozen=True)
class Standardised:
    """The map from features to z.

    Attributes:
        mean: m, of the features.
        channels: C^(-1/2); only its diagonal where there are many channels.
        patterns: C^(1/2), in units of each channel's standard deviation: z's patterns -> patterns of the channels.
        times: u, one column a time component.
        entity: of each z.
    """

    mean: Float[np.ndarray, " feature"] = field(repr=False)
    channels: Float[np.ndarray, "channel channel"] | Float[np.ndarray, " channel"] = field(repr=False)
    patterns: Float[np.ndarray, "channel channel"] | Float[np.ndarray, " channel"] = field(repr=False)
    times: Float[np.ndarray, "time component"] = field(repr=False)
    entity: Int[np.ndarray, " z"] = field(repr=False)

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording z"]:
        centred = (features - self.mean).astype(np.float32).reshape(len(features), -1, len(self.times))
        return _over_channels(centred @ self.times, self.channels).reshape(len(features), -1)

    def covariance_power(
        self, exponent: float
    ) -> Callable[[Int[np.ndarray, " place"]], Float[np.ndarray, "place place"]]:
        """C^exponent between chosen z's; components of time are independent."""
        components = self.times.shape[1]
        if self.patterns.ndim == 1:
            diagonal = self.patterns.astype(np.float64) ** (2 * exponent)
            return lambda places: np.diag(diagonal[places // components])
        matrix = _power(self.patterns.astype(np.float64), 2 * exponent)

        def between(places: np.ndarray) -> np.ndarray:
            channel, component = places // components, places % components
            return matrix[np.ix_(channel, channel)] * (component[:, None] == component[None, :])

        return between

    def channel_patterns(self, patterns: Float[np.ndarray, "word z"]) -> Float[np.ndarray, "word z"]:
        """What is z's pattern, as a pattern of the channels (each component of time apart)."""
        split = patterns.reshape(len(patterns), -1, self.times.shape[1])
        return _over_channels(split, self.patterns).reshape(len(patterns), -1)


def _over_channels(values: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    if matrix.ndim == 1:
        return values * matrix[None, :, None]
    flat = values.transpose(0, 2, 1) @ matrix
    return np.ascontiguousarray(flat.transpose(0, 2, 1))


def standardised(
    entities: Entities,
    rows: Int[np.ndarray, " row"],
    contrasts: Float[np.ndarray, "row answer"],
    n_components: int | None = 1,
    seed: int = 0,
) -> Standardised:
    """Estimate the map.

    Args:
        entities: features.
        rows: training recordings.
        contrasts: t, of the training recordings; 0 where nothing is said.
        n_components: time components to keep; None: all time points. All are kept, too, where a channel's time points
            belong to different entities (time windows).
        seed: of the halves.
    """
    times = entities.n_times
    values = entities.features[rows].astype(np.float32)
    mean = values.mean(axis=0)
    split = (values - mean).reshape(len(rows), -1, times)
    deviation = split.std(axis=(0, 2))
    deviation = np.where(deviation > 0, deviation, 1.0).astype(np.float32)
    split = split / deviation[None, :, None]
    of_feature = entities.entity_of_feature.reshape(-1, times)
    covariance = np.tensordot(split, split, axes=((0, 1), (0, 1))) / (split.shape[0] * split.shape[1])
    covariance = covariance.astype(np.float64) + 1e-6 * np.eye(times)
    if n_components is None or n_components >= times or (of_feature != of_feature[:, :1]).any():
        root = _power(covariance, -0.5).astype(np.float32)
        entity = of_feature.reshape(-1)
    else:
        shared = _shared(split, contrasts.astype(np.float32), np.random.default_rng(seed))
        root = eigh(shared, covariance)[1][:, ::-1][:, :n_components].astype(np.float32)
        # The sign of an eigenvector is arbitrary.
        root = root * np.where(root.sum(axis=0) < 0, -1, 1).astype(np.float32)
        entity = np.repeat(of_feature[:, 0], n_components)
    seen = (split @ root).transpose(0, 2, 1).reshape(-1, split.shape[1])
    if split.shape[1] > _MOST_CHANNELS:
        spread = np.maximum(seen.std(axis=0), 1e-6)
        return Standardised(mean, 1 / (spread * deviation), spread, root, entity)
    over_channels = ledoit_wolf(seen.astype(np.float64), assume_centered=True)[0]
    over_channels += 1e-6 * max(np.trace(over_channels) / len(over_channels), 1e-6) * np.eye(len(over_channels))
    whitening = _power(over_channels, -0.5) / deviation[:, None]
    return Standardised(mean, whitening.astype(np.float32), _power(over_channels, 0.5).astype(np.float32), root, entity)


def _shared(
    split: Float[np.ndarray, "row channel time"], contrasts: Float[np.ndarray, "row answer"], rng: np.random.Generator
) -> Float[np.ndarray, "time time"]:
    """M, symmetrised."""
    half = rng.permutation(len(split)) % 2
    flat = split.reshape(len(split), -1)
    scale = np.sqrt((contrasts**2).sum(axis=0)) + np.float32(1e-6)
    first, second = (
        ((contrasts[half == side] / scale).T @ flat[half == side]).reshape(-1, split.shape[2]) for side in (0, 1)
    )
    found = (first.T @ second).astype(np.float64)
    return (found + found.T) / 2


def _power(matrix: Float[np.ndarray, "n n"], exponent: float) -> Float[np.ndarray, "n n"]:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
