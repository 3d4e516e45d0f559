"""Simulation: a brain whose concepts we planted. Everything made here says that it is simulated.

    scene n  ~ grammar over an ontology                                                  scenes, ontology
    w, S, O, g  planted patterns and gates of every word, within a few parcels           patterns, brain
    f_n      = sum over things w_a + sum over attributes ... + sum over relationships    responses
               (1 - i) (w_r + S_a + O_b) / sqrt(3)  +  i c w_r * (g^S_a + g^O_b) / 2
    y_ns     = sigma h(t) (G_s f_n)[c] + e_ns[c, t],   e ~ N(0, C_time x C_space)        measurement
    LLR      = log p(y | true scene) - log p(y | alternative)                            oracle, alternatives

    simulation = simulate(SimulationSettings(images=200, snr=0.05), seed=0)
    simulation.dataset()            recordings and questions, as of any other data set
    simulation.oracle()     how well they can be answered by who is told the rest of the scene

Each module says its part of the equations and their symbols; docs/simulation.md has them in one place.
"""

from neurona.simulation.patterns import planted_grounding
from neurona.simulation.settings import SimulationSettings
from neurona.simulation.simulation import Simulation, Truth, simulate
from neurona.simulation.summary import accuracy_by_kind

__all__ = ["Simulation", "SimulationSettings", "Truth", "accuracy_by_kind", "planted_grounding", "simulate"]
