"""What is done to a continuous signal, each step against a signal in which it must show."""

import mne
import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.recordings.epoching import Epoching, band_power, cut, prepared

RATE, SECONDS = 200.0, 60
NAMES = ["Fp1", "Fp2", "C3", "C4", "Cz", "O1", "O2", "Oz"]
TIMES = np.arange(int(RATE * SECONDS)) / RATE
ONSETS = 2.0 + 2.0 * np.arange(28)
EVENTS = pd.DataFrame({"onset": ONSETS, "duration": 0.2, "trial_type": ["left", "right"] * 14})
WIDE = {"l_freq": None, "h_freq": None}


@pytest.fixture
def raw():
    # SIMULATED: noise of 5 uV; 50 Hz from the mains; 10 Hz at O1 from 100 to 600 ms after every `left`; an EOG and a trigger.
    rng = np.random.default_rng(0)
    values = 5e-6 * rng.normal(size=(len(NAMES), len(TIMES)))
    values += 20e-6 * np.sin(2 * np.pi * 50 * TIMES)
    for onset in ONSETS[::2]:
        shown = (onset + 0.1 <= TIMES) & (onset + 0.6 > TIMES)
        values[NAMES.index("O1"), shown] += 30e-6 * np.sin(2 * np.pi * 10 * TIMES[shown])
    others = np.stack([1e-4 * rng.normal(size=len(TIMES)), np.zeros(len(TIMES))])
    info = mne.create_info([*NAMES, "HEOG", "Status"], RATE, ["eeg"] * len(NAMES) + ["eog", "stim"])
    return mne.io.RawArray(np.concatenate([values, others]), info, verbose="error")


def epoched(raw, epoching, kept=NAMES, bads=()):
    signal = prepared(raw.copy(), kept, bads, epoching, "here")
    return signal, *cut(signal, EVENTS, epoching, "here")


def power_at(data, hz):
    spectrum = np.abs(np.fft.rfft(data, axis=-1)).mean(axis=tuple(range(data.ndim - 1)))
    return spectrum[np.argmin(np.abs(np.fft.rfftfreq(data.shape[-1], 1 / RATE) - hz))]


def test_a_notch_takes_out_its_frequency_alone(raw):
    before = prepared(raw.copy(), NAMES, (), Epoching(**WIDE), "here").get_data()
    after = prepared(raw.copy(), NAMES, (), Epoching(**WIDE, notch=(50.0,)), "here").get_data()
    assert power_at(after, 50) < 0.01 * power_at(before, 50)
    assert power_at(after, 10) == pytest.approx(power_at(before, 10), rel=0.02)


def test_an_average_reference_leaves_no_mean_over_channels_and_bad_channels_take_no_part(raw):
    noisy = raw.copy()
    noisy._data[NAMES.index("Cz")] *= 1000
    signal = prepared(noisy, NAMES, ["Cz"], Epoching(**WIDE, reference="average"), "here")
    values = signal.get_data()
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-12)
    assert np.abs(values).max() < 2e-4


def test_reference_channels_are_subtracted_and_left_out(raw):
    chosen = Epoching(**WIDE, reference=("Fp1", "Fp2"))
    kept = [name for name in NAMES if name not in chosen.references]
    signal = prepared(raw.copy(), kept, (), chosen, "here")
    assert signal.ch_names == kept
    expected = raw.get_data(picks=["C3"]) - raw.get_data(picks=["Fp1", "Fp2"]).mean(axis=0)
    np.testing.assert_allclose(signal.get_data(picks=["C3"]), expected, atol=1e-12)


def test_epochs_above_an_amplitude_are_left_out_and_counted(raw):
    raw._data[NAMES.index("Fp1"), int((ONSETS[3] + 0.2) * RATE)] += 500e-6
    _, epochs, lost = epoched(raw, Epoching(**WIDE, reject={"eeg": 150e-6, "mag": 1e-12}))
    assert lost == {"amplitude": 1}
    assert epochs.selection.tolist() == [k for k in range(len(EVENTS)) if k != 3]
    with pytest.raises(DataError, match=r"here: no epoch is left of 28 \({'amplitude': 28}\); check .* reject"):
        epoched(raw, Epoching(**WIDE, reject={"eeg": 1e-6}))


