"""Windows that surprise are read in full; of quiet ones the state is what is expected."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from test_state_filter import right, windows

import neurona as nr
from neurona.decoders import quiet_windows
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.decoders.quiet_windows import QuietWindows, cheap_features
from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

PRIOR = np.array([0.5, 0.5])


@pytest.fixture(scope="module")
def decoder():
    return nr.fit(windows(0)[0], LinearEvidenceSettings(decays=(0.1,)))


def learned(n=4_000):
    """Two states a distance of 2 apart along the first of three features that go together."""
    rng, quiet = np.random.default_rng(0), QuietWindows(-0.4)
    root = np.array([[1.0, 0, 0], [0.5, 1, 0], [0, 0.5, 1]])
    for k in range(n):
        quiet.learn(5 + root @ rng.normal(size=3) + [2.0 * (k % 2), 0, 0], np.eye(2)[k % 2])
    return quiet, root @ root.T


def test_surprise_is_the_log_likelihood_ratio_of_a_state_drawn_anew():
    quiet, covariance = learned()
    predicted = np.array([0.9, 0.1])
    for cheap in np.random.default_rng(1).normal(size=(5, 3)) + 5:
        p = [multivariate_normal(mean, covariance).pdf(cheap) for mean in ([5.0, 5, 5], [7.0, 5, 5])]
        assert quiet.surprise(cheap, predicted, PRIOR) == pytest.approx(np.log(PRIOR @ p / (predicted @ p)), abs=0.15)


def test_nothing_surprises_where_nothing_is_expected_and_the_other_state_does():
    quiet, _ = learned(2_000)
    sure = np.array([0.99, 0.01])
    assert quiet.surprise(np.array([9.0, 5, 5]), PRIOR, PRIOR) == pytest.approx(0)
    assert (
        quiet.surprise(np.array([8.0, 5, 5]), sure, PRIOR) > 1 > 0 > quiet.surprise(np.array([5.0, 5, 5]), sure, PRIOR)
    )


def test_cheap_features_are_means_and_log_variances():
    np.testing.assert_allclose(cheap_features(np.array([[1.0, 3], [0, 0.2]]))[:3], [2, 0.1, 0])
    assert cheap_features(np.ones((4, 1))).tolist() == [1, 1, 1, 1]


def test_where_everything_surprises_every_window_is_read(decoder):
    data = Recordings(windows(5)[0].recordings.data[:20])
    some = nr.StateFilter(decoder, 10.0, surprise=-np.inf)
    np.testing.assert_allclose(some.read(data).worlds.share, nr.StateFilter(decoder, 10.0).read(data).worlds.share)
    assert some.quiet.read == some.quiet.seen == 20


def test_a_state_fades_until_windows_are_read_again(decoder, monkeypatch):
    monkeypatch.setattr(quiet_windows, "LEAST", 20)
    data = Recordings(windows(6)[0].recordings.data[:50])
    few = nr.StateFilter(decoder, 1.0, surprise=-1e-3)
    share, prior = few.read(data).worlds.share, decoder.read(data).before.share[0]
    assert 20 < few.quiet.read < few.quiet.seen
    assert few.carried.onset_s > 40
    assert np.abs(share[20:] - prior).max(axis=1).min() < 0.1


def test_portions_do_not_matter(decoder, monkeypatch):
    monkeypatch.setattr(quiet_windows, "LEAST", 20)
    data = Recordings(windows(7)[0].recordings.data[:40])
    whole = nr.StateFilter(decoder, 10.0, surprise=-0.4)
    reading, parts = whole.read(data), nr.StateFilter(decoder, 10.0, surprise=-0.4).read_all(data.batches(15))
    assert whole.quiet.read < 40
    assert parts.recordings == reading.recordings == tuple(data.data.recording.values)
    np.testing.assert_array_equal(reading.worlds.share, parts.worlds.share)


@pytest.mark.slow
def test_windows_that_surprise_are_worth_more_than_as_many_at_regular_times():
    strong = nr.fit(windows(0, scale=2)[0], LinearEvidenceSettings(decays=(0.1,)))
    data, shown = windows(8, n=1200, scale=2)
    states = nr.StateFilter(strong, 10.0, surprise=-0.5)
    found, every = right(states.read(data.recordings), shown), round(states.quiet.seen / states.quiet.read)
    assert every >= 2
    regular = nr.StateFilter(strong, 10.0).read(Recordings(data.recordings.data[::every]))
    assert found > right(regular, shown[::every])
    assert found > right(strong.read(data), shown) - 0.01


@pytest.mark.parametrize("surprise", [0.0, np.nan])
def test_a_surprise_at_which_nothing_would_be_read_again_is_refused(surprise):
    with pytest.raises(DataError, match=r"surprise: \S+ nats; expected less than 0, such as -0\.4"):
        QuietWindows(surprise)


@pytest.mark.parametrize("surprise", [None, -0.5])
def test_a_window_that_holds_no_number_is_refused_and_never_taken_for_quiet(decoder, surprise):
    later = windows(1)[0].recordings
    values = later.data.values.copy()
    values[100, 1] = np.nan
    states = nr.StateFilter(decoder, dwell_s=20, surprise=surprise)
    with pytest.raises(DataError, match=r"channel .*: NaN or infinite"):
        states.read(Recordings(later.data.copy(data=values)), onset_s=np.arange(float(len(values))))
