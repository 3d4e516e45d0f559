"""SIMULATED studies, small enough to be made once for all tests of this folder."""

import pytest

from neurona.simulation import Simulation, SimulationSettings, simulate

SMALL = {
    "subjects": 2,
    "images": 60,
    "questions": 16,
    "components": 64,
    "parcels": 6,
    "nouns": 40,
    "adjectives": 10,
    "snr": 0.3,
}


@pytest.fixture(scope="session")
def small_settings():
    """Settings of a small study; keywords change them."""

    def settings(**changed) -> SimulationSettings:
        return SimulationSettings(**(SMALL | changed))

    return settings


@pytest.fixture(scope="session")
def small(small_settings) -> Simulation:
    return simulate(small_settings(), seed=1)
