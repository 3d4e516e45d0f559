"""The inversion agrees with the joint Gaussian written out."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from neurona.encoding_models.axes import Axes
from neurona.encoding_models.encoding import Encoding
from neurona.encoding_models.inversion import Inversion


@pytest.fixture
def model():
    rng = np.random.default_rng(0)
    n, features, axes = 200, 5, 7
    design = rng.normal(size=(n, features)).astype(np.float32)
    patterns = rng.normal(size=(features, axes)).astype(np.float32)
    root = rng.normal(size=(axes, axes))
    noise = (root @ root.T + np.eye(axes)).astype(np.float32)
    basis = np.eye(axes, dtype=np.float32)
    made = Axes(np.zeros(axes, np.float32), basis, np.zeros(axes, np.int64), np.ones(axes), basis)
    encoding = Encoding(
        made,
        design.mean(axis=0),
        patterns,
        np.zeros((features, axes), np.float32),
        noise,
        np.ones((features, 1), np.float32),
    )
    return encoding, design, Inversion.of(encoding, design, np.array([1]))


def test_evidence_is_a_ratio_of_densities_with_the_rest_of_the_scene_as_noise(model):
    encoding, design, inversion = model
    total = encoding.noise + encoding.patterns.T @ np.cov(design.T, bias=True) @ encoding.patterns
    z = np.random.default_rng(2).normal(size=7).astype(np.float32)
    stated = np.array([[1, 0, 0, 0.5, 0], [0, 0, 0, 0, 0]])
    gram = inversion.gram[:5, :5]
    found = stated @ inversion.support(z[None])[0, :5] - np.einsum("hi,ij,hj->h", stated, gram, stated) / 2
    np.testing.assert_allclose(inversion.white @ inversion.white.T, inversion.gram, rtol=1e-3, atol=1e-4)
    density = [multivariate_normal(row @ encoding.patterns, total).logpdf(z) for row in stated]
    assert found[0] == pytest.approx(density[0] - density[1], abs=1e-3)
    assert found[1] == 0


def test_a_concept_brings_its_company(model):
    encoding, design, inversion = model
    covariance = np.cov(design.T, bias=True)
    pattern = (covariance[1] / covariance[1, 1]) @ encoding.patterns
    total = encoding.noise + encoding.patterns.T @ covariance @ encoding.patterns
    np.testing.assert_allclose(inversion.weights[:, 5], np.linalg.solve(total, pattern), rtol=1e-3, atol=1e-4)


def test_a_recording_alone_has_the_bits_that_it_has_among_others(model):
    _, _, inversion = model
    z = np.random.default_rng(3).normal(size=(70, 7)).astype(np.float32)
    together = inversion.support(z)
    for k in (0, 31, 32, 69):
        np.testing.assert_array_equal(inversion.support(z[k : k + 1])[0], together[k])
