import io
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from bids_trees import SPACE, write_atlas, write_fmri_tree
from rich.console import Console

from neurona.datasets.bids_card import trial_concepts
from neurona.datasets.bids_fmri import read_bids_fmri
from neurona.errors import DataError
from neurona.programs import parse
from neurona.recordings.entities import ParcelEntities, fit_entities
from neurona.recordings.fmri_windows import Windows

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """SIMULATED: `study` and an atlas beside it."""
    folder = tmp_path_factory.mktemp("bids")
    write_fmri_tree(folder / "study", noise=1.0)
    write_atlas(folder)
    (folder / "quarters.nii.gz").rename(folder / "atlas.nii.gz")
    (folder / "quarters.tsv").rename(folder / "atlas.tsv")
    return folder / "study"


def read(study, **options):
    given = {"task": "look", "derivatives": study / "derivatives" / "fmriprep", "space": SPACE, "console": QUIET}
    return read_bids_fmri(study, **given | options)


def nearest_mean_accuracy(features, labels, runs):
    """Accuracy of the nearest class mean, leaving out one run at a time."""
    right = []
    for run in np.unique(runs):
        train = runs != run
        kinds = np.unique(labels)
        means = np.stack([features[train & (labels == kind)].mean(axis=0) for kind in kinds])
        distance = ((features[~train][:, None] - means[None]) ** 2).sum(axis=2)
        right += list(kinds[distance.argmin(axis=1)] == labels[~train])
    return np.mean(right)


@pytest.mark.parametrize("method", ["lsa", "lss", Windows(delay=4, volumes=3)])
def test_a_tree_goes_through_to_entities_from_which_labels_are_decoded(study, method):
    dataset = read(study, method=method, atlas=study.parent / "atlas.nii.gz", confounds=["trans_x", "csf"])
    data, entities = dataset.recordings.data, fit_entities(dataset.recordings, "atlas").apply(dataset.recordings)
    assert entities.names == ("A", "B", "C", "D")
    assert entities.networks == ("Vis", "Vis", "Motor", "Motor")
    assert nearest_mean_accuracy(entities.features, data.label.values, data.run.values) > 0.75
    shuffled = np.random.default_rng(0).permutation(data.label.values)
    assert nearest_mean_accuracy(entities.features, shuffled, data.run.values) < 0.65


@pytest.mark.parametrize("method", ["ward", "dictionary"])
def test_voxels_are_parcelled_within_the_training_fold(study, method):
    recordings = read(study, confounds=["trans_x"]).recordings
    train = recordings.data.run.values != "run-03"
    entities = fit_entities(recordings, ParcelEntities(method, n_parcels=4), train).apply(recordings)
    data = recordings.data
    assert nearest_mean_accuracy(entities.features, data.label.values, data.run.values) > 0.75


def test_card_and_questions_come_from_the_description_and_the_trial_types(study):
    dataset = read(study, method="window", subjects=["02"])
    card = dataset.card
    assert card.name == "bids_faces_and_houses"
    assert card.title == "Faces and houses (SIMULATED)"
    assert (card.licence, card.citation, card.subjects) == ("CC0", "Nobody", 1)
    assert card.sampling == "TR 2 s, 3 runs of 1 subjects, task look"
    assert card.vocabulary.concepts == ("face", "house")
    assert dataset.recordings.data.attrs["simulated"] == 1
    asked = dataset.questions.merge(
        dataset.recordings.data.label.to_series().rename("label"), left_on="recording", right_index=True
    )
    face = asked[asked.program == "exists x. face(x)"]
    assert ((face.answer == "yes") == (face.label == "Face")).all()
    for program in asked.program.unique():
        parse(program, card.vocabulary)


def test_progress_is_shown_a_run(study):
    printed = io.StringIO()
    read(study, method="window", console=Console(file=printed, width=100))
    assert "window: runs" in printed.getvalue()
    assert "6/6" in printed.getvalue()


def test_trial_types_become_concepts_in_lower_case():
    assert trial_concepts(["Scrambled Face", "2-back"]) == {"2-back": "_2_back", "Scrambled Face": "scrambled_face"}
    with pytest.raises(DataError, match="trial types 'Face' and 'face' are both concept 'face'; rename one"):
        trial_concepts(["face", "Face"])


def test_what_cannot_be_read_is_explained(study, tmp_path):
    with pytest.raises(DataError, match="unknown method 'lsaa'; did you mean 'lsa'"):
        read(study, method="lsaa")
    with pytest.raises(DataError, match="task: no BOLD image of task 'lock'; did you mean 'look'"):
        read(study, task="lock")
    with pytest.raises(DataError, match=r"only .* found; decoding needs two classes"):
        read(study, trial_types=["Face"], method="window")
    with pytest.raises(DataError, match=r"dataset_description.json: no such file; name the top folder"):
        read_bids_fmri(tmp_path, task="look", console=QUIET)
    (tmp_path / "dataset_description.json").write_text("[]")
    with pytest.raises(DataError, match=r"expected an object \{...\} of fields, found list"):
        read_bids_fmri(tmp_path, task="look", console=QUIET)


def test_the_code_of_the_page_on_bids_runs(study, monkeypatch, tmp_path, capsys):
    page = (Path(__file__).parents[2] / "docs" / "bids.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(code.strip().splitlines()) <= 20
    (tmp_path / "page.py").write_text(code)
    monkeypatch.chdir(study.parent)
    left = runpy.run_path(str(tmp_path / "page.py"))
    assert left["entities"].features.shape == (72, 4)
    assert "Vis" in capsys.readouterr().out
