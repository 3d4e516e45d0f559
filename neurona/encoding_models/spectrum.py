"""The covariance of many axes from few recordings: eigenvectors of the sample, eigenvalues as recordings see them that were left out.

    S = sum_i l_i v_i v_i',      l_i = mean over folds of the variance of the held-out recordings along the i-th axis of the others, made decreasing

The sample's own eigenvalues are too unequal: its largest are too large, its smallest far too small, and an inversion divides by them. One
shrinkage towards a multiple of 1 (Ledoit and Wolf) has to serve all of them: where a few global factors stand out, it leaves the rest as it is. Held-out
variances need no model of the noise. Where there are fewer recordings than axes, all axes that no recording spans share one variance. The one shrinkage is
kept unless held-out recordings are more probable without it, by more than a standard error (L. Breiman et al. 1984, Classification and
Regression Trees, 3.4.3).

D. Bartz (2016). Cross-validation based nonlinear shrinkage. arXiv:1611.00798.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.linalg import cholesky, solve_triangular

from neurona.blocks import Rows, give_back, room
from neurona.encoding_models.axes import shrunk

_FOLDS, _THIRD = 8, 3


def noise_covariance(
    values: Float[np.ndarray, "row axis"], taken: Float[np.ndarray, " axis"] | float = 0.0
) -> Float[np.ndarray, "axis axis"]:
    """The covariance of rows of mean 0, one shrinkage for all eigenvalues or each its own, by what a third of the rows says of the others'.

    Args:
        values: residuals of a fit.
        taken: noise that the fit has taken from each axis, by what is left. Small eigenvalues that are believed need it, as in EM's update;
            where one shrinkage lifts them all, it would only lift them further.
    """
    rows, held = Rows(values, dtype=values.dtype), np.arange(len(values)) % _THIRD == 0
    if held.sum() > 1 and (~held).sum() > _FOLDS:
        third, rest = rows.take(held), rows.take(~held)
        gain = _log_density(third, held_out_covariance(rest)) - _log_density(third, one_shrinkage(rest))
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            lifted = room(values.shape, np.result_type(values, taken))
            for part, block in rows:
                lifted[part] = block * np.sqrt(1 + taken)
                give_back(lifted)
            return held_out_covariance(Rows(lifted)).astype(values.dtype)
    return one_shrinkage(rows)


def one_shrinkage(values: Rows) -> Float[np.ndarray, "axis axis"]:
    """Ledoit and Wolf's."""
    return shrunk(_gram(values) / len(values), len(values))


def _log_density(values: Rows, covariance: Float[np.ndarray, "axis axis"]) -> Float[np.ndarray, " row"]:
    """Of a Gaussian, but for a constant."""
    root = cholesky(covariance.astype(np.float64), lower=True)
    white = (solve_triangular(root, block.T.astype(np.float64), lower=True) for _, block in values)
    found: np.ndarray = np.concatenate([-0.5 * (block**2).sum(axis=0) for block in white])
    return found - np.log(np.diag(root)).sum()


def held_out_covariance(values: Rows) -> Float[np.ndarray, "axis axis"]:
    """The covariance of rows of mean 0."""
    from scipy.optimize import isotonic_regression  # readings of worlds come by here, and are to be opened in no time

    values = replace(values, dtype=np.float64)
    n, size = values.shape
    folds = min(_FOLDS, n)
    whole = _gram(values) if n >= size else None
    directions = _principal(values, whole)
    # At first each axis has its place: those of fewer recordings are stretched over it.
    at = (np.arange(len(directions)) + 0.5) / len(directions)
    along, beyond = np.zeros(len(directions)), 0.0
    for fold in range(folds):
        held = np.arange(n) % folds == fold
        own, others = values.take(held), values.take(~held)
        if whole is not None and len(others) >= size:
            # Of many rows, products are the cost: those of the others are those of all, less a fold's own.
            gram = _gram(own)
            axes = _principal(others, whole - gram)
            power, total = ((axes @ gram) * axes).sum(axis=1) / len(own), float(np.trace(gram))
        else:
            axes = _principal(others)
            power = sum(((block @ axes.T) ** 2).sum(axis=0) for _, block in own) / len(own)
            total = own.sum(lambda _, block: (block**2).sum())
        along += np.interp(at, (np.arange(len(axes)) + 0.5) / len(axes), power) / folds
        left = total / len(own) - power.sum()
        beyond += left / max(size - len(axes), 1) / folds
    variance = isotonic_regression(along, increasing=False).x
    # The least of many estimates is too small; axes that none but noise tells apart are as noisy as their tenth.
    variance = np.maximum(variance, along[-max(1, len(along) // 10) :].mean())
    floor = beyond if size > len(directions) else 0.0
    least = 1e-6 * float(variance.mean()) + 1e-12
    extra = np.maximum(variance, least) - floor
    found: np.ndarray = (directions.T * extra) @ directions + max(floor, 0.0) * np.eye(size)
    return found


def _gram(values: Rows) -> Float[np.ndarray, "axis axis"]:
    found: np.ndarray = values.sum(lambda _, block: block.T @ block)
    return found


def _principal(values: Rows, gram: Float[np.ndarray, "axis axis"] | None = None) -> Float[np.ndarray, "direction axis"]:
    """Unit vectors of all directions that the rows span, that of the highest power first; `gram` is theirs, where it is known."""
    n, size = values.shape
    if n >= size:
        vectors = np.linalg.eigh(_gram(values) if gram is None else gram)[1]
        return vectors[:, ::-1].T
    whole = np.concatenate([block for _, block in values])
    power, vectors = np.linalg.eigh(whole @ whole.T)
    power, vectors = power[::-1], vectors[:, ::-1]
    kept = power > 1e-9 * max(float(power[0]), 1e-12)
    found: np.ndarray = (vectors[:, kept] / np.sqrt(power[kept])).T @ whole
    return found
