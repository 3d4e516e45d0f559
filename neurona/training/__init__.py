"""Training: losses, the jitted loop, checkpoints."""

from neurona.training.fit import Targets, choose_decay, fit
from neurona.training.losses import answer_losses

__all__ = ["Targets", "answer_losses", "choose_decay", "fit"]
