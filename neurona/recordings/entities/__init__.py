"""From recordings to entities: what is fitted once, to training recordings, and applied to any."""

from neurona.recordings.entities.entities import Entities
from neurona.recordings.entities.fitted import FittedEntities, fit_entities
from neurona.recordings.entities.settings import (
    AtlasEntities,
    EntitySettings,
    GroupEntities,
    ParcelEntities,
    WindowEntities,
    default_entities,
    entity_settings,
)

__all__ = [
    "AtlasEntities",
    "Entities",
    "EntitySettings",
    "FittedEntities",
    "GroupEntities",
    "ParcelEntities",
    "WindowEntities",
    "default_entities",
    "entity_settings",
    "fit_entities",
]
