"""Conjugate gradients solve what a direct solver solves."""

import numpy as np
import pytest

from neurona.encoding_models.normal_equations import conjugate, gram_product


@pytest.mark.parametrize("density", [0.02, 0.6])
def test_conjugate_gradients_solve_the_normal_equations(density):
    rng = np.random.default_rng(3)
    design = (rng.random((50, 20)) < density).astype(np.float32)
    product, power = gram_product(design)
    penalty = rng.uniform(0.5, 5.0, (20, 3)).astype(np.float32)
    moments = rng.normal(size=(20, 3)).astype(np.float32)
    found = conjugate(product, power[:, None], penalty, moments, np.zeros((20, 3), np.float32), 60)
    centred = design - design.mean(axis=0)
    for axis in range(3):
        exact = np.linalg.solve(centred.T @ centred + np.diag(penalty[:, axis]), moments[:, axis])
        np.testing.assert_allclose(found[:, axis], exact, rtol=1e-3, atol=1e-4)
