"""From features to what networks read: channels by times, standardised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from neurona.recordings.entities import Entities


@dataclass(frozen=True)
class Layout:
    """How features `[N, F]` become a network's inputs `[N, channel, time]`, standardised.

    Attributes:
        n_times: of each channel.
        mean, deviation: of the features over training recordings `[F]`; constant ones have deviation 1.
    """

    n_times: int
    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)

    @classmethod
    def of(
        cls, entities: Entities, rows: Int[np.ndarray, " row"], per: Literal["feature", "channel"] = "feature"
    ) -> Layout:
        """Of the entities, standardised on some recordings: each channel at each time, or each channel over all times."""
        chosen, times = entities.features[rows], entities.n_times
        if per == "channel":
            chosen = chosen.reshape(len(chosen), -1, times).swapaxes(1, 2).reshape(len(chosen) * times, -1)
        # In float64 the moments of many recordings lose nothing.
        mean, deviation = chosen.mean(axis=0, dtype=np.float64), chosen.std(axis=0, dtype=np.float64)
        deviation[deviation <= 1e-6 * deviation.max(initial=1e-30)] = 1.0
        repeats = times if per == "channel" else 1
        return cls(times, *(np.repeat(part.astype(np.float32), repeats) for part in (mean, deviation)))

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording channel time"]:
        values = ((features - self.mean) / self.deviation).astype(np.float32)
        return values.reshape(len(values), -1, self.n_times)
