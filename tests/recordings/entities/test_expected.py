"""New recordings meet what was fitted: put in order where that is safe, refused where the numbers would mean something else."""

import logging

import mne
import numpy as np
import pytest
from entity_recordings import atlas_recordings

from neurona.errors import DataError
from neurona.recordings.entities.expected import Expected
from neurona.recordings.recordings import Recordings

CHANNELS = ("V1", "M1", "A1")


def recordings(channels=CHANNELS, **given):
    return atlas_recordings(channels=channels, **given)


def test_the_same_channels_pass_untouched():
    same = recordings()
    assert Expected.of(same).matched(same) is same


def test_channels_in_another_order_are_put_in_order():
    there = recordings()
    shuffled = Recordings(there.data.isel(channel=[2, 0, 1]))
    np.testing.assert_array_equal(Expected.of(there).matched(shuffled).data.values, there.data.values)
    assert tuple(Expected.of(there).matched(shuffled).data.channel.values) == CHANNELS


def test_channels_that_nothing_was_fitted_to_are_left_out_and_said(caplog):
    there = recordings()
    more = Recordings(there.data.isel(channel=[0, 1, 2, 0]).assign_coords(channel=[*CHANNELS, "S1"]))
    with caplog.at_level(logging.INFO, "neurona"):
        np.testing.assert_array_equal(Expected.of(there).matched(more).data.values, there.data.values)
    assert "left out: S1" in caplog.text


def test_missing_channels_are_named_with_the_name_that_was_meant():
    fewer = recordings(channels=("V1", "M2"))
    with pytest.raises(DataError, match=r"2 of 3 channels are missing from the recordings: M1, A1; did you mean 'M2'"):
        Expected.of(recordings()).matched(fewer)


def test_a_channel_that_stands_twice_is_refused():
    twice = recordings(channels=("V1", "V1", "M1"))
    with pytest.raises(DataError, match="'V1' stands twice"):
        Expected.of(recordings()).matched(twice)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"modality": "eeg"}, "modality is 'eeg' in the recordings and 'fmri' in what was fitted"),
        ({"units": "percent"}, "units is 'percent' in the recordings and 'z-score' in what was fitted"),
        ({"space": "T1w"}, "space is 'T1w' in the recordings and 'MNI152' in what was fitted"),
        ({"sampling_hz": 0.4}, r"0.4 samples a second \(TR 2.5 s\), what was fitted has 0.5 \(TR 2 s\)"),
        ({"start_s": 4.0}, "5 samples begin at 4 s, what was fitted has 5 samples from 0 s"),
        ({"positions": np.zeros((3, 3))}, r"'V1' lies at \(0.0, 0.0, 0.0\) mm .* and at \(0.0, -80.0, 5.0\) mm"),
    ],
)
def test_what_was_measured_otherwise_is_an_error_that_names_both_sides(given, message):
    with pytest.raises(DataError, match=message):
        Expected.of(recordings()).matched(recordings(**given))


def test_a_shorter_window_is_an_error():
    there = recordings()
    with pytest.raises(DataError, match="the recordings' 3 samples begin at 0 s, what was fitted has 5 samples"):
        Expected.of(there).matched(Recordings(there.data.isel(time=slice(3))))


@pytest.fixture(scope="module")
def eeg():
    """A smooth field over the cap of the 10-20 system."""
    known = mne.channels.make_standard_montage("standard_1020").get_positions()["ch_pos"]
    names = ["Fp1", "Fp2", "F3", "Fz", "F4", "T7", "C3", "Cz", "C4", "T8", "P3", "Pz", "P4", "O1", "O2"]
    places = np.array([known[name] for name in names])
    field = (places @ [10.0, 5.0, 3.0])[None, :, None] * np.linspace(1, 2, 8)[None, None, :] * np.ones((3, 1, 1))
    columns = {name: ["a"] * 3 for name in ("subject", "run", "split", "label")}
    return Recordings.make(
        field, ids=["a", "b", "c"], channels=names, sampling_hz=100.0, modality="eeg", units="SI", space="head",
        positions=places, **columns,
    )  # fmt: skip


def test_a_missing_electrode_is_interpolated_when_asked(eeg):
    fewer = Recordings(eeg.data.isel(channel=[k for k in range(14, -1, -1) if k != 7]))
    expected = Expected.of(eeg)
    with pytest.raises(DataError, match=r"Cz.*missing='interpolate'"):
        expected.matched(fewer)
    found = expected.matched(fewer, "interpolate").data
    assert tuple(found.channel.values) == expected.channels
    kept = [k for k in range(15) if k != 7]
    np.testing.assert_array_equal(found.values[:, kept], eeg.data.values[:, kept])
    np.testing.assert_allclose(found.values[:, 7], eeg.data.values[:, 7], atol=0.15)
    assert list(found.recording.values) == ["a", "b", "c"]


def test_what_has_no_places_cannot_be_interpolated(eeg):
    for data, why in ((eeg.data.drop_vars(["x", "y", "z"]), "positions are not known"), (recordings().data, "fmri")):
        expected = Expected.of(Recordings(data))
        with pytest.raises(DataError, match=why):
            expected.matched(Recordings(data.isel(channel=[0, 1])), "interpolate")
