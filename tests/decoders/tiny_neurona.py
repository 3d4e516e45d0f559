"""NEURONA's decoder of the tiny problem: one shape and one setting wherever tests train it, so that it is compiled once."""

import tiny

from neurona.decoders import Context, fit
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.training import TrainingSettings

SETTINGS = NeuronaSettings(embedding=8, pair_scores="bilinear", rank=2, logic="goedel")
TRAINING = TrainingSettings(epochs=2, recordings_per_step=16)
IDS = [f"r{k}" for k in range(40)]


def trained(told=None, training=TRAINING):
    return fit(told or tiny.problem(), SETTINGS, Context(training))
