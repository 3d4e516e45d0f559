import mne
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.meeg import epochs_recordings, position_groups, sensor_groups, sensor_positions

CHANNELS = ["F3", "F4", "Cz", "C3"]


@pytest.fixture(scope="module")
def epochs():
    values = 1e-6 * np.random.default_rng(0).normal(size=(6, 4, 40))
    events = np.column_stack([np.arange(6), np.zeros(6, int), [1, 2] * 3])
    info = mne.create_info(CHANNELS, 100.0, "eeg")
    return mne.EpochsArray(values, info, events, tmin=-0.1, event_id={"left": 1, "right": 2}, verbose=False)


def test_electrodes_are_grouped_by_row_and_side():
    groups = sensor_groups(["F3", "F1", "Fz", "FC4", "O2", "MEG 01"])
    assert groups == [
        "frontal left",
        "frontal left",
        "frontal midline",
        "frontocentral right",
        "occipital right",
        "MEG 01",
    ]


def test_positions_are_metres_and_left_is_negative_x():
    left, right = sensor_positions(["C3", "C4"])
    assert left[0] < 0 < right[0]
    assert 0.03 < abs(left[0]) < 0.12
    with pytest.raises(DataError, match=r"\['Q9'\] are not in the montage"):
        sensor_positions(["C3", "Q9"])


def test_sensors_without_telling_names_are_grouped_by_place():
    places = np.array([[-0.1, 0, 0.02], [0, 0.1, 0], [0.1, -0.1, 0], [0.01, -0.02, 0.12], [-0.05, 0.05, 0]])
    groups = ["central left", "anterior midline", "posterior right", "central midline", "anterior left"]
    assert position_groups(places) == groups
    info = mne.create_info([f"MEG {k}" for k in range(5)], 100.0, "mag")
    for channel, place in zip(info["chs"], places, strict=True):
        channel["loc"][:3] = place
    epochs = mne.EpochsArray(1e-12 * np.random.default_rng(0).normal(size=(2, 5, 10)), info, verbose=False)
    assert list(epochs_recordings(epochs, subject="01").data.group.values) == groups


def test_epochs_become_recordings_with_their_events_as_labels(epochs):
    data = epochs_recordings(epochs, subject="01").data
    np.testing.assert_allclose(data.values, epochs.get_data(copy=False).astype(np.float32))
    assert list(data.label.values) == ["left", "right"] * 3
    assert float(data.time[0]) == pytest.approx(-0.1)
    assert list(data.group.values) == ["frontal left", "frontal right", "central midline", "central left"]
