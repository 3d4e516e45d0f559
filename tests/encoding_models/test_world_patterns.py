"""Patterns of worlds that share words: planted effects are recovered, and unseen conjunctions predicted."""

import numpy as np
import pytest

from neurona.encoding_models.world_patterns import fit_world_patterns, sets_of

WORDS = np.stack([np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)], axis=1)
"""4 objects x 3 positions."""


def planted(power, axes=400, each=10, seed=0):
    """SIMULATED means of `each` recordings of every world, and what they are without noise."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((12, axes))
    for chosen, a in zip(sets_of(2), power, strict=True):
        place = np.unique(WORDS[:, list(chosen)], axis=0, return_inverse=True)[1].reshape(-1)
        effect = np.sqrt(a) * rng.normal(size=(place.max() + 1, axes))[place].reshape(4, 3, axes)
        for axis in chosen:
            effect = effect - effect.mean(axis=axis, keepdims=True)
        truth += effect.reshape(12, axes)
    return truth, truth + rng.normal(size=truth.shape) / np.sqrt(each)


def test_an_unseen_conjunction_is_predicted_from_its_words():
    truth, means = planted((1.0, 0.5, 0.01))
    count = np.where(np.arange(12) == 5, 0, 10)
    found = fit_world_patterns(np.where(count[:, None] > 0, means, 1e9), count, WORDS)
    assert np.corrcoef(found.mean[5], truth[5])[0, 1] > 0.95
    assert found.variance[5] > 1.3 * found.variance[4]
    # The variance says how far the prediction is off.
    assert ((found.mean[5] - truth[5]) ** 2).mean() == pytest.approx(found.variance[5], rel=0.25)


def test_seen_means_are_nearer_to_the_truth_than_measured_ones():
    truth, means = planted((0.5, 0.2, 0.1))
    found = fit_world_patterns(means, np.full(12, 10), WORDS)
    assert ((found.mean - truth) ** 2).mean() < 0.8 * ((means - truth) ** 2).mean()
    np.testing.assert_allclose(found.power, [0.5, 0.2, 0.1], rtol=0.3)


def test_with_many_recordings_the_mean_is_what_was_measured():
    _, means = planted((1.0, 1.0, 1.0))
    found = fit_world_patterns(means, np.full(12, 10**7), WORDS)
    np.testing.assert_allclose(found.mean, means, atol=1e-3)
    np.testing.assert_allclose(found.variance, 0, atol=1e-5)


def test_noise_alone_has_no_patterns():
    means = np.random.default_rng(0).normal(size=(12, 400)) / np.sqrt(10)
    found = fit_world_patterns(means, np.full(12, 10), WORDS)
    assert found.mean.std(axis=0).mean() < 0.1


def test_the_likelihood_is_that_of_a_normal_distribution_with_the_mean_s_own_uncertainty():
    _, means = planted((1.0, 0.5, 0.2), axes=7)
    found = fit_world_patterns(means, np.where(np.arange(12) % 5, 9, 0), WORDS)
    y = np.random.default_rng(1).normal(size=(3, 7))
    variance = 1.5 + found.variance
    expected = [
        [-0.5 * (((row - m) ** 2) / v + np.log(v)).sum() for m, v in zip(found.mean, variance, strict=True)]
        for row in y
    ]
    np.testing.assert_allclose(found.log_likelihood(y, spread=1.5), expected)