def test_power_of_a_band_rises_where_and_when_its_rhythm_was_planted(raw):
    chosen = Epoching(tmin=-0.5, tmax=1.0, h_freq=40.0, bands={"alpha": (8.0, 12.0), "beta": (15.0, 30.0)})
    signal, epochs, _ = epoched(raw, chosen)
    data = band_power(signal, epochs, chosen, subject="01").data
    assert data.attrs["units"] == "dB"
    assert data.channel.values.tolist() == [f"{name} {band}" for band in chosen.bands for name in NAMES]
    shown = data.sel(time=slice(0.2, 0.5)).mean("time")
    left = shown[data.label.values == "left"].mean("recording")
    assert left.idxmax() == "O1 alpha"
    assert float(left.sel(channel="O1 alpha")) > 8
    assert abs(float(shown[data.label.values == "right"].mean("recording").sel(channel="O1 alpha"))) < 4
    groups = dict(zip(data.channel.values.tolist(), data.group.values.tolist(), strict=True))
    assert groups["O1 alpha"] == groups["O1 beta"] == "occipital left"
    assert data.epoch.values.tolist() == epochs.selection.tolist()


def test_channels_that_were_asked_for_are_kept_as_they_are(raw):
    chosen = Epoching(l_freq=1.0, h_freq=30.0, extra=("eog",))
    signal = prepared(raw.copy(), [*NAMES, "HEOG"], (), chosen, "here")
    np.testing.assert_array_equal(signal.get_data(picks=["HEOG"]), raw.get_data(picks=["HEOG"]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tmin": 0.1}, r"baseline from 0.1 s to 0 s, but the epoch goes from 0.1 s to 0.8 s; .* null for none"),
        ({"baseline": (-0.5, 0)}, r"baseline from -0.5 s to 0 s, but the epoch goes from -0.2 s"),
        ({"baseline": (0.1, -0.1)}, "two times that rise"),
        ({"tmax": float("inf")}, "expected seconds around the event"),
        ({"sfreq": 0}, "sfreq: 0 Hz; expected more than 0"),
        ({"sfreq": 0.5}, "sfreq: at 0.5 Hz, epochs of 1 s hold one sample"),
        ({"l_freq": 0}, "l_freq: 0 Hz; expected more than 0, or null for none"),
        ({"l_freq": 40.0, "h_freq": 4.0}, "l_freq 40 Hz is not below h_freq 4 Hz"),
        ({"notch": (-50.0,)}, "notch: -50 Hz"),
        ({"reject": {"eeg": 150}}, "reject.eeg: 150; expected more than 0, in V, .*150e-6"),
        ({"reject": {"eegg": 1e-4}}, "reject: unknown type of channel 'eegg'; did you mean 'eeg'"),
        ({"bands": {"alpha": (12, 8)}}, "bands.alpha: 12 to 8 Hz; expected two frequencies that rise"),
        ({"bands": {"gamma": (30, 80)}}, "bands.gamma: 30 to 80 Hz; .*inside the filter's band"),
        ({"extra": ("eogg",)}, "extra: unknown type of channel 'eogg'; did you mean 'eog'"),
        ({"bands": {"alpha": (8, 12)}, "extra": ("eog",)}, "leave out extra"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(DataError, match=message):
        Epoching(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"notch": (120.0,)}, "here: notch 120 Hz is not below half of the sampling rate of 200 Hz"),
        ({"reference": ("M1",)}, "here: reference: no channel 'M1'"),
        ({"reference": "averag"}, "reference: 'averag'; expected `average`, or a list"),
    ],
)
def test_settings_that_do_not_fit_a_recording_are_refused(settings, message):
    with pytest.raises(DataError, match=message):
        Epoching(**settings).check(RATE, NAMES, "here")
