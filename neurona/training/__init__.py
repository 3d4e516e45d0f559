"""Training: losses, the jitted loop, devices."""

from neurona.training.answering import answer_in_batches
from neurona.training.devices import data_mesh, join_processes
from neurona.training.ensemble import Ensemble
from neurona.training.fit import Targets, fit, held_out_losses
from neurona.training.loop import Trained, train
from neurona.training.losses import answer_losses
from neurona.training.settings import TrainingSettings
from neurona.training.sources import ArraySource, Source, StoreSource

__all__ = [
    "ArraySource",
    "Ensemble",
    "Source",
    "StoreSource",
    "Targets",
    "Trained",
    "TrainingSettings",
    "answer_in_batches",
    "answer_losses",
    "data_mesh",
    "fit",
    "held_out_losses",
    "join_processes",
    "train",
]
