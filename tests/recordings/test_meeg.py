import mne
import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.recordings.meeg import epochs_recordings, joined
from neurona.recordings.recordings import Recordings

CHANNELS = ["F3", "F4", "Cz", "C3"]


@pytest.fixture(scope="module")
def epochs():
    values = 1e-6 * np.random.default_rng(0).normal(size=(6, 4, 40))
    events = np.column_stack([np.arange(6), np.zeros(6, int), [1, 2] * 3])
    info = mne.create_info(CHANNELS, 100.0, "eeg")
    return mne.EpochsArray(values, info, events, tmin=-0.1, event_id={"left": 1, "right": 2}, verbose=False)


def test_epochs_become_recordings_with_their_events_as_labels(epochs):
    data = epochs_recordings(epochs, subject="01").data
    np.testing.assert_allclose(data.values, epochs.get_data(copy=False).astype(np.float32))
    assert list(data.label.values) == ["left", "right"] * 3
    assert float(data.time[0]) == pytest.approx(-0.1)
    assert list(data.group.values) == ["frontal left", "frontal right", "central midline", "central left"]


def with_kinds(kinds, bads=()):
    """Epochs of a BioSemi 64 cap's first channels, some of them of other types than EEG."""
    montage = mne.channels.make_standard_montage("biosemi64")
    names = montage.ch_names[: len(kinds)]
    info = mne.create_info(names, 100.0, list(kinds))
    values = 1e-6 * np.random.default_rng(0).normal(size=(6, len(kinds), 40))
    events = np.column_stack([100 * np.arange(6), np.zeros(6, int), [1, 2] * 3])
    made = mne.EpochsArray(values, info, events, tmin=-0.1, event_id={"left": 1, "right": 2}, verbose=False)
    made.set_montage(montage, on_missing="ignore", verbose="error")
    made.info["bads"] = list(bads)
    return made


def test_channels_that_do_not_record_the_brain_are_left_out_unless_asked_for():
    made = with_kinds(["eeg"] * 10 + ["eog", "ecg", "stim", "misc"])
    assert epochs_recordings(made, subject="01").data.sizes["channel"] == 10
    asked = epochs_recordings(made, subject="01", extra=["eog"]).data
    assert asked.channel.values.tolist() == made.ch_names[:11]
    assert asked.kind.values.tolist() == ["eeg"] * 10 + ["eog"]
    assert len(made.ch_names) == 14
    with pytest.raises(DataError, match=r"epochs of subject 01: no channel of the brain .* found types eog, stim"):
        epochs_recordings(with_kinds(["eog", "stim"]), subject="01")


def test_bad_channels_are_interpolated_or_dropped_and_the_epochs_stay_what_they_were():
    made = with_kinds(["eeg"] * 32, bads=["FC5"])
    before = made.get_data(copy=True)
    data = epochs_recordings(made, subject="01").data
    assert data.channel.values.tolist() == made.ch_names
    assert not np.allclose(data.sel(channel="FC5").values, made.get_data(picks=["FC5"])[:, 0], rtol=1e-3)
    dropped = epochs_recordings(made, subject="01", bad_channels="drop").data
    assert "FC5" not in dropped.channel.values
    np.testing.assert_allclose(dropped.values, data.sel(channel=dropped.channel).values)
    np.testing.assert_array_equal(made.get_data(copy=True), before)
    assert made.info["bads"] == ["FC5"]
    with pytest.raises(DataError, match="bad_channels: unknown 'keep'"):
        epochs_recordings(made, subject="01", bad_channels="keep")


def test_metadata_and_the_index_before_epochs_were_dropped_are_kept(epochs):
    kept = epochs.copy()
    kept.metadata = pd.DataFrame({"stimulus": list("abcdef"), "rating": np.arange(6.0)}, index=range(6))
    kept.drop([0, 3], verbose=False)
    data = epochs_recordings(kept, subject="01").data
    assert data.epoch.values.tolist() == [1, 2, 4, 5]
    assert data.metadata_stimulus.values.tolist() == ["b", "c", "e", "f"]
    assert data.metadata_rating.values.tolist() == [1, 2, 4, 5]
    assert data.recording.values[0] == "sub-01_run-01_epoch-0001"


def test_each_type_of_sensor_has_groups_of_its_own():
    where = 0.1 * np.array([[1, 0, 0.2], [-1, 0, 0.2], [0, 1, 0.3], [0, -1, 0.3]])
    info = mne.create_info([f"M{k}" for k in range(8)], 100.0, ["mag"] * 4 + ["grad"] * 4)
    for channel, place in zip(info["chs"], np.tile(where, (2, 1)), strict=True):
        channel["loc"][:3] = place
    made = mne.EpochsArray(1e-12 * np.random.default_rng(0).normal(size=(2, 8, 10)), info, verbose=False)
    groups = epochs_recordings(made, subject="01").data.group.values.tolist()
    assert [group.rsplit(" ", 1)[1] for group in groups] == ["(mag)"] * 4 + ["(grad)"] * 4
    assert [group.split(" (")[0] for group in groups[:4]] == [group.split(" (")[0] for group in groups[4:]]


def test_runs_are_joined_with_one_place_a_channel():
    parts = [epochs_recordings(with_kinds(["eeg"] * 10), subject=who) for who in ("01", "02")]
    moved = parts[1].data.assign_coords(x=parts[1].data.x + 0.004)
    together, note = joined([parts[0], Recordings(moved)])
    np.testing.assert_allclose(together.data.x, parts[0].data.x + 0.002, atol=1e-9)
    assert together.data.sizes["recording"] == 12
    assert note == "positions of channels: mean over runs, whose own lie up to 2 mm from it"
    one, note = joined([parts[0], Recordings(parts[1].data.drop_vars(list("xyz")))])
    np.testing.assert_allclose(one.data.x, parts[0].data.x)
    assert note == "positions of channels: 1 of 2 runs do not know theirs"
    none, note = joined([Recordings(part.data.drop_vars(list("xyz"))) for part in parts])
    assert "x" not in none.data.coords
    assert "not known" in note
    assert none.data.group.values.tolist() == parts[0].data.group.values.tolist()
