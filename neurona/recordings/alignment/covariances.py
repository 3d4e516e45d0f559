"""Re-centring: what aligns groups by a mean of their recordings' covariances, so that each group's mean becomes the identity.

    C_n = (1 - a) x_n x_n' / T + a (tr / channels) I,      M_g a mean of C_n over the group's recordings,      y_n = M_g^(-1/2) x_n

x_n is a recording [channel, time] as it is, so signals should have been filtered: slow offsets are covariance, too.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Lt
from jaxtyping import Bool, Float

from neurona.recordings.alignment.alignment import Alignment, FittedAlignment, Uses
from neurona.recordings.alignment.groups import Group
from neurona.recordings.recordings import Recordings

Covariances = Float[np.ndarray, "recording channel channel"]
Covariance = Float[np.ndarray, "channel channel"]


@dataclass(frozen=True, kw_only=True)
class ByCovariance(Alignment):
    """Settings of alignments by a group's mean covariance.

    Attributes:
        shrinkage: a; of each recording's covariance towards a multiple of the identity.
    """

    shrinkage: Annotated[float, Ge(0), Lt(1)] = 0.1

    done: ClassVar[str]

    @property
    def uses(self) -> Uses:
        return "unlabelled"

    @property
    def does(self) -> str:
        return f"each {self.by} {self.done} by its own recordings"

    @abstractmethod
    def mean(self, covariances: Covariances) -> Covariance:
        """Of a group."""

    def fit(self, recordings: Recordings, train: Bool[np.ndarray, " recording"]) -> AlignedByCovariance:
        return AlignedByCovariance(self)


@dataclass(frozen=True)
class AlignedByCovariance(FittedAlignment):
    """What aligns by a mean covariance; nothing is learned beforehand."""

    settings: ByCovariance

    def aligned(
        self, values: Float[np.ndarray, "recording channel time"], group: Group
    ) -> Float[np.ndarray, "recording channel time"]:
        whitening = power(self.settings.mean(covariances(values, self.settings.shrinkage)), -0.5)
        return np.matmul(whitening, values)


def covariances(values: Float[np.ndarray, "recording channel time"], shrinkage: float) -> Covariances:
    """C_n."""
    channels, times = values.shape[1:]
    found = np.matmul(values, values.transpose(0, 2, 1)) / times
    traces = np.trace(found, axis1=1, axis2=2) / channels
    return (1 - shrinkage) * found + shrinkage * traces[:, None, None] * np.eye(channels)


def power(matrix: Float[np.ndarray, "*recording channel channel"], exponent: float) -> np.ndarray:
    """Of symmetric positive matrices; directions without variance stay so."""
    values, vectors = np.linalg.eigh(matrix)
    least = 1e-10 * values[..., -1:]
    raised = np.where(values > least, np.maximum(values, least) ** exponent, 0.0)
    return np.matmul(vectors * raised[..., None, :], np.swapaxes(vectors, -1, -2))
