"""Riemannian re-centring: M_g is the geometric mean of the recordings' covariances (`covariances`).

    M solves  sum_n log(M^(-1/2) C_n M^(-1/2)) = 0

found by steps M <- M^(1/2) exp(mean_n log(M^(-1/2) C_n M^(-1/2))) M^(1/2) from the arithmetic mean.

P. Zanini, M. Congedo, C. Jutten, S. Said and Y. Berthoumieu (2018). Transfer learning: a Riemannian geometry framework with applications to
brain-computer interfaces. IEEE Transactions on Biomedical Engineering 65:1107, equation 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from neurona.recordings.alignment.alignment import ALIGNMENTS
from neurona.recordings.alignment.covariances import ByCovariance, Covariance, Covariances, power

_STEPS, _CLOSE = 50, 1e-8


@ALIGNMENTS.register("riemannian")
@dataclass(frozen=True)
class Riemannian(ByCovariance):
    """Each group whitened over channels by the geometric mean of its covariances; a shrinkage of 0 needs more samples than channels."""

    method: Literal["riemannian"] = "riemannian"

    done: ClassVar[str] = "re-centred (Riemannian)"

    def mean(self, covariances: Covariances) -> Covariance:
        return geometric_mean(covariances)


def geometric_mean(covariances: Covariances) -> Covariance:
    """The matrix with the least sum of squared Riemannian distances to the covariances."""
    mean: Covariance = covariances.mean(axis=0)
    for _ in range(_STEPS):
        root, inverse = power(mean, 0.5), power(mean, -0.5)
        values, vectors = np.linalg.eigh(np.matmul(np.matmul(inverse, covariances), inverse))
        logs = np.matmul(vectors * np.log(np.maximum(values, 1e-300))[:, None, :], vectors.transpose(0, 2, 1))
        step = logs.mean(axis=0)
        eigenvalues, directions = np.linalg.eigh(step)
        mean = root @ ((directions * np.exp(eigenvalues)) @ directions.T) @ root
        if np.linalg.norm(step) < _CLOSE * np.sqrt(len(step)):
            break
    return mean
