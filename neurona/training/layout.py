"""From features to what a network reads: times by channels, standardised."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from neurona.recordings.entities import Entities


@dataclass(frozen=True)
class Layout:
    """How features `[N, F]` become a module's inputs `[N, T, channel]`, standardised.

    Attributes:
        n_times: T.
        mean, deviation: of the features over training recordings `[F]`; constant ones have deviation 1.
        parcels: the channels of each entity.
    """

    n_times: int
    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)
    parcels: tuple[tuple[int, ...], ...] = field(repr=False)

    @classmethod
    def of(cls, entities: Entities, rows: Int[np.ndarray, " row"]) -> Layout:
        """Of the entities, standardised on some recordings.

        Where the times of a channel belong to different entities (time windows), each feature is a channel of one time.
        """
        owner = entities.entity_of_feature.reshape(-1, entities.n_times)
        times = entities.n_times if (owner == owner[:, :1]).all() else 1
        of_channel = entities.entity_of_feature.reshape(-1, times)[:, 0]
        # In float64 the moments of many recordings lose nothing.
        mean = entities.features[rows].mean(axis=0, dtype=np.float64)
        deviation = entities.features[rows].std(axis=0, dtype=np.float64)
        deviation[deviation <= 1e-6 * deviation.max(initial=1e-30)] = 1.0
        parcels = tuple(tuple(np.flatnonzero(of_channel == k).tolist()) for k in range(len(entities.names)))
        return cls(times, mean.astype(np.float32), deviation.astype(np.float32), parcels)

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording time channel"]:
        values = ((features - self.mean) / self.deviation).astype(np.float32)
        return np.ascontiguousarray(values.reshape(len(values), -1, self.n_times).swapaxes(1, 2))
