from .asking import AskingModel
from .belief import Belief
from .carriers import EntityEvidence, Strongest
from .entity_scores import EntityScoreReading
from .pairs import by_lot, paired
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
    "Strongest",
    "WorldReading",
    "by_lot",
    "open_reading",
    "paired",
]
