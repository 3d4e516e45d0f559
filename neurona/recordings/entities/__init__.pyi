from .entities import Entities, Measured
from .fitted import FittedEntities, fit_entities
from .settings import (
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
    "Measured",
    "ParcelEntities",
    "WindowEntities",
    "default_entities",
    "entity_settings",
    "fit_entities",
]
