"""Covariances of few samples are shrunk; how recordings are made white is tested with the patterns (test_encoding.py)."""

import numpy as np

from neurona.encoding_models.axes import shrunk


def test_few_samples_shrink_a_covariance_more():
    rng = np.random.default_rng(0)
    root = np.diag(np.linspace(0.5, 2, 10))
    few, many = ((rng.normal(size=(n, 10)) @ root) for n in (12, 5000))
    off = [np.linalg.cond(shrunk(x.T @ x / len(x), len(x))) / np.linalg.cond(root @ root) for x in (few, many)]
    assert off[0] < off[1] < 1.2
