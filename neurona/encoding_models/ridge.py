"""Banded ridge regression: one penalty for each band of features, chosen by cross-validation.

    minimise over w, v    sum_v ||y_v - m_v - sum_b X_b w_bv||^2 + sum_b penalty_b ||w_b||^2

(A. Nunez-Elizalde, A. Huth, J. Gallant 2019, NeuroImage 197:482; T. Dupre la Tour et al. 2022, NeuroImage 264:119728.) Penalties are
searched one band after the other, all targets together; one common factor of all of them may then be chosen for each target.

A line of penalties of one band costs one factorisation. With band b taken out and the rest r penalised, H = (X_r' X_r + D_r)^-1,

    A = H X_r' X_b,    Z = X_b - X_r A,    X_b' X_b - X_b' X_r A = Q e Q'
    prediction(penalty) = X_r H X_r' y + Z Q (Q' Z' y) / (e + penalty)

so that all penalties share the matrices, and the p-th needs a single product as wide as the band. Means are those of each fold's training
recordings. Arithmetic is float32: choose no penalty below 1e-5 of a band's mean sum of squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Gt
from jax.scipy.linalg import cho_factor, cho_solve
from jaxtyping import Array, Float, Int
from rich.progress import Progress

from neurona.errors import DataError


@dataclass(frozen=True)
class RidgeSettings:
    """How penalties are chosen.

    Attributes:
        lowest, highest: ends of the searched penalties, in units of the band's mean sum of squares over its features.
        n_penalties: how many, evenly spaced in their logarithm.
        passes: rounds over the bands at most, the other bands starting at their unit; they end when no penalty changes.
        per_target: choose the common factor of all penalties for each target.
        n_folds: of the recordings, drawn at random, where no folds are given.
        memory_mb: of the arrays that grow with the number of targets; sets how many are treated at once.
    """

    lowest: Annotated[float, Gt(0)] = 1e-3
    highest: Annotated[float, Gt(0)] = 1e3
    n_penalties: Annotated[int, Ge(1)] = 20
    passes: Annotated[int, Ge(1)] = 1
    per_target: bool = False
    n_folds: Annotated[int, Ge(2)] = 5
    memory_mb: Annotated[float, Gt(0)] = 1024.0


class BandedRidge(NamedTuple):
    """A fitted regression.

    Attributes:
        weights: w.
        intercept: prediction of a row of zeros.
        penalties: of each band, in the equation's units.
        factor: by which each target's penalties are those times.
        score: cross-validated R^2 at the chosen penalties; 1 less the squared error over that of the training mean.
        scores: mean R^2 over targets along each band's last line of penalties, for a look at the choice.
    """

    weights: Float[np.ndarray, "feature target"]
    intercept: Float[np.ndarray, " target"]
    penalties: Float[np.ndarray, " band"]
    factor: Float[np.ndarray, " target"]
    score: Float[np.ndarray, " target"]
    scores: Float[np.ndarray, "band penalty"]

    def __call__(self, design: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording target"]:
        """Predicted responses."""
        return design @ self.weights + self.intercept


def fit_banded_ridge(
    design: Float[np.ndarray, "recording feature"],
    responses: Float[np.ndarray, "all_recordings target"],
    bands: Int[np.ndarray, " all_features"],
    *,
    folds: Int[np.ndarray, " fold_recordings"] | None = None,
    settings: RidgeSettings = RidgeSettings(),
    seed: int = 0,
    progress: bool = False,
) -> BandedRidge:
    """Choose penalties by cross-validation and fit all recordings with them.

    Args:
        design: X.
        responses: y; they stay where they are, and are visited in batches.
        bands: band of each feature, 0 to B - 1.
        folds: fold of each recording, 0 to the number of folds - 1 (runs, say); None draws them.
        settings: see there.
        seed: of drawn folds.
        progress: show a progress bar.

    Raises:
        DataError: shapes that do not fit, values that are not finite, a band without features, or an empty fold.
    """
    folds = _folds(len(design), settings.n_folds, seed) if folds is None else folds
    _check(design, responses, bands, folds)
    n_bands = int(bands.max()) + 1
    grid = np.geomspace(settings.lowest, settings.highest, settings.n_penalties)
    x = jnp.asarray(design, jnp.float32)
    parts = [_Fold.of(x, folds == k) for k in range(int(folds.max()) + 1)]
    power = np.square(np.asarray(design, np.float64) - np.mean(design, axis=0, dtype=np.float64)).sum(axis=0)
    unit = np.array([max(float(power[bands == b].mean()), 1e-12) for b in range(n_bands)])
    batches = _batches(design.shape, responses.shape[1], len(parts), settings)
    penalties, scores = unit.copy(), np.zeros((n_bands, len(grid)))
    lines = n_bands * settings.passes if n_bands > 1 else 0 if settings.per_target else 1
    with Progress(disable=not progress) as bar:
        task = bar.add_task("choosing penalties", total=(lines + settings.per_target) * len(batches))
        for step in range(lines):
            band = step % n_bands
            if band == 0:
                before = penalties.copy()
            error = _line(parts, responses, batches, bands, band, penalties, unit[band] * grid, bar, task)
            scores[band] = error[1]
            penalties[band] = unit[band] * grid[int(np.argmax(scores[band]))]
            score = error[0][int(np.argmax(scores[band]))]
            if band == n_bands - 1 and np.array_equal(before, penalties):
                break
        factor = np.ones(responses.shape[1])
        if settings.per_target:
            scaled = [part.scaled(penalties[bands]) for part in parts]
            whole = np.zeros(len(bands), np.int64)
            each, mean = _line(scaled, responses, batches, whole, 0, np.ones(1), grid, bar, task)
            best = each.argmax(axis=0)
            factor, score = grid[best], each[best, np.arange(each.shape[1])]
            if not lines:
                scores[0] = mean
        bar.update(task, completed=(lines + settings.per_target) * len(batches))
    weights, intercept = _solve(x, responses, batches, penalties[bands], factor, settings.per_target)
    return BandedRidge(weights, intercept, penalties, factor, score, scores)


class _Fold(NamedTuple):
    """Train and test recordings less the training means; responses follow through `crossed`."""

    train: Float[Array, "train feature"]
    test: Float[Array, "test feature"]
    gram: Float[Array, "feature feature"]
    rows: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, design: Float[Array, "recording feature"], held: np.ndarray) -> _Fold:
        rows = np.flatnonzero(~held), np.flatnonzero(held)
        train, test = design[rows[0]], design[rows[1]]
        mean = train.mean(axis=0)
        train = train - mean[None]
        return cls(train, test - mean[None], train.T @ train, rows)

    def scaled(self, penalty: Float[np.ndarray, " feature"]) -> _Fold:
        """Features scaled so that a penalty of 1 is theirs."""
        by = jnp.asarray(1 / np.sqrt(penalty), jnp.float32)
        return _Fold(self.train * by[None], self.test * by[None], self.gram * by[:, None] * by[None], self.rows)


@jax.jit
def _factors(
    gram: Float[Array, "feature feature"],
    band: Int[Array, " inside"],
    rest: Int[Array, " outside"],
    penalty: Float[Array, " outside"],
) -> tuple[Float[Array, "outside outside"], Float[Array, "feature inside"], Float[Array, " inside"]]:
    size = gram.shape[0]
    inner = gram[jnp.ix_(rest, rest)] + jnp.diag(penalty)
    root = jnp.linalg.cholesky(inner) if rest.shape[0] else inner
    cross = gram[jnp.ix_(rest, band)]
    taken = cho_solve((root, True), cross) if rest.shape[0] else cross
    schur = gram[jnp.ix_(band, band)] - cross.T @ taken
    power, vectors = jnp.linalg.eigh((schur + schur.T) / 2)
    axes = jnp.zeros((size, band.shape[0])).at[band].set(vectors).at[rest].set(-taken @ vectors)
    return root, axes, jnp.maximum(power, 0)


@partial(jax.jit, static_argnames=("many",))
def _errors(
    test: Float[Array, "test feature"],
    cross: Float[Array, "feature target"],
    truth: Float[Array, "test target"],
    rest: Int[Array, " outside"],
    root: Float[Array, "outside outside"],
    axes: Float[Array, "feature inside"],
    power: Float[Array, " inside"],
    grid: Float[Array, " penalty"],
    many: bool,
) -> Float[Array, "penalty target"]:
    """Squared errors of the test recordings for each penalty."""
    left = truth - test[:, rest] @ cho_solve((root, True), cross[rest]) if many else truth
    shown, along = test @ axes, axes.T @ cross
    return jax.lax.map(lambda p: jnp.square(left - shown @ (along / (power + p)[:, None])).sum(axis=0), grid)


def _line(
    folds: Sequence[_Fold],
    responses: Float[np.ndarray, "recording target"],
    batches: Sequence[slice],
    bands: Int[np.ndarray, " feature"],
    band: int,
    penalties: Float[np.ndarray, " band"],
    grid: Float[np.ndarray, " penalty"],
    bar: Progress,
    task,
) -> tuple[Float[np.ndarray, "penalty target"], Float[np.ndarray, " penalty"]]:
    """R^2 of each target, and its mean over targets, along the penalties of one band."""
    inside, outside = np.flatnonzero(bands == band), np.flatnonzero(bands != band)
    penalty = jnp.asarray(penalties[bands[outside]], jnp.float32)
    made = [_factors(fold.gram, inside, outside, penalty) for fold in folds]
    error = np.zeros((len(grid), responses.shape[1]))
    total = np.zeros(responses.shape[1])
    for batch in batches:
        part = np.asarray(responses[:, batch], np.float32)
        for fold, (root, axes, power) in zip(folds, made, strict=True):
            train, test = (jnp.asarray(part[rows]) for rows in fold.rows)
            mean = train.mean(axis=0)[None]
            truth = test - mean
            cross = fold.train.T @ (train - mean)
            found = _errors(
                fold.test, cross, truth, outside, root, axes, power, jnp.asarray(grid, jnp.float32), len(outside) > 0
            )
            error[:, batch] += np.asarray(found)
            total[batch] += np.asarray(jnp.square(truth).sum(axis=0))
        bar.advance(task)
    # A target without variance has nothing to explain, and no say in the choice.
    score = np.where(total > 0, 1 - error / np.maximum(total, 1e-30), 0.0)
    return score, score.mean(axis=1)


def _solve(
    design: Float[Array, "recording feature"],
    responses: Float[np.ndarray, "recording target"],
    batches: Sequence[slice],
    penalty: Float[np.ndarray, " feature"],
    factor: Float[np.ndarray, " target"],
    per_target: bool,
) -> tuple[Float[np.ndarray, "feature target"], Float[np.ndarray, " target"]]:
    """Weights and intercepts from all recordings."""
    mean = design.mean(axis=0)
    by = jnp.asarray(1 / np.sqrt(penalty), jnp.float32)
    scaled = (design - mean[None]) * by[None]
    gram = scaled.T @ scaled
    if per_target:
        power, axes = jnp.linalg.eigh(gram)
    else:
        root = cho_factor(gram + jnp.eye(len(by)), lower=True)
    weights = np.zeros((len(by), responses.shape[1]), np.float32)
    intercept = np.zeros(responses.shape[1], np.float32)
    for batch in batches:
        part = jnp.asarray(np.asarray(responses[:, batch], np.float32))
        centre = part.mean(axis=0)
        cross = scaled.T @ (part - centre[None])
        if per_target:
            added = jnp.asarray(factor[batch], jnp.float32)
            solved = axes @ ((axes.T @ cross) / (jnp.maximum(power, 0)[:, None] + added[None]))
        else:
            solved = cho_solve(root, cross)
        solved = solved * by[:, None]
        weights[:, batch] = np.asarray(solved)
        intercept[batch] = np.asarray(centre - mean @ solved)
    return weights, intercept


def _batches(shape: tuple[int, int], n_targets: int, n_folds: int, settings: RidgeSettings) -> list[slice]:
    rows, features = shape
    # Responses twice, predictions and residuals of a fold, and a few products as wide as the design.
    bytes_of_target = 4 * (3 * rows + 3 * rows // n_folds + 4 * features)
    size = int(max(1, min(n_targets, settings.memory_mb * 2**20 // bytes_of_target)))
    return [slice(start, min(start + size, n_targets)) for start in range(0, n_targets, size)]


def _folds(rows: int, n_folds: int, seed: int) -> Int[np.ndarray, " recording"]:
    return np.random.default_rng(seed).permutation(np.arange(rows) % n_folds)


def _check(
    design: Float[np.ndarray, "recording feature"],
    responses: Float[np.ndarray, "all_recordings target"],
    bands: Int[np.ndarray, " all_features"],
    folds: Int[np.ndarray, " fold_recordings"],
) -> None:
    if len(design) != len(responses) or len(folds) != len(design):
        raise DataError(
            f"ridge: {len(design)} rows of the design, {len(responses)} of the responses and {len(folds)} folds; give one each"
        )
    if len(bands) != design.shape[1]:
        raise DataError(f"ridge: {len(bands)} bands for {design.shape[1]} features; name the band of each feature")
    for name, number in (("band", bands), ("fold", folds)):
        count = np.bincount(number) if len(number) and number.min() >= 0 else np.zeros(1, int)
        if count.min() == 0:
            raise DataError(f"ridge: {name} {int(count.argmin())} is empty; number {name}s from 0, each at least once")
    if len(np.unique(folds)) < 2:
        raise DataError("ridge: a single fold; give two or more")
    for name, values in (("design", design), ("responses", responses)):
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
            raise DataError(f"ridge: {name} of recording {row} are not finite; repair or drop it")
