"""Banded ridge: the weights solve the stated problem, and the penalties are those of least error in cross-validation."""

import numpy as np
import pytest

from neurona.encoding_models.ridge import RidgeSettings, fit_banded_ridge
from neurona.errors import DataError


def problem(rows=60, sizes=(5, 7), targets=4, seed=0):
    """SIMULATED: only the first band says anything."""
    rng = np.random.default_rng(seed)
    bands = np.repeat(np.arange(len(sizes)), sizes)
    design = rng.normal(size=(rows, len(bands))) + 3
    weights = rng.normal(size=(len(bands), targets)) * (bands == 0)[:, None]
    return design, design @ weights + 2 * rng.normal(size=(rows, targets)) - 5, bands


FOLDS = np.arange(60) % 4
FEW = {"lowest": 1e-2, "highest": 1e2, "n_penalties": 5}  # one shape for all tests, so that each compiles once


def fitted(design, responses, bands, **chosen):
    return fit_banded_ridge(
        design, responses, bands, folds=FOLDS[: len(design)], settings=RidgeSettings(**FEW | chosen)
    )


def plain(design, responses, penalty):
    """Weights and intercept in double precision."""
    x, y = design - design.mean(0), responses - responses.mean(0)
    weights = np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ y)
    return weights, responses.mean(0) - design.mean(0) @ weights


def plain_score(design, responses, folds, penalty):
    """Cross-validated R^2 of each target."""
    error, total = 0, 0
    for k in np.unique(folds):
        train, test = folds != k, folds == k
        weights, intercept = plain(design[train], responses[train], penalty)
        error = error + np.square(responses[test] - design[test] @ weights - intercept).sum(0)
        total = total + np.square(responses[test] - responses[train].mean(0)).sum(0)
    return 1 - error / total


def test_weights_minimise_the_stated_sum():
    design, responses, bands = problem()
    fit = fitted(design, responses, bands)
    weights, intercept = plain(design, responses, fit.penalties[bands])
    np.testing.assert_allclose(fit.weights, weights, atol=2e-4)
    np.testing.assert_allclose(fit(design), design @ weights + intercept, atol=2e-3)


def test_penalties_are_the_best_of_the_line_of_each_band():
    design, responses, bands = problem()
    folds, fit = FOLDS, fitted(design, responses, bands, passes=6)
    np.testing.assert_allclose(fit.score, plain_score(design, responses, folds, fit.penalties[bands]), atol=1e-4)
    unit = [np.square(design - design.mean(0)).sum(0)[bands == b].mean() for b in (0, 1)]
    for b in (0, 1):
        line = []
        for p in np.geomspace(1e-2, 1e2, 5):
            changed = fit.penalties.copy()
            changed[b] = p * unit[b]
            line.append(plain_score(design, responses, folds, changed[bands]).mean())
        assert fit.penalties[b] == pytest.approx(unit[b] * np.geomspace(1e-2, 1e2, 5)[int(np.argmax(line))])
        np.testing.assert_allclose(fit.scores[b], line, atol=1e-4)


def test_a_band_that_says_nothing_is_shrunk_more():
    design, responses, bands = problem(targets=4)
    fit = fitted(design, responses, bands)
    assert fit.penalties[1] > 10 * fit.penalties[0]


@pytest.mark.parametrize("sizes", [(6,), (3, 4)])
def test_each_target_gets_the_factor_that_serves_it_best(sizes):
    design, responses, bands = problem(sizes=sizes)
    folds, fit = FOLDS, fitted(design, responses, bands, per_target=True)
    grid = np.geomspace(1e-2, 1e2, 5)
    line = np.array([plain_score(design, responses, folds, f * fit.penalties[bands]) for f in grid])
    np.testing.assert_allclose(fit.factor, grid[line.argmax(0)])
    np.testing.assert_allclose(fit.score, line.max(0), atol=1e-4)
    for v in range(responses.shape[1]):
        weights, _ = plain(design, responses[:, v : v + 1], fit.factor[v] * fit.penalties[bands])
        np.testing.assert_allclose(fit.weights[:, v], weights[:, 0], atol=2e-4)


def test_batches_of_targets_change_nothing():
    design, responses, bands = problem()
    whole = fitted(design, responses, bands)
    one_at_a_time = fitted(design, responses, bands, memory_mb=1e-6)
    for one, other in zip(whole, one_at_a_time, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_more_features_than_recordings():
    design, responses, bands = problem(rows=20, sizes=(30, 40))
    fit = fitted(design, responses, bands)
    np.testing.assert_allclose(fit.weights, plain(design, responses, fit.penalties[bands])[0], atol=1e-3)


def test_a_constant_target_has_no_say_and_no_weights():
    design, responses, bands = problem()
    alone = fitted(design, responses, bands)
    responses = np.column_stack([responses, np.full(len(design), 7.0)])
    fit = fitted(design, responses, bands)
    np.testing.assert_array_equal(fit.penalties, alone.penalties)
    np.testing.assert_allclose(fit.weights[:, -1], 0, atol=1e-6)
    assert fit.score[-1] == 0


def test_wrong_input_is_named():
    design, responses, bands = problem()
    with pytest.raises(DataError, match="60 rows of the design, 59 of the responses"):
        fit_banded_ridge(design, responses[1:], bands)
    with pytest.raises(DataError, match="band 1 is empty"):
        fit_banded_ridge(design, responses, 2 * bands)
    with pytest.raises(DataError, match="11 bands for 12 features"):
        fit_banded_ridge(design, responses, bands[1:])
    with pytest.raises(DataError, match="a single fold"):
        fit_banded_ridge(design, responses, bands, folds=np.zeros(60, int))
    responses[3, 1] = np.nan
    with pytest.raises(DataError, match="responses of recording 3 are not finite"):
        fit_banded_ridge(design, responses, bands)
