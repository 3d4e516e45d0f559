"""After re-centring each run's mean covariance is the identity, and a mixing of channels makes no difference."""

import numpy as np
import pytest
from drifting import EACH, drifting

from neurona.recordings.alignment.covariances import covariances
from neurona.recordings.alignment.euclidean import Euclidean
from neurona.recordings.alignment.riemannian import Riemannian, geometric_mean

ALL = np.ones(96, bool)


@pytest.mark.parametrize("settings", [Euclidean(shrinkage=0.0), Riemannian(shrinkage=0.0)], ids=lambda one: one.method)
def test_the_mean_covariance_of_each_run_is_the_identity(settings):
    recordings = drifting()
    aligned = settings.fit(recordings, ALL).apply(recordings).data.values.astype(np.float64)
    for run in aligned.reshape(8, EACH, 6, 10):
        np.testing.assert_allclose(settings.mean(covariances(run, 0.0)), np.eye(6), atol=1e-3)


def test_the_geometric_mean_of_commuting_matrices_is_that_of_their_eigenvalues():
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    values = np.exp(rng.normal(size=(7, 4)))
    matrices = np.matmul(turn * values[:, None, :], turn.T)
    np.testing.assert_allclose(
        geometric_mean(matrices), (turn * np.exp(np.log(values).mean(axis=0))) @ turn.T, rtol=1e-6
    )


def test_the_geometric_mean_moves_with_any_change_of_channels():
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(9, 4, 50))
    mixing = rng.normal(size=(4, 4))
    plain, mixed = (geometric_mean(covariances(one, 0.0)) for one in (signals, np.matmul(mixing, signals)))
    np.testing.assert_allclose(mixed, mixing @ plain @ mixing.T, rtol=1e-5, atol=1e-8)
