"""NEURONA's decoder as a fit leaves it, untrained."""

from __future__ import annotations

import numpy as np
import problem

from neurona.decoders.neurona import NeuronaDecoder
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.questions import Problem
from neurona.readings import About, Rates
from neurona.recordings.entities import Entities
from neurona.training import Layout
from neurona.training.weights import weights_of
from speeds.training import problem_of


def untrained(recordings: int, n_entities: int, n_words: int) -> tuple[NeuronaDecoder, np.ndarray, Problem]:
    """An untrained NEURONA, recordings, and questions about them."""
    inputs, told = problem_of(recordings, n_words)
    model = problem.decoder(n_entities, told.vocabulary)
    parcels = np.array_split(np.arange(problem.N_COMPONENTS), n_entities)
    size = problem.N_COMPONENTS * problem.N_TIMES
    layout = Layout(problem.N_TIMES, np.zeros(size, np.float32), np.ones(size, np.float32))
    names = tuple(f"parcel{k}" for k in range(n_entities))
    owner = np.repeat(np.arange(n_entities), [len(part) * problem.N_TIMES for part in parcels])
    features = inputs.reshape(len(inputs), -1)
    entities = Entities(features, owner, names, "parcel", n_times=problem.N_TIMES)
    told = Problem(entities, told.vocabulary, told.train, told.validation, simulated=True)
    usual, grounded = np.zeros(len(told.vocabulary.concepts)), np.zeros((n_words, n_entities))
    about, rates = About("", "neurona", "answers", True), Rates.of(told.train, told.vocabulary)
    weights = (weights_of(model),)
    decoder = NeuronaDecoder(
        NeuronaSettings(), layout, weights, told.vocabulary, entities, about, rates, usual, grounded
    )
    return decoder, inputs, told
