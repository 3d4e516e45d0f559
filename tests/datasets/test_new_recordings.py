"""Files to come are read as those were that a decoder was fitted to."""

import shutil

import mne
import numpy as np
import pandas as pd
import pytest
from bids_trees import SPACE, write_atlas, write_eeg_tree, write_fmri_tree
from rich.console import Console

from neurona.datasets import layouts
from neurona.datasets.dataset import open_dataset
from neurona.datasets.new_recordings import new_recordings
from neurona.errors import ConfigError, DataError

QUIET = Console(quiet=True)
FMRI = [f"space={SPACE}", "method=window", "windows.volumes=3"]
EEG = ["epoching.l_freq=null", "epoching.h_freq=30", "epoching.tmax=0.5", "epoching.bad_channels=drop"]


def converted(study, out, options):
    layouts.convert(study, out, QUIET, options=options)
    return open_dataset(out)


@pytest.fixture(scope="module")
def fmri(tmp_path_factory):
    """A study with its conversion, and another study of another subject."""
    root = tmp_path_factory.mktemp("fmri")
    first, second = (
        write_fmri_tree(root / name, subjects=(who,), runs=(1,)) for name, who in (("a", "01"), ("b", "09"))
    )
    options = [f"derivatives={first / 'derivatives' / 'fmriprep'}", f"atlas={write_atlas(root)}", *FMRI]
    return converted(first, root / "set", options), second, root


@pytest.fixture(scope="module")
def eeg(tmp_path_factory):
    root = tmp_path_factory.mktemp("eeg")
    first, second = (
        write_eeg_tree(root / name, subjects=(who,), runs=(1,)) for name, who in (("a", "01"), ("b", "09"))
    )
    return converted(first, root / "set", [*EEG, "subjects=['01']"]), second, root


def test_a_conversion_is_told_in_words_that_hold_for_other_folders(fmri, eeg):
    told = fmri[0].conversion
    assert told["layout"] == "bids_fmri"
    assert told["settings"]["derivatives"] == "derivatives/fmriprep"
    assert told["settings"]["atlas"] == str((fmri[2] / "quarters.nii.gz").resolve())
    assert told["settings"]["windows"]["volumes"] == 3
    assert "subjects" not in eeg[0].conversion["settings"]
    assert eeg[0].conversion["settings"]["epoching"]["bad_channels"] == "drop"


def test_another_study_is_converted_by_the_same_settings(fmri, tmp_path):
    dataset, second, root = fmri
    found = new_recordings(second, dataset.conversion, QUIET).data
    options = [f"derivatives={second / 'derivatives' / 'fmriprep'}", f"atlas={root / 'quarters.nii.gz'}", *FMRI]
    expected = converted(second, tmp_path / "set", options).recordings.data
    np.testing.assert_array_equal(found.values, expected.values)
    assert list(found.recording.values) == list(expected.recording.values)
    assert found.sizes["time"] == 3


def test_betas_have_the_scale_of_the_decoders_own_whatever_the_new_durations(tmp_path):
    first, second = (write_fmri_tree(tmp_path / name, subjects=("01",), runs=(1,)) for name in ("a", "b"))
    for path in second.glob("sub-01/func/*events.tsv"):
        path.write_text(path.read_text().replace("\t2.0\t", "\t0\t"))
    known = converted(first, tmp_path / "set", ["betas.noise_model=ols"])
    assert known.conversion["settings"]["betas"]["duration"] == 2.0
    own = np.linalg.norm(known.recordings.data.values, axis=(1, 2))
    new = np.linalg.norm(new_recordings(second, known.conversion, QUIET).data.values, axis=(1, 2))
    assert 0.75 < np.median(new / own) < 1.33


def test_settings_can_be_others_than_the_decoders(eeg):
    dataset, second, _ = eeg
    found = new_recordings(second, dataset.conversion, QUIET, options=["epoching.tmax=0.3"]).data
    assert float(found.time[-1]) == pytest.approx(0.3)
    assert "Cz" not in found.channel.values


@pytest.mark.parametrize("rows", [16, 1], ids=["many trials", "one trial"])
def test_what_new_recordings_are_of_need_not_be_known(eeg, tmp_path, rows):
    dataset, second, _ = eeg
    blind = shutil.copytree(second, tmp_path / "blind")
    for file in blind.rglob("*_events.tsv"):
        table = pd.read_csv(file, sep="\t").head(rows).assign(trial_type="stimulus")
        table.to_csv(file, sep="\t", index=False)
    with pytest.raises(DataError, match="two"):
        converted(blind, tmp_path / "set", EEG)
    found = new_recordings(blind, dataset.conversion, QUIET).data
    expected = new_recordings(second, dataset.conversion, QUIET).data
    np.testing.assert_array_equal(found.values, expected.values[:rows])


