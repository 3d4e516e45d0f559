import io

import numpy as np
import pytest
from bids_trees import write_eeg_tree
from rich.console import Console

from neurona.datasets.bids_meeg import read_bids_meeg
from neurona.errors import DataError
from neurona.recordings.bids_epochs import Epoching
from neurona.recordings.entities import WindowEntities, fit_entities

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
