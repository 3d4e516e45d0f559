import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from problem import signal_of
from scipy.linalg import expm

from neurona.encoders.graph_diffusion import GraphDiffusionSettings, by_correlation, by_distance, diffused, eigenbasis
from neurona.errors import DataError

CENTRES = np.array([[0, 0, 0], [1, 0, 0], [2.5, 0, 0], [9, 9, 9.0]])


def test_diffusion_is_the_matrix_exponential_of_the_laplacian():
    weights = by_distance(CENTRES)
    joined = weights - np.eye(4)
    scale = np.diag(joined.sum(1) ** -0.5)
    laplacian = np.eye(4) - scale @ joined @ scale
    units = np.random.default_rng(0).normal(size=(2, 4, 3))
    times = np.array([0.0, 0.5, 20.0])
    found = diffused(jnp.asarray(units, jnp.float32), *map(jnp.asarray, eigenbasis(weights)), jnp.asarray(times))
    for k, t in enumerate(times):
        np.testing.assert_allclose(found[..., k], units[..., k] @ expm(-t * laplacian), rtol=1e-4, atol=1e-5)


def test_near_entities_are_joined_more_than_far_ones():
    weights = by_distance(CENTRES)
    assert weights[0, 1] > weights[0, 2] > weights[0, 3]
    assert weights[0, 1] == pytest.approx(np.exp(-0.5 / 1.25**2))  # nearest: 1, 1, 1.5 and far; their median is 1.25


def test_an_entity_that_is_joined_to_nothing_keeps_what_it_has():
    courses = np.array([[1.0, 2, 3], [2.0, 4, 6], [5.0, 5, 5], [3.0, 2, 1]])
    weights = by_correlation(courses)
    np.testing.assert_allclose(weights[:2, :2], 1)
    assert not weights[2].any()
    assert weights[0, 3] == 0
    units = jnp.ones((1, 4, 1)).at[0, 1, 0].set(3.0)
    found = diffused(units, *map(jnp.asarray, eigenbasis(weights)), jnp.full(1, 50.0))
    np.testing.assert_allclose(found[0, :, 0], [2, 2, 1, 1], atol=1e-4)


def test_the_graph_of_correlations_is_made_of_the_training_recordings():
    encoder = GraphDiffusionSettings(graph="functional").build(signal_of([(0,), (1,), (2,)], 2), 4, rngs=nnx.Rngs(0))
    values = np.random.default_rng(0).normal(size=(2000, 3, 2)).astype(np.float32)
    values[:, 1] = values[:, 0]
    encoder.prepare(jnp.asarray(values))
    basis, spectrum = (np.asarray(part[...], np.float64) for part in (encoder.basis, encoder.spectrum))
    laplacian = basis * spectrum @ basis.T
    assert laplacian[0, 1] < -0.95
    assert abs(laplacian[0, 2]) < 0.2


def test_distances_need_positions():
    with pytest.raises(DataError, match="encoder graph_diffusion, over distances, needs positions"):
        GraphDiffusionSettings().build(signal_of([(0,), (1,)], 2), 4, rngs=nnx.Rngs(0))