def test_an_image_with_its_events_is_read_like_the_run_of_a_study(fmri, tmp_path):
    dataset, second, _ = fmri
    derived = next((second / "derivatives").rglob("*_bold.nii.gz"))
    shutil.copy(derived, tmp_path)
    with pytest.raises(DataError, match=r"no events beside it; expected sub-09_task-look_run-01_events\.tsv"):
        new_recordings(tmp_path / derived.name, dataset.conversion, QUIET)
    for file in (*second.rglob("sub-09_*_events.tsv"), *second.rglob("*_mask.nii.gz")):
        shutil.copy(file, tmp_path)
    found = new_recordings(tmp_path / derived.name, dataset.conversion, QUIET).data
    expected = new_recordings(second, dataset.conversion, QUIET).data
    np.testing.assert_allclose(found.values, expected.values, atol=1e-5)
    assert list(found.label.values) == list(expected.label.values)
    with pytest.raises(DataError, match="these were made otherwise than from files"):
        new_recordings(tmp_path / derived.name, {}, QUIET)


def test_epochs_are_read_as_they_are(tmp_path):
    info = mne.create_info(["F3", "F4", "Cz"], 100.0, "eeg")
    events = np.column_stack([np.arange(4), np.zeros(4, int), [1, 2, 1, 2]])
    values = 1e-6 * np.random.default_rng(0).normal(size=(4, 3, 20))
    epochs = mne.EpochsArray(values, info, events, event_id={"left": 1, "right": 2}, verbose="error")
    file = tmp_path / "sub-07_run-03-epo.fif"
    epochs.save(file, verbose="error")
    data = new_recordings(file, {}, QUIET).data
    np.testing.assert_allclose(data.values, values, rtol=1e-4, atol=1e-12)
    assert set(data.subject.values) == {"07"}
    with pytest.raises(ConfigError, match="leave --layout and --set out"):
        new_recordings(file, {}, QUIET, options=["tmax=1"])


def test_a_continuous_file_is_read_as_in_its_data_set(eeg, tmp_path):
    dataset, second, _ = eeg
    (header,) = second.rglob("*_eeg.vhdr")
    twin = new_recordings(second, dataset.conversion, QUIET, options=["epoching.sfreq=50"]).data
    found = new_recordings(header, dataset.conversion, QUIET, options=["epoching.sfreq=50"]).data
    np.testing.assert_array_equal(found.values, twin.values)
    assert found.recording.values.tolist() == twin.recording.values.tolist()
    file = tmp_path / "some_raw.fif"
    mne.io.read_raw_brainvision(header, verbose="error").save(file, verbose="error")
    for conversion, made in (({}, "came as arrays or epochs"), ({"layout": "bids_fmri"}, "of the layout bids_fmri")):
        with pytest.raises(
            DataError, match=rf"does not know how its epochs were made: .*{made}.*Make epochs as its own"
        ):
            new_recordings(file, conversion, QUIET)


def test_of_the_decoders_trial_types_those_that_are_there_are_read(eeg, tmp_path):
    dataset, second, _ = eeg
    options = "trial_types=[Face,Scrambled]"
    found = new_recordings(second, dataset.conversion, QUIET, options=[options]).data
    assert set(found.label.values) == {"Face"}
    with pytest.raises(DataError, match=r"no event of type Scrambled.*found Face, House; say which of them"):
        new_recordings(second, dataset.conversion, QUIET, options=["trial_types=[Scrambled]"])


def test_a_data_set_is_opened(eeg):
    dataset, _, root = eeg
    found = new_recordings(root / "set", {}, QUIET).data
    np.testing.assert_array_equal(found.values, dataset.recordings.data.values)


def test_what_is_none_of_these_is_refused_with_both_sides(fmri, eeg, tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        new_recordings(tmp_path / "nothing", {}, QUIET)
    with pytest.raises(
        DataError, match="its layout is bids_meeg, and the decoder was fitted to recordings of the layout bids_fmri"
    ):
        new_recordings(eeg[1], fmri[0].conversion, QUIET)
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(DataError, match="expected a data set, a folder as obtained"):
        new_recordings(tmp_path / "thesis.txt", {}, QUIET)
