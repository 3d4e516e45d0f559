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

import numpy as np
from jaxtyping import Float
from scipy.linalg import cholesky, solve_triangular

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
    held = np.arange(len(values)) % _THIRD == 0
    if held.sum() > 1 and (~held).sum() > _FOLDS:
        one, each = (_log_density(values[held], found(values[~held])) for found in (one_shrinkage, held_out_covariance))
        gain = each - one
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            return held_out_covariance(values * np.sqrt(1 + taken)).astype(values.dtype)
    return one_shrinkage(values)


def one_shrinkage(values: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "axis axis"]:
    """Ledoit and Wolf's."""
    return shrunk(values.T @ values / len(values), len(values))


def _log_density(
    values: Float[np.ndarray, "row axis"], covariance: Float[np.ndarray, "axis axis"]
) -> Float[np.ndarray, " row"]:
    """Of a Gaussian, but for a constant."""
    root = cholesky(covariance.astype(np.float64), lower=True)
    white = solve_triangular(root, values.T.astype(np.float64), lower=True)
    found: np.ndarray = -0.5 * (white**2).sum(axis=0) - np.log(np.diag(root)).sum()
    return found


def held_out_covariance(values: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "axis axis"]:
    """The covariance of rows of mean 0."""
    from scipy.optimize import isotonic_regression  # readings of worlds come by here, and are to be opened in no time

    values = np.asarray(values, np.float64)
    n, size = values.shape
    folds = min(_FOLDS, n)
    _, directions = _principal(values)
    # At first each axis has its place: those of fewer recordings are stretched over it.
    at = (np.arange(len(directions)) + 0.5) / len(directions)
    along, beyond = np.zeros(len(directions)), 0.0
    for fold in range(folds):
        held = np.arange(n) % folds == fold
        _, axes = _principal(values[~held])
        power = ((values[held] @ axes.T) ** 2).mean(axis=0)
        along += np.interp(at, (np.arange(len(axes)) + 0.5) / len(axes), power) / folds
        left = (values[held] ** 2).sum() / held.sum() - power.sum()
        beyond += left / max(size - len(axes), 1) / folds
    variance = isotonic_regression(along, increasing=False).x
    # The least of many estimates is too small; axes that none but noise tells apart are as noisy as their tenth.
    variance = np.maximum(variance, along[-max(1, len(along) // 10) :].mean())
    floor = beyond if size > len(directions) else 0.0
    least = 1e-6 * float(variance.mean()) + 1e-12
    extra = np.maximum(variance, least) - floor
    found: np.ndarray = (directions.T * extra) @ directions + max(floor, 0.0) * np.eye(size)
    return found


def _principal(
    values: Float[np.ndarray, "row axis"],
) -> tuple[Float[np.ndarray, " direction"], Float[np.ndarray, "direction axis"]]:
    """Powers, largest first, and unit vectors of all directions that the rows span."""
    n, size = values.shape
    if n >= size:
        power, vectors = np.linalg.eigh(values.T @ values)
        return power[::-1], vectors[:, ::-1].T
    power, vectors = np.linalg.eigh(values @ values.T)
    power, vectors = power[::-1], vectors[:, ::-1]
    kept = power > 1e-9 * max(float(power[0]), 1e-12)
    return power[kept], (vectors[:, kept] / np.sqrt(power[kept])).T @ values
