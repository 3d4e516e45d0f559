"""Training: losses and the jitted loop."""

from neurona.training.fit import Targets, fit, held_out_losses
from neurona.training.losses import answer_losses

__all__ = ["Targets", "answer_losses", "fit", "held_out_losses"]
