import numpy as np
import pytest

from neurona.simulation import simulate
from neurona.simulation.brain import make_brain


def inside(study):
    patterns = study.truth.patterns
    planted = patterns.planted[:, study.brain.parcel_of_component]
    return (patterns.word**2 * planted).sum(axis=1)


def test_a_share_of_the_power_lies_anywhere(small, small_settings):
    dense = simulate(small_settings(questions=0, density=0.5), seed=1)
    np.testing.assert_allclose(inside(small), 1, atol=1e-5)
    assert inside(dense).mean() == pytest.approx(0.5 + 0.5 * small.truth.patterns.planted.mean(), abs=0.08)
    np.testing.assert_allclose(np.linalg.norm(dense.truth.patterns.word, axis=1), 1, rtol=1e-5)
    assert (dense.truth.patterns.planted == small.truth.patterns.planted).all()


def test_concepts_may_be_planted_in_other_parcels_than_recordings_tell_of(small, small_settings):
    study = simulate(small_settings(questions=0, planted_parcels=4), seed=1)
    assert study.brain is make_brain(64, 6)
    assert study.truth.patterns.planted.shape == small.truth.patterns.planted.shape
    assert study.truth.patterns.planted.any(axis=1).all()
    assert 0.5 < inside(study).mean() < 0.99
