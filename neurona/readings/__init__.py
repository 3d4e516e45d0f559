"""Readings: what a decoder says about recordings, in the two forms that programs execute on."""

from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief
from neurona.readings.carriers import EntityEvidence
from neurona.readings.entity_scores import EntityScoreReading
from neurona.readings.opening import open_reading
from neurona.readings.rates import Rates
from neurona.readings.reading import About, Reading, Said
from neurona.readings.world_reading import WorldReading

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
