"""Entities: the candidate carriers of concepts, as groups of features."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True)
class Entities:
    """Features of all recordings, and the entity that each feature belongs to.

    Attributes:
        features: `[N, F]`, float32.
        entity_of_feature: `[F]`, 0 to P - 1.
        names: P names.
        kind: `parcel` or `sensor group x time window`.
        positions: centres `[P, 3]`, where known.
    """

    features: Float[np.ndarray, "recording feature"]
    entity_of_feature: Int[np.ndarray, " feature"]
    names: tuple[str, ...]
    kind: str
    positions: Float[np.ndarray, "entity 3"] | None = None


def standardise(entities: Entities, train: Bool[np.ndarray, " recording"]) -> Entities:
    """Features to zero mean and unit variance by the statistics of the training recordings alone."""
    seen = entities.features[train]
    scale = seen.std(axis=0)
    features = (entities.features - seen.mean(axis=0)) / np.where(scale > 0, scale, 1)
    return replace(entities, features=features.astype(np.float32))
