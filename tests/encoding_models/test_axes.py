"""Covariances of few samples are shrunk; how recordings are made white is tested with the patterns (test_encoding.py)."""

import numpy as np

from neurona.blocks import Rows
from neurona.encoding_models.axes import Axes, shrunk


def test_few_samples_shrink_a_covariance_more():
    rng = np.random.default_rng(0)
    root = np.diag(np.linspace(0.5, 2, 10))
    few, many = ((rng.normal(size=(n, 10)) @ root) for n in (12, 5000))
    off = [np.linalg.cond(shrunk(x.T @ x / len(x), len(x))) / np.linalg.cond(root @ root) for x in (few, many)]
    assert off[0] < off[1] < 1.2


def test_recordings_are_scaled_by_a_size_that_two_halves_of_the_axes_agree_on():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 40))
    loud = np.exp(rng.normal(size=300))
    axes = Axes(np.zeros(40), np.eye(40), np.arange(40), np.ones(40), np.eye(40))
    design = rng.normal(size=(300, 3))
    steady, sized = axes.sized(Rows(values), design), axes.sized(Rows(values * loud[:, None]), design)
    assert steady.reliability < 0.3
    assert sized.reliability > 0.8
    size = np.log((sized(values * loud[:, None]) ** 2).mean(axis=1))
    assert size.std() < 0.4 < 1 < np.log(loud**2).std()


def test_the_signal_of_a_scene_is_no_size():
    rng = np.random.default_rng(0)
    design = rng.exponential(size=(300, 3))
    values = rng.normal(size=(300, 40)) + design @ rng.normal(size=(3, 40))
    axes = Axes(np.zeros(40), np.eye(40), np.arange(40), np.ones(40), np.eye(40))
    assert axes.sized(Rows(values), design).reliability < 0.3
