"""Pseudo-populations: no trial of any neuron in two parts, none twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurona as nr
from neurona.datasets.readers.it_neurons import dealt
from neurona.errors import DataError

trials = st.lists(st.integers(4, 9), min_size=4, max_size=4)


@given(trials, st.integers(2, 4), st.integers(0, 10))
def test_each_trial_is_in_one_pseudo_trial_at_most_and_of_its_condition(counts, parts, seed):
    """Two neurons, two conditions, of uneven numbers of trials in random order."""
    rng = np.random.default_rng(seed)
    a, b, c, d = counts
    length = max(a + b, c + d)
    conditions = np.full((2, length), -1)
    conditions[0, : a + b] = rng.permutation([0] * a + [1] * b)
    conditions[1, : c + d] = rng.permutation([0] * c + [1] * d)
    chosen = dealt(conditions, parts, seed)
    size = min(counts) // parts
    assert chosen.shape == (2 * parts * size, 2)
    for neuron in (0, 1):
        assert len(set(chosen[:, neuron])) == len(chosen)
        assert (conditions[neuron, chosen[:, neuron]] == np.repeat([0, 1], parts * size)).all()


def test_more_parts_than_trials_are_refused():
    with pytest.raises(DataError, match=r"3 parts of 2 trials; choose fewer with data\.settings\.parts"):
        dealt(np.array([[0, 0, 1, 1]]), 3, 0)


@pytest.fixture(scope="module")
def neurons(recorded):
    pytest.importorskip("rdata")
    return nr.load_dataset("it_neurons_7objects", recorded("it_neurons_7objects"), tmin=0.1, tmax=0.4, every=3)


def test_shapes_bins_and_conditions_of_the_real_neurons(neurons):
    data = neurons.recordings.data
    assert data.shape == (6 * 21 * 3, 132, 2)
    np.testing.assert_allclose(data.time, [0.175, 0.325])
    of = set(zip(data.metadata_object.values, data.metadata_position.values, strict=True))
    assert len(of) == 21
    assert set(np.unique(data.run, return_counts=True)[1]) == {63}
    asked = neurons.questions.set_index(["recording", "program"]).answer
    assert asked["part-2_hand_upper_1", "exists x. hand(x) & upper(x)"] == "yes"
    assert asked["part-2_hand_lower_1", "exists x. hand(x) & upper(x)"] == "no"


def test_rates_are_spikes_a_second_and_a_seed_draws_another_population(neurons, recorded):
    data = neurons.recordings.data
    counts = data.values * 0.15
    np.testing.assert_allclose(counts, counts.round(), atol=1e-3)
    again = nr.load_dataset("it_neurons_7objects", recorded("it_neurons_7objects"), seed=1, tmin=0.1, tmax=0.4, every=3)
    other = again.recordings.data
    assert not np.array_equal(other.values, data.values)
    # The same trials, but for the few that are left over: means of conditions hardly move.
    means = [one.groupby("label").mean().values.ravel() for one in (data, other)]
    assert np.corrcoef(*means)[0, 1] > 0.99
