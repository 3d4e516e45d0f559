"""The worst group: training that minimises the loss of the group of recordings that is learned worst (group DRO).

    min over theta  max over q  sum_g q_g L_g(theta),      log q_g <- log q_g + rate * L_g   after every epoch,  q summing to 1

L_g is the mean loss of group g in the epoch. Within an epoch each question of group g weighs q_g / (share of the questions that are g's).

Reference: Sagawa, Koh, Hashimoto and Liang (2020), ICLR, "Distributionally robust neural networks for group shifts", algorithm 1 (there q moves
with every step; here once an epoch, so that the steps of one scan and all devices share it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax

from neurona.errors import ConfigError, nearest_name
from neurona.questions import Asked, Problem


class Groups(NamedTuple):
    """Groups of recordings.

    Attributes:
        names: G of them.
        of: group of each recording.
        share: of the training questions, each group's.
    """

    names: tuple[str, ...]
    of: Int[np.ndarray, " recording"]
    share: Float[np.ndarray, " group"]

    @classmethod
    def by(cls, column: str | None, problem: Problem, train: Asked) -> Groups | None:
        """The groups that a column of the recordings tells apart; None without a column.

        Raises:
            ConfigError: there is no such column.
        """
        if column is None:
            return None
        if column not in problem.columns:
            raise ConfigError(
                f"training.worst_group: the recordings say nothing about {column!r}{nearest_name(column, problem.columns)}"
            )
        names, of = np.unique(np.array(problem.columns[column], dtype=str), return_inverse=True)
        of = of.reshape(-1).astype(np.int32)
        count = np.bincount(of[train.recording], minlength=len(names))
        return cls(tuple(names.tolist()), of, count / max(count.sum(), 1))

    def row(self, name: str, losses: Float[np.ndarray, " group"]) -> dict[str, float]:
        """Of an epoch's history: the loss of each group that was asked about, and the worst."""
        told = {f"{name}_loss_{group}": float(loss) for group, loss in zip(self.names, losses, strict=True)}
        return {f"{name}_loss_worst": float(np.nanmax(losses))} | {
            key: loss for key, loss in told.items() if np.isfinite(loss)
        }

    def weights(self, history: Sequence[Mapping[str, float]], rate: float) -> Float[np.ndarray, " group"]:
        """What a question of each group weighs after the epochs of a history; 1 before the first."""
        learned = self.share > 0
        log_q = np.log(np.where(learned, self.share, 1.0))
        for row in history:
            log_q += rate * np.array([row.get(f"train_loss_{group}", 0.0) for group in self.names])
        q = softmax(np.where(learned, log_q, -np.inf))
        return np.divide(q, self.share, out=np.zeros_like(q), where=learned)
