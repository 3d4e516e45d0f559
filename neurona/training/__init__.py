"""Training: losses, the jitted loop, devices, processes."""

from neurona.training.answering import answer_in_batches
from neurona.training.devices import data_mesh
from neurona.training.ensemble import Ensemble
from neurona.training.layout import Layout
from neurona.training.loop import Trained, train
from neurona.training.losses import answer_losses
from neurona.training.processes import is_first, join
from neurona.training.settings import MeshSettings, TrainingSettings

__all__ = [
    "Ensemble",
    "Layout",
    "MeshSettings",
    "Trained",
    "TrainingSettings",
    "answer_in_batches",
    "answer_losses",
    "data_mesh",
    "is_first",
    "join",
    "train",
]
