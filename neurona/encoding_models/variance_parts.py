"""Unique variance of a band: what does the response say that the other bands do not?

Asked of role bindings (relation x subject, relation x object, roles) over unary concepts: does the brain's response say who did it, or only
who was there? Two encoding models predict held-out recordings, one with the tested bands and one without; the unique variance is

    U = 1 - sum ||y - f_all(x)||^2 / sum ||y - f_rest(x)||^2

The null exchanges the tested columns among recordings that agree in what is given as `strata` (the relation, say), else among all, as
whole rows: the tested bands keep their distribution and lose their tie to the response. The part of them that other bands predict would
be lost with it, so columns are first replaced by what the other bands leave of them (D. Freedman, D. Lane 1983, J. Bus. Econ. Stat. 1:292).
This holds for a light penalty on the other bands only: what a shrunk fit leaves behind counts for the tested bands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from neurona.encoding_models.maps import exchanged
from neurona.errors import DataError


class UniqueVariance(NamedTuple):
    """Of the tested bands on held-out recordings.

    Attributes:
        total: U over all features.
        of_feature: U of each feature.
        p: share of permutations with as large a total, the observed order counted.
        null: totals of the permutations.
    """

    total: float
    of_feature: Float[np.ndarray, " feature"]
    p: float
    null: Float[np.ndarray, " permutation"]


def unique_variance(
    design: Float[np.ndarray, "recording column"],
    whitened: Float[np.ndarray, "recording feature"],
    tested: Bool[np.ndarray, " column"],
    train: Bool[np.ndarray, " recording"],
    *,
    penalty: Float[np.ndarray, " column"],
    strata: Shaped[np.ndarray, " recording"] | None = None,
    permutations: int = 200,
    seed: int = 0,
) -> UniqueVariance:
    """Held-out variance that only the tested columns explain, and its p against exchanged rows.

    Args:
        design: facts and bindings of all recordings.
        whitened: responses in units of their noise.
        tested: columns of the bands that are asked about.
        train: recordings to fit; the others are predicted.
        penalty: ridge penalty of each column, e.g. chosen by `fit_banded_ridge` on the training recordings.
        strata: rows are exchanged among recordings of the same stratum; None: among all.
        permutations: of the null; training rows are exchanged among themselves, held-out rows are as they are.
        seed: of the permutations.

    Raises:
        DataError: nothing tested, nothing left to test against, or no recordings on one side.
    """
    if not tested.any() or tested.all():
        raise DataError(f"unique variance: {int(tested.sum())} of {len(tested)} columns tested; leave some to compare")
    if not train.any() or train.all():
        raise DataError(
            f"unique variance: {int(train.sum())} of {len(train)} recordings are for training; hold some out"
        )
    x = np.asarray(design, dtype=np.float64)
    x = x - x[train].mean(axis=0)
    y = np.asarray(whitened, dtype=np.float64)
    y = y - y[train].mean(axis=0)
    rest, asked = x[:, ~tested], x[:, tested]
    solver = np.linalg.solve(rest[train].T @ rest[train] + np.diag(penalty[~tested]), rest[train].T)
    # What the other bands say about the tested columns is theirs, as is what they say about the response.
    asked = asked - rest @ (solver @ asked[train])
    left = y - rest @ (solver @ y[train])
    base = np.square(left[~train]).sum(axis=0)
    gram = np.linalg.inv(asked[train].T @ asked[train] + np.diag(penalty[tested]))
    groups = np.unique(strata[train], return_inverse=True)[1] if strata is not None else np.zeros(train.sum(), np.int64)

    def error(order: Int[np.ndarray, " row"]) -> Float[np.ndarray, " feature"]:
        # Exchanged responses against fixed columns are exchanged columns against fixed responses.
        fitted = asked[~train] @ (gram @ (asked[train].T @ left[train][order]))
        return np.square(left[~train] - fitted).sum(axis=0)

    observed = error(np.arange(int(train.sum())))
    rng = np.random.default_rng(seed)
    null = np.array([1 - error(exchanged(groups, rng)).sum() / base.sum() for _ in range(permutations)])
    total = float(1 - observed.sum() / base.sum())
    p = float((1 + np.sum(null >= total)) / (permutations + 1))
    return UniqueVariance(total, 1 - observed / np.maximum(base, 1e-300), p, null)
