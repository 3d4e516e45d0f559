import io

import mne
import numpy as np
import pytest
from bids_trees import write_eeg_tree
from rich.console import Console

from neurona.datasets.bids_meeg import check, read, read_bids_meeg
from neurona.datasets.layouts import settings_of
from neurona.errors import DataError
from neurona.recordings.entities import WindowEntities, fit_entities
from neurona.recordings.epoching import Epoching

EPOCHING = Epoching(tmax=0.5, l_freq=None, h_freq=30.0)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_eeg_tree(tmp_path_factory.mktemp("eeg") / "study")


def test_a_tree_goes_through_to_entities_from_which_labels_are_decoded(study):
    printed = io.StringIO()
    dataset = read_bids_meeg(study, task="look", epoching=EPOCHING, console=Console(file=printed, width=200))
    assert "bad channels (interpolated): sub-01_run-01: Cz" in printed.getvalue()
    assert "4/4" in printed.getvalue()
    data = dataset.recordings.data
    entities = fit_entities(dataset.recordings, WindowEntities(n_bins=7, n_windows=7)).apply(dataset.recordings)
    held = data.subject.values == "02"
    labels, kinds = data.label.values, ["Face", "House"]
    means = np.stack([entities.features[~held & (labels == kind)].mean(axis=0) for kind in kinds])
    distance = ((entities.features[held][:, None] - means) ** 2).sum(axis=2)
    accuracy = np.mean(np.array(kinds)[distance.argmin(axis=1)] == labels[held])
    assert accuracy > 0.9


def test_card_and_questions_come_from_the_description_and_the_trial_types(study):
    dataset = read_bids_meeg(study, task="look", subjects=["01"], epoching=EPOCHING, console=Console(quiet=True))
    assert dataset.card.title == "Faces and houses (SIMULATED)"
    assert dataset.card.sampling == "100 Hz, 2 runs of 1 subjects, task look"
    assert dataset.card.vocabulary.concepts == ("face", "house")
    assert dataset.recordings.data.attrs["simulated"] == 1
    answers = dataset.questions[dataset.questions.type == "describe"].answer
    assert answers.tolist() == [label.lower() for label in dataset.recordings.data.label.values]


def test_an_unknown_task_and_a_single_trial_type_are_explained(study):
    with pytest.raises(DataError, match="task: no recording of task 'lock'; did you mean 'look'"):
        read_bids_meeg(study, task="lock", console=Console(quiet=True))
    with pytest.raises(DataError, match="decoding needs two classes"):
        read_bids_meeg(study, task="look", trial_types=["Face"], epoching=EPOCHING, console=Console(quiet=True))


def test_options_of_the_signals_reach_the_recordings_by_the_command_line(study, tmp_path):
    options = [
        "task=look",
        "epoching.tmax=0.5",
        "epoching.h_freq=30",
        "epoching.notch=[20]",
        "epoching.reference=average",
    ]
    options += ["epoching.reject.eeg=200e-6", "epoching.bands.alpha=[8, 12]", "subjects=['01']", "filters.run='01'"]
    made = settings_of("bids_meeg", options)
    assert made.epoching.bands == {"alpha": (8.0, 12.0)}
    dataset = read(study, made, Console(quiet=True))
    data = dataset.recordings.data
    assert set(data.run.values) == {"run-01"}
    assert data.attrs["units"] == "dB"
    assert data.attrs["reference"] == "average"
    assert all(name.endswith(" alpha") for name in data.channel.values)


def test_saved_epochs_become_a_data_set(study, tmp_path):
    raw = read_bids_meeg(study, task="look", epoching=EPOCHING, console=Console(quiet=True)).recordings.data
    for who in ("01", "02"):
        part = raw[raw.subject.values == who]
        events = np.column_stack(
            [100 * np.arange(len(part)), np.zeros(len(part), int), 1 + (part.label.values == "House")]
        )
        info = mne.create_info(part.channel.values.tolist(), 100.0, "eeg")
        epochs = mne.EpochsArray(part.values, info, events, tmin=-0.2, event_id={"Face": 1, "House": 2}, verbose=False)
        folder = tmp_path / f"sub-{who}" / "eeg"
        folder.mkdir(parents=True)
        epochs.save(folder / f"sub-{who}_task-look_epo.fif", verbose="error")
    dataset = read_bids_meeg(study, derivatives=tmp_path, console=Console(quiet=True))
    np.testing.assert_allclose(dataset.recordings.data.values, raw.values, rtol=1e-5, atol=1e-10)
    assert dataset.recordings.data.label.values.tolist() == raw.label.values.tolist()
    assert dataset.card.sampling == "100 Hz, 2 runs of 2 subjects, task look"
    report = check(study, Console(quiet=True), settings_of("bids_meeg", [f"derivatives={tmp_path}"]))
    assert not report.faults
