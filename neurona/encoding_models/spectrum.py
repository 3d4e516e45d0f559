"""The covariance of many axes from few recordings: eigenvectors of the sample, eigenvalues as recordings see them that were left out.

    S = sum_i l_i v_i v_i',      l_i = mean over folds of the variance of the held-out recordings along the i-th axis of the others, made decreasing

The sample's own eigenvalues are too unequal: its largest are too large, its smallest far too small, and an inversion divides by them. One
shrinkage towards a multiple of 1 (Ledoit and Wolf) has to serve all of them: where a few global factors stand out, it leaves the rest as it is. Held-out
variances need no model of the noise. Where there are fewer recordings than axes, all axes that no recording spans share one variance. The one shrinkage is
kept unless held-out recordings are more probable without it, by more than two standard errors (after L. Breiman et al. 1984, Classification and
Regression Trees, 3.4.3). It has the sample's eigenvectors, too, so that one decomposition a fold serves both.

D. Bartz (2016). Cross-validation based nonlinear shrinkage. arXiv:1611.00798.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.linalg import eigh

from neurona.blocks import Rows
from neurona.encoding_models.axes import shrunk

_FOLDS, _SURE, _JUDGES = 8, 2, 500
"""Folds, standard errors of a difference that counts, and rows of a fold that it is measured by."""


class _Fold(NamedTuple):
    """What recordings say of others that were left out.

    Attributes:
        held: which were left out.
        power: variance of the rest along their principal axes, largest first.
        axes: unit vectors; as many as the rest span.
        along: variance of those left out on each axis.
        beyond: and on each axis that the rest do not span.
    """

    held: Bool[np.ndarray, " row"]
    power: Float[np.ndarray, " direction"]
    axes: Float[np.ndarray, "direction axis"]
    along: Float[np.ndarray, " direction"]
    beyond: float


def noise_covariance(
    values: Float[np.ndarray, "row axis"], taken: Float[np.ndarray, " axis"] | float = 0.0
) -> Float[np.ndarray, "axis axis"]:
    """The covariance of rows of mean 0, one shrinkage for all eigenvalues or each its own, by what rows say of those that are left out.

    Args:
        values: residuals of a fit.
        taken: noise that the fit has taken from each axis, by what is left. Small eigenvalues that are believed need it, as in EM's update;
            where one shrinkage lifts them all, it would only lift them further.
    """
    rows, exact = Rows(values, dtype=values.dtype), Rows(values)
    whole = _gram(exact) if len(values) >= values.shape[1] else None
    folds = _left_out(exact, whole) if len(values) > 2 * _FOLDS else []
    gain = np.concatenate([_gain(exact, folds, k) for k in range(len(folds))] or [np.zeros(2)])
    if gain.mean() > _SURE * gain.std(ddof=1) / np.sqrt(len(gain)):
        lift = np.sqrt(1 + np.broadcast_to(taken, values.shape[1]))
        return (lift[:, None] * _covariance(exact, whole, folds) * lift).astype(values.dtype)
    return one_shrinkage(rows)


def one_shrinkage(values: Rows) -> Float[np.ndarray, "axis axis"]:
    """Ledoit and Wolf's."""
    return shrunk(_gram(values) / len(values), len(values))


def held_out_covariance(values: Rows) -> Float[np.ndarray, "axis axis"]:
    """Each eigenvalue its own, for rows of mean 0."""
    values = replace(values, dtype=np.float64, _kept=[])
    whole = _gram(values) if len(values) >= values.shape[1] else None
    return _covariance(values, whole, _left_out(values, whole))


def _left_out(values: Rows, whole: Float[np.ndarray, "axis axis"] | None) -> list[_Fold]:
    n, size = values.shape
    folds = min(_FOLDS, n)
    found = []
    for fold in range(folds):
        held = np.arange(n) % folds == fold
        own, rest = values.take(held), values.take(~held)
        if whole is not None and len(rest) >= size:
            # Of many rows, products are the cost: those of the others are those of all, less a fold's own. Axes of single precision are
            # as good, in half the time: what counts is the variance of other rows on them.
            gram = _gram(own)
            power, axes = _principal(rest, (whole - gram).astype(np.float32))
            along, beyond = ((axes @ gram) * axes).sum(axis=1) / len(own), 0.0
        else:
            power, axes = _principal(rest)
            along = sum(((block @ axes.T) ** 2).sum(axis=0) for _, block in own) / len(own)
            left = own.sum(lambda _, block: (block**2).sum()) / len(own) - along.sum()
            beyond = max(float(left) / (size - len(axes)), 0.0) if size > len(axes) else 0.0
        found.append(_Fold(held, power / len(rest), axes, along, beyond))
    return found


