from .asking import AskingModel
from .belief import Belief
from .carriers import EntityEvidence
from .entity_scores import EntityScoreReading
from .rates import Rates
from .reading import About, Reading, Said, open_reading
from .world_reading import WorldReading

__all__ = [
    "About",
    "AskingModel",
    "Belief",
    "EntityEvidence",
    "EntityScoreReading",
    "Rates",
    "Reading",
    "Said",
    "WorldReading",
    "open_reading",
]
