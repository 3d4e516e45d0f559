"""Faces, from the real files."""

import numpy as np
import pytest

import neurona as nr


def test_each_person_has_one_average_of_each_condition(recorded):
    pytest.importorskip("rdata")
    dataset = nr.load_dataset("attention_faces_eeg", recorded("attention_faces_eeg"))
    data = dataset.recordings.data
    assert data.shape == (120, 1, 819)
    np.testing.assert_allclose(data.time.values[[0, -1]], [-0.2, 0.6], atol=0.002)
    assert set(np.unique(data.subject, return_counts=True)[1]) == {8}
    assert set(np.unique(data.label, return_counts=True)[1]) == {15}
    asked = dataset.questions.set_index(["recording", "program"]).answer
    assert asked["sub-S01_angry_brief_at_left", "exists x. angry(x) & brief(x) & at_left(x)"] == "yes"
    assert asked["sub-S01_angry_brief_at_left", "exists x. visible_threat(x)"] == "no"
    first = data.sel(recording="sub-S01_angry_brief_at_right").values[0, 0]
    assert first == pytest.approx(-0.847978, abs=1e-6)
