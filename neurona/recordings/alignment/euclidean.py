"""Euclidean alignment: M_g is the arithmetic mean of the recordings' covariances (`covariances`).

H. He and D. Wu (2020). Transfer learning for brain-computer interfaces: a Euclidean space data alignment approach. IEEE Transactions on Biomedical
Engineering 67:399, equations 9 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from neurona.recordings.alignment.alignment import ALIGNMENTS
from neurona.recordings.alignment.covariances import ByCovariance, Covariance, Covariances


@ALIGNMENTS.register("euclidean")
@dataclass(frozen=True)
class Euclidean(ByCovariance):
    """Each group whitened over channels by the arithmetic mean of its covariances."""

    method: Literal["euclidean"] = "euclidean"

    done: ClassVar[str] = "whitened (Euclidean alignment)"

    def mean(self, covariances: Covariances) -> Covariance:
        return covariances.mean(axis=0)
