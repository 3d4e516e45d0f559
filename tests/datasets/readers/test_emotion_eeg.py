"""Appraisals, from the real file."""

import numpy as np
import pytest

import neurona as nr


def test_each_person_has_one_average_of_each_condition(recorded):
    pytest.importorskip("rdata")
    dataset = nr.load_dataset("emotion_eeg", recorded("emotion_eeg"), channels=["EEG", "EMG"])
    data = dataset.recordings.data
    assert data.shape == (184, 2, 384)
    assert list(data.channel.values) == ["EEG", "EMG"]
    assert set(np.unique(data.subject, return_counts=True)[1]) == {8}
    assert set(np.unique(data.label, return_counts=True)[1]) == {23}
    asked = dataset.questions.set_index(["recording", "program"]).answer
    recording = "sub-1_gain_high_power_low_control"
    assert asked[recording, "exists x. gain(x) & high_power(x) & low_control(x)"] == "yes"
    assert asked[recording, "exists x. in_charge(x)"] == "no"
    assert asked[recording, "describe Outcome"] == "gain"
