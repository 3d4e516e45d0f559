"""Moves of runs: against series that are moved one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from neurona.evaluation.inference.moves import Moves

SIZES = np.array([3, 4])


def moved(null, y):
    """All series that moves make of y."""
    parts = np.split(y, np.cumsum(SIZES)[:-1])
    if null == "flips":
        return [
            np.concatenate([s * part for s, part in zip(signs, parts, strict=True)])
            for signs in product((1, -1), repeat=2)
        ]
    lags = product(*map(range, SIZES))
    return [np.concatenate([np.roll(part, lag, axis=0) for lag, part in zip(one, parts, strict=True)]) for one in lags]


@pytest.mark.parametrize("null", ["flips", "shifts"])
def test_sums_are_those_of_moved_series(null):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 2)), rng.normal(size=(7, 3))
    moves = Moves(null, SIZES, 1200, seed=1)
    terms = moves.terms(x, y)
    drawn = np.concatenate(list(moves.sums(terms.reshape(len(terms), -1), 0, 1200)))
    assert drawn.shape == (1200, 6)
    expected = np.array([(x.T @ one).ravel() for one in moved(null, y)])
    distance = np.abs(drawn[:, None] - expected[None]).max(axis=2)
    assert distance.min(axis=1).max() < 1e-9  # each is one of them,
    assert (np.bincount(distance.argmin(axis=1), minlength=len(expected)) > 50).all()  # and all are drawn


@pytest.mark.parametrize("null", ["flips", "shifts"])
def test_moves_are_the_same_whatever_is_moved(null):
    rng = np.random.default_rng(0)
    moves = Moves(null, SIZES, 1000)
    terms = moves.terms(rng.normal(size=(7, 2)), rng.normal(size=(7, 2))).reshape(-1, 4)
    whole = np.concatenate(list(moves.sums(terms, 0, 1000)))
    np.testing.assert_allclose(np.concatenate(list(moves.sums(terms[:, 1:3], 500, 1000))), whole[500:, 1:3])


def test_runs_of_one_recording_add_no_moves():
    assert Moves.different("flips", np.array([1, 5, 5])) == 2
    assert Moves.different("shifts", np.array([1, 5, 6])) == 30
    assert Moves.different("shifts", np.full(2000, 8)) == np.inf
