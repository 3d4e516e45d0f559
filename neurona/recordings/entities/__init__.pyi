from .entities import Entities, Measured, View
from .fitted import FittedEntities, fit_entities
from .settings import (
    AtlasEntities,
    EntitySettings,
    GroupEntities,
    KernelEntities,
    ParcelEntities,
    TangentEntities,
    ViewEntities,
    WholeEntities,
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
    "KernelEntities",
    "Measured",
    "ParcelEntities",
    "TangentEntities",
    "View",
    "ViewEntities",
    "WholeEntities",
    "WindowEntities",
    "default_entities",
    "entity_settings",
    "fit_entities",
]
