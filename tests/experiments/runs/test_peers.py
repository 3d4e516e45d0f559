"""Classical decoders of several categories, on planted recordings."""

import numpy as np
import pytest
from rich.console import Console

import neurona as nr
from neurona import blocks
from neurona.decoders import fit
from neurona.errors import DataError
from neurona.evaluation.predictions import right_answers
from neurona.experiments.runs.folds import Fitted, fold_problem, folds_of
from neurona.experiments.runs.peers import check_peers, joint, peer_predictions, peer_table
from neurona.experiments.runs.predictions import unseen_conjunctions
from neurona.experiments.schema import Config
from neurona.experiments.study import Study, chosen_questions
from neurona.questions import Asked

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def planted():
    """SIMULATED: shape and side of 72 recordings, each on axes of its own; four runs."""
    rng = np.random.default_rng(0)
    shape, side = np.tile(np.repeat([0, 1, 2], 3), 8), np.tile([0, 1, 2], 24)
    signal = rng.normal(size=(72, 6)) * 0.1 + np.concatenate([np.eye(3)[shape], np.eye(3)[side]], axis=1)
    labels = {"shape": np.array(["disc", "ring", "star"])[shape], "side": np.array(["left", "middle", "right"])[side]}
    return nr.Dataset.from_arrays(signal, labels, groups=(np.arange(72) // 18).tolist(), simulated=True)


def answers(dataset, split, **evaluation):
    given = {"name": "x", "data": {"path": "x"}, "entities": {"method": "groups"}, "decoder": {"kind": "random"}}
    config = Config.model_validate(given | {"evaluation": {"split": split, "validation": 0, **evaluation}})
    study = Study(dataset)
    ids = dataset.recordings.data.recording.values.tolist()
    asked = Asked.of(chosen_questions(study), dataset.vocabulary, ids)
    fitted = []
    for fold in folds_of(config, study):
        entities, problem, test = fold_problem(config, study, asked, fold)
        fitted.append(Fitted(fold, entities, problem, test, fit(problem, config.decoder), None))
    told = peer_predictions(["lda"], dataset, asked, fitted)
    if split == "conjunctions":
        told["unseen"] = unseen_conjunctions(told, dataset, evaluation["columns"], fitted)
    return told


def test_peers_of_more_than_memory_holds_are_refused(planted, monkeypatch):
    check_peers(["lda"], planted.recordings)
    monkeypatch.setattr(blocks, "memory", lambda: 1.0)
    check_peers([], planted.recordings)
    with pytest.raises(DataError, match=r"evaluation\.baselines: .* leave it out"):
        check_peers(["lda"], planted.recordings)


def test_each_category_and_all_at_once(planted):
    found = peer_table(answers(planted, "leave_one_run_out"), "run")
    assert list(found) == ["lda: shape", "lda: side", "lda: shape & side", "lda: shape & side, each apart"]
    assert {row["value"] for row in found.values()} == {1.0}
    assert found["lda: shape"]["chance"] == pytest.approx(1 / 3)
    assert found["lda: shape & side"]["chance"] == pytest.approx(1 / 9)


def test_only_decoders_apart_name_conjunctions_that_training_lacks(planted):
    data = planted.recordings.data
    words = {
        name: planted.questions[planted.questions.program == f"describe {name}"].answer.tolist()
        for name in ("shape", "side")
    }
    columns = {f"metadata_{name}": ("recording", column) for name, column in words.items()}
    with_columns = type(planted.recordings)(data.assign_coords(columns))
    dataset = nr.Dataset(planted.name, planted.card, with_columns, planted.questions, words=planted.words)
    told = answers(dataset, "conjunctions", columns=["shape", "side"])
    found = peer_table(told, "run")
    assert found["lda: shape & side"]["value"] == pytest.approx(2 / 3)
    assert found["lda: shape & side, each apart"]["value"] > 0.9
    assert told[told.unseen].groupby("way").apply(lambda rows: right_answers(joint(rows, ["shape", "side"])).mean())[
        "shape & side"
    ] == pytest.approx(0)


def test_several_questions_about_a_recording_are_one_that_is_right_where_all_are(planted):
    told = answers(planted, "leave_one_run_out").query("way == 'apart'")
    told.loc[told.question == told.question.iloc[0], "predicted"] = "wrong"
    both = joint(told.sample(frac=1.0, random_state=0), ["shape", "side"])
    assert len(both) == 72
    assert (both.answer != both.predicted).sum() == 1
    assert set(both.chance) == {1 / 9}
    assert peer_table(None, "run") == {}