def _covariance(
    values: Rows, whole: Float[np.ndarray, "axis axis"] | None, folds: Sequence[_Fold]
) -> Float[np.ndarray, "axis axis"]:
    size = values.shape[1]
    _, directions = _principal(values, whole)
    variance, floor = _spectrum(folds, len(directions))
    if size == len(directions):
        floor = 0.0
    found: np.ndarray = (directions.T * (variance - floor)) @ directions + floor * np.eye(size)
    return found


def _spectrum(folds: Sequence[_Fold], number: int) -> tuple[Float[np.ndarray, " direction"], float]:
    """Variances on so many axes, and on all further ones."""
    from scipy.optimize import isotonic_regression  # readings of worlds come by here, and are to be opened in no time

    # Each axis has its place: those of fewer recordings are stretched over them all.
    along = np.mean([np.interp(_places(number), _places(len(one.along)), one.along) for one in folds], axis=0)
    variance = isotonic_regression(along, increasing=False).x
    # The least of many estimates is too small; axes that none but noise tells apart are as noisy as their tenth.
    variance = np.maximum(variance, along[-max(1, number // 10) :].mean())
    least = 1e-6 * float(variance.mean()) + 1e-12
    return np.maximum(variance, least), float(np.mean([one.beyond for one in folds]))


def _gain(values: Rows, folds: Sequence[_Fold], number: int) -> Float[np.ndarray, " row"]:
    """By how much rows that were left out are more probable by a spectrum that other folds were left out for than by one shrinkage."""
    one, size = folds[number], values.shape[1]
    spanned = len(one.axes)
    spectra = []
    variance, floor = _spectrum([*folds[:number], *folds[number + 1 :]], spanned)
    spectra.append(np.append(variance, np.full(size - spanned, max(floor, 1e-12))))
    power = np.append(one.power, np.zeros(size - spanned))
    spectra.append(np.diag(shrunk(np.diag(power), int((~one.held).sum()))))
    found = []
    # So many rows are enough to judge by.
    some = one.held & (one.held.cumsum() <= _JUDGES)
    for _, block in values.take(some):
        along = (block @ one.axes.T) ** 2
        beyond = np.maximum((block**2).sum(axis=1) - along.sum(axis=1), 0.0)
        densities = []
        for spectrum in spectra:
            left = beyond / spectrum[-1] if size > spanned else 0.0
            densities.append(-0.5 * (along @ (1 / spectrum[:spanned]) + left + np.log(spectrum).sum()))
        found.append(densities[0] - densities[1])
    return np.concatenate(found)


def _places(number: int) -> Float[np.ndarray, " place"]:
    return (np.arange(number) + 0.5) / number


def _gram(values: Rows) -> Float[np.ndarray, "axis axis"]:
    found: np.ndarray = values.sum(lambda _, block: block.T @ block)
    return found


def _principal(
    values: Rows, gram: Float[np.ndarray, "axis axis"] | None = None
) -> tuple[Float[np.ndarray, " direction"], Float[np.ndarray, "direction axis"]]:
    """Powers, largest first, and unit vectors of all directions that the rows span; `gram` is theirs, where they span all axes."""
    if gram is not None:
        power, vectors = eigh(gram, driver="evd", check_finite=False)
        return power[::-1], vectors[:, ::-1].T
    whole = np.concatenate([block for _, block in values])
    power, vectors = eigh(whole @ whole.T, driver="evd", check_finite=False)
    power, vectors = power[::-1], vectors[:, ::-1]
    kept = power > 1e-9 * max(float(power[0]), 1e-12)
    return power[kept], (vectors[:, kept] / np.sqrt(power[kept])).T @ whole
