"""A decoder that carries the state of concepts from window to window."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import neurona as nr
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

WORDS = np.array(["rest", "left", "right"])


def windows(seed, n=240, dwell=12, scale=1):
    """SIMULATED windows of a second, weak, and what each shows."""
    rng = np.random.default_rng(seed)
    drawn = rng.random(n) > np.exp(-1 / dwell)
    shown = rng.integers(0, 3, n)[np.maximum.accumulate(np.where(drawn, np.arange(n), 0))]
    signal = rng.normal(size=(n, 6)) + scale * np.eye(6)[shown]
    data = nr.Dataset.from_arrays(signal, WORDS[shown], simulated=True, groups=[f"run {seed}"] * n)
    timed = data.recordings.data.assign_coords(onset=("recording", 1.0 * np.arange(n)))
    return replace(data, recordings=Recordings(timed)), shown


@pytest.fixture(scope="module")
def decoder():
    return nr.fit(windows(0)[0], LinearEvidenceSettings(decays=(0.1,)))


def right(reading, shown):
    shares = np.stack([reading.ask(f"exists x. {word}(x)").probability for word in WORDS], axis=1)
    return (shares.argmax(axis=1) == shown).mean()


def test_how_long_a_state_lasts_is_learned_and_kept(decoder, tmp_path):
    assert decoder.dwell_s == pytest.approx(12, rel=0.5)
    assert nr.load(decoder.save(tmp_path / "decoder")).dwell_s == decoder.dwell_s


def test_states_that_last_are_read_better_and_shuffled_ones_are_not(decoder):
    data, shown = windows(1)
    plain = right(decoder.read(data), shown)
    assert right(nr.StateFilter(decoder).read(data.recordings), shown) > plain + 0.05
    order = np.random.default_rng(0).permutation(len(shown))
    shuffled = Recordings(data.recordings.data.isel(recording=order).drop_vars("onset"))
    reading = nr.StateFilter(decoder).read(shuffled, onset_s=1.0 * np.arange(len(order)))
    assert right(reading, shown[order]) <= plain


def test_one_by_one_is_all_at_once(decoder):
    data = windows(2)[0].recordings.data[:7]
    whole = nr.StateFilter(decoder, 5.0).read(Recordings(data))
    states = nr.StateFilter(decoder, 5.0)
    single = states.read_all(Recordings(data[k : k + 1]) for k in range(7))
    assert single.recordings == whole.recordings
    assert single.about.simulated
    np.testing.assert_allclose(single.worlds.share, whole.worlds.share, rtol=1e-9)
    assert states.carried.onset_s == 6.0


def test_what_cannot_be_filtered_is_refused_with_what_to_do(decoder):
    data = windows(3)[0]
    timeless = Recordings(data.recordings.data.drop_vars("onset"))
    with pytest.raises(DataError, match=r"the windows have no times; give the seconds at which each began \(onset_s\)"):
        nr.StateFilter(decoder).read(timeless)
    with pytest.raises(DataError, match="2 times of 240 windows"):
        nr.StateFilter(decoder).read(timeless, onset_s=[0.0, 1.0])
    unknown = nr.fit(nr.Dataset.from_arrays(np.eye(8), ["rest", "left"] * 4), LinearEvidenceSettings(decays=(0.1,)))
    with pytest.raises(DataError, match="how long a state lasts is not known"):
        nr.StateFilter(unknown)
    aligned = nr.fit(data, LinearEvidenceSettings(decays=(0.1,)), align="zscore")
    with pytest.raises(DataError, match="for which a whole run must have been measured"):
        nr.StateFilter(aligned)
    with pytest.raises(DataError, match="no window was read"):
        nr.StateFilter(decoder).read_all(iter(()))


def test_without_persistence_it_is_the_decoder_whoever_is_read(decoder):
    data = windows(5)[0]
    plain, found = (
        one.ask("exists x. rest(x)") for one in (decoder.read(data), nr.StateFilter(decoder, 0).read(data.recordings))
    )
    assert (plain.answer == found.answer).all()
    np.testing.assert_allclose(plain[["probability", "as_asked"]], found[["probability", "as_asked"]], rtol=1e-6)
    assert nr.StateFilter(decoder).read(data.recordings).subjects == decoder.read(data).subjects


def test_coordinates_other_than_times_do_not_matter(decoder):
    data = windows(4)[0].recordings
    assert isinstance(data.data, xr.DataArray)
    with_times = nr.StateFilter(decoder).read(data)
    given = nr.StateFilter(decoder).read(Recordings(data.data.drop_vars("onset")), onset_s=np.arange(240.0))
    np.testing.assert_array_equal(with_times.worlds.share, given.worlds.share)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["explain", "relational_evidence"])
def test_every_decoder_that_lists_what_a_recording_shows_can_be_filtered(kind):
    other = nr.fit(windows(0)[0], kind)
    data, shown = windows(1)
    assert right(nr.StateFilter(other, 12.0).read(data.recordings), shown) > right(other.read(data), shown) + 0.05


@pytest.mark.slow
def test_a_decoder_that_does_not_is_refused_with_one_that_does():
    product = nr.fit(windows(0)[0], "product_of_experts")
    with pytest.raises(DataError, match=r"does not list all that a recording may show.*e\.g\. linear_evidence"):
        nr.StateFilter(product, 12.0).read(windows(1)[0].recordings)
