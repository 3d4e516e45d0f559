"""Windows that slide over a continuous run: a part of the signal at a time, and what they would be if it had been worked on whole."""

from dataclasses import replace

import mne
import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.recordings import sliding
from neurona.recordings.epoching import Epoching
from neurona.recordings.raw_epochs import trial_epochs
from neurona.recordings.raw_files import raw_file
from neurona.recordings.sliding import sliding_windows

EPOCHING = Epoching(tmin=0.0, tmax=0.99, baseline=None, l_freq=4.0, h_freq=30.0, notch=(20.0,), reference="average")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A minute and a half of EEG without events."""
    values = 1e-5 * np.random.default_rng(0).normal(size=(4, 9000))
    raw = mne.io.RawArray(values, mne.create_info(["F3", "F4", "O1", "O2"], 100.0, "eeg"), verbose="error")
    path = tmp_path_factory.mktemp("raw") / "hour_raw.fif"
    raw.save(path, fmt="double", verbose="error")
    return path


def run_of(file, epoching=EPOCHING):
    return raw_file(file, epoching=epoching, needs_events=False)


def windows(run, epoching=EPOCHING, every_s=0.5):
    return list(sliding_windows(run, epoching=epoching, every_s=every_s))


@pytest.mark.parametrize(
    "epoching",
    [
        EPOCHING,
        pytest.param(replace(EPOCHING, l_freq=1.0, notch=()), marks=pytest.mark.slow),
        pytest.param(replace(EPOCHING, tmax=0.98, h_freq=20.0, notch=(), sfreq=50.0), marks=pytest.mark.slow),
    ],
    ids=["notch", "low", "resampled"],
)
def test_windows_of_parts_are_those_of_the_whole(file, monkeypatch, epoching):
    monkeypatch.setattr(sliding, "PART_S", 20.0)
    run = run_of(file, epoching)
    parts = windows(run, epoching)
    assert len(parts) > 3
    found = np.concatenate([part.data.values for part in parts])
    onsets = np.concatenate([part.data.onset.values for part in parts])
    np.testing.assert_allclose(onsets, 0.5 * np.arange(len(onsets)))
    events = pd.DataFrame({"onset": onsets, "duration": 0.0, "trial_type": "window"})
    whole = trial_epochs([replace(run, events=events)], epoching=epoching).data
    np.testing.assert_allclose(found, whole.values, atol=5e-3 * whole.values.std())


def test_windows_are_called_by_their_time(file):
    (part,) = windows(run_of(file), every_s=2.0)
    assert part.data.recording.values[:2].tolist() == [
        "sub-new_run-hour_at-00000.000s",
        "sub-new_run-hour_at-00002.000s",
    ]
    assert part.n_recordings == 45


def test_memory_holds_a_part_of_the_windows_whatever_the_length(file, monkeypatch):
    monkeypatch.setattr(sliding, "PART_BYTES", 4 * 4 * 100 * 10)
    assert max(part.n_recordings for part in windows(run_of(file), every_s=2.0)) == 10


def test_windows_over_bad_segments_are_left_out(file, tmp_path):
    raw = mne.io.read_raw_fif(file, preload=True, verbose="error")
    raw.set_annotations(mne.Annotations([10.0], [5.0], ["BAD_muscle"]))
    raw.save(tmp_path / "bad_raw.fif", fmt="double", verbose="error")
    onsets = np.concatenate([part.data.onset.values for part in windows(run_of(tmp_path / "bad_raw.fif"), every_s=1.0)])
    assert sorted(set(range(90)) - set(onsets.astype(int))) in ([10, 11, 12, 13, 14], [9, 10, 11, 12, 13, 14])


def test_what_does_not_fit_is_refused_with_both_sides(file):
    with pytest.raises(DataError, match=r"every: 0.001 s; expected a sample \(0.01 s\) or more"):
        windows(run_of(file), every_s=0.001)
    long = replace(EPOCHING, tmax=100.0)
    with pytest.raises(DataError, match="90 s long, and a window goes from 0 to 100 s"):
        windows(run_of(file, long), long)
