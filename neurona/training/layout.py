"""From features to what networks read: channels by times, standardised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from neurona.blocks import Rows, give_back, parts, room
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
        times = entities.n_times

        def samples() -> Iterator[np.ndarray]:
            for _, block in chosen:
                yield (
                    block if per == "feature" else block.reshape(len(block), -1, times).swapaxes(1, 2).reshape(-1, size)
                )

        # In float64 the moments of many recordings lose nothing.
        chosen = Rows(entities.features, rows)
        size = chosen.shape[1] if per == "feature" else chosen.shape[1] // times
        count = max(len(chosen) * chosen.shape[1] // max(size, 1), 1)
        mean = sum((block.sum(axis=0) for block in samples()), np.zeros(size)) / count
        deviation = np.sqrt(sum((((block - mean) ** 2).sum(axis=0) for block in samples()), np.zeros(size)) / count)
        deviation[deviation <= 1e-6 * deviation.max(initial=1e-30)] = 1.0
        repeats = times if per == "channel" else 1
        return cls(times, *(np.repeat(part.astype(np.float32), repeats) for part in (mean, deviation)))

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording channel time"]:
        found = room(features.shape)
        for part in parts(len(features), 4 * features.shape[1]):
            found[part] = (features[part] - self.mean) / self.deviation
            give_back(features)
            give_back(found)
        return found.reshape(len(features), -1, self.n_times)
