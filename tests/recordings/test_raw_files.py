"""A continuous file on its own is the run that it would be in a data set."""

import shutil

import mne
import numpy as np
import pytest
from bids_trees import CHANNELS, write_eeg_tree

from neurona.errors import DataError
from neurona.recordings.bids_raws import find_raws
from neurona.recordings.epoching import Epoching
from neurona.recordings.raw_epochs import trial_epochs
from neurona.recordings.raw_files import raw_file, stem_of

EPOCHING = Epoching(tmax=0.5, l_freq=1.0, h_freq=30.0, notch=(20.0,), reference="average", sfreq=50.0)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return write_eeg_tree(tmp_path_factory.mktemp("eeg") / "tree", subjects=("01",), runs=(1, 2), bads=())


@pytest.fixture
def header(tree):
    return tree / "sub-01" / "eeg" / "sub-01_task-look_run-02_eeg.vhdr"


def alone(header, folder):
    """The recording in another format, its events as annotations."""
    file = folder / "sub-01_task-look_run-02_raw.fif"
    mne.io.read_raw_brainvision(header, verbose="error").save(file, fmt="double", verbose="error")
    return file


def epochs(run):
    return trial_epochs([run], epoching=EPOCHING).data


def test_it_gives_the_epochs_that_it_gives_in_its_data_set(tree, header, tmp_path):
    expected = epochs(find_raws(tree, task="look", epoching=EPOCHING, filters={"run": "02"})[0])
    for part in header.parent.glob(f"{header.stem}.*"):
        shutil.copy(part, tmp_path)
    shutil.copy(header.with_name("sub-01_task-look_run-02_events.tsv"), tmp_path)
    # FIF keeps a value divided by a calibration.
    for file, error in ((header, 0), (tmp_path / header.name, 0), (alone(header, tmp_path), 1e-11)):
        found = epochs(raw_file(file, epoching=EPOCHING))
        np.testing.assert_allclose(found.values, expected.values, rtol=0, atol=error)
        for name in ("recording", "channel", "time", "label", "subject", "run", "group"):
            np.testing.assert_array_equal(found[name].values, expected[name].values)


def test_its_annotations_are_its_events_where_no_table_is_beside_it(tree, header, tmp_path):
    expected = find_raws(tree, task="look", epoching=EPOCHING, filters={"run": "02"})[0].events
    found = raw_file(alone(header, tmp_path), epoching=EPOCHING).events
    np.testing.assert_allclose(found.onset, expected.onset, atol=1e-3)
    # BrainVision numbers them.
    assert set(zip(found.trial_type, expected.trial_type, strict=True)) == {
        ("Stimulus/S  1", "Face"),
        ("Stimulus/S  2", "House"),
    }


def test_a_table_of_events_beside_it_counts_before_its_annotations(header, tmp_path):
    file = alone(header, tmp_path)
    (tmp_path / "sub-01_task-look_run-02_events.tsv").write_text("onset\tduration\tword\n2.5\t0\tFace\n4.5\t0\tHouse\n")
    found = epochs(raw_file(file, epoching=EPOCHING, label_column="word"))
    assert found.label.values.tolist() == ["Face", "House"]
    assert found.recording.values.tolist() == ["sub-01_run-02_epoch-0000", "sub-01_run-02_epoch-0001"]


def test_a_name_that_is_none_of_bids_is_the_runs(header, tmp_path):
    run = raw_file(alone(header, tmp_path).rename(tmp_path / "monday-raw.fif"), epoching=EPOCHING)
    assert run.id == "sub-new_run-monday"
    assert stem_of(tmp_path / "monday_raw.fif.gz") == "monday"


def test_marks_of_its_own_are_no_trials(tmp_path):
    values = 1e-6 * np.random.default_rng(0).normal(size=(len(CHANNELS), 1000))
    raw = mne.io.RawArray(values, mne.create_info(list(CHANNELS), 100.0, "eeg"), verbose="error")
    raw.set_annotations(
        mne.Annotations([1.0, 2.0, 4.0, 5.0], [0.0, 0.5, 0.0, 0.0], ["a", "BAD_blink", "b", "edge boundary"])
    )
    raw.save(tmp_path / "x_raw.fif", verbose="error")
    run = raw_file(tmp_path / "x_raw.fif", epoching=EPOCHING)
    assert run.gaps == ((5.0, 0.0),)
    assert trial_epochs([run], epoching=EPOCHING).data.label.values.tolist() == ["a", "b"]
    raw.set_annotations(None).save(tmp_path / "x_raw.fif", overwrite=True, verbose="error")
    with pytest.raises(DataError, match=r"x_raw.fif: no annotations, and no x_events.tsv beside it; write that table"):
        raw_file(tmp_path / "x_raw.fif", epoching=EPOCHING)


def test_a_table_of_channels_without_a_data_set_is_refused(header, tmp_path):
    file = alone(header, tmp_path)
    shutil.copy(header.with_name("sub-01_task-look_run-02_channels.tsv"), tmp_path)
    with pytest.raises(DataError, match=r"channels.tsv: speaks of the channels of .*; put both into a BIDS data set"):
        raw_file(file, epoching=EPOCHING)


def test_a_file_in_a_data_set_that_is_no_run_of_it_is_refused(header, tree):
    other = tree / "notes_raw.fif"
    other.write_bytes(b"")
    try:
        with pytest.raises(DataError, match="no eeg recording of the data set"):
            raw_file(other, epoching=EPOCHING)
    finally:
        other.unlink()
