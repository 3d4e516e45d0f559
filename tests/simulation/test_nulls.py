import numpy as np
import pytest

from neurona.simulation import simulate
from neurona.simulation.nulls import shuffled_scenes


def test_shuffling_stays_within_subject_and_part():
    parts = ["train"] * 30 + ["test"] * 10
    order = shuffled_scenes(parts, 3, np.random.default_rng(0))
    assert order.shape == (3, 40)
    for one in order:
        assert sorted(one[:30]) == list(range(30))
        assert sorted(one[30:]) == list(range(30, 40))
        assert (one == np.arange(40)).mean() < 0.3
    assert (order[0] != order[1]).any()


def test_shuffled_data_keep_their_marginals_and_lose_their_link(small, small_settings):
    null = simulate(small_settings(null="shuffled"), seed=1)
    assert null.scenes == small.scenes
    assert null.questions.equals(small.questions)
    mean, spread = (
        [getattr(study.recordings.data.values, name)(axis=0) for study in (small, null)] for name in ("mean", "std")
    )
    assert np.corrcoef(mean[0].ravel(), mean[1].ravel())[0, 1] > 0.9
    np.testing.assert_allclose(spread[1], spread[0], rtol=0.3)
    # Every recording without its noise is that of the scene which `shown` names.
    truth = null.truth
    signal = truth.measurement.signal(0, truth.model.scenes(null.scenes))[truth.shown[0]]
    noise = null.recordings.data.values[:60] - truth.scale * signal[:, :, None] * truth.measurement.time_course
    assert np.var(noise) < 1.1


def test_arguments_only_keeps_the_variance(small, small_settings):
    null = simulate(small_settings(null="arguments_only"), seed=1)
    assert null.recordings.data.values.var(axis=0).mean() == pytest.approx(
        small.recordings.data.values.var(axis=0).mean(), rel=0.01
    )
