"""Whole experiments. Real recordings: better than guessing with labels, guessing without. SIMULATED: every kind of decoder."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from neurona.datasets.registry import source
from neurona.decoders import decoders
from neurona.errors import ConfigError, DataError
from neurona.evaluation import chance_interval
from neurona.experiments.config import load_config
from neurona.experiments.runs.runner import run, shuffled
from neurona.experiments.study import load_study

CONFIGS = Path(__file__).parents[3] / "experiments"
QUIET = Console(file=io.StringIO())
QUICK = ["decoder.decays=[0.03]", "evaluation.baselines=[]", "evaluation.fit_all=false"]
MEEG = ["uea/directions", "uea/finger_movements", "uea/scp1", "uea/scp2"]


SMALL = ["data.simulation.subjects=1", "data.simulation.images=80", "training.epochs=2"]
LONG = ("end_to_end", "explain", "neurona", "product_of_experts")
LABELS_ONLY = "linear_evidence"
"""It knows no relations, so it is tried on real recordings instead."""
KINDS = [
    pytest.param(kind, marks=pytest.mark.slow) if kind in LONG else kind for kind in decoders() if kind != LABELS_ONLY
]


def meeg_config(name, *overrides):
    config = load_config(CONFIGS / f"{name}.yaml", [*QUICK, *overrides])
    try:
        source(config.data.name).fetch(QUIET)
    except DataError as error:
        pytest.skip(f"not in the cache and not to be fetched here: {error}")
    return config


def within_chance(metrics):
    describe = metrics["accuracy"]["describe"]
    low, high = chance_interval(describe["chance"], describe["n"])
    return low <= describe["value"] <= high


@pytest.mark.parametrize("name", [MEEG[0], *(pytest.param(name, marks=pytest.mark.slow) for name in MEEG[1:])])
def test_shuffled_answers_of_real_meeg_are_decoded_at_chance(name, tmp_path):
    assert within_chance(run(meeg_config(name, "evaluation.shuffle=true"), tmp_path, QUIET))


@pytest.mark.slow
def test_shuffled_answers_of_real_fmri_are_decoded_at_chance(haxby_slice, tmp_path):
    config = load_config(
        CONFIGS / "haxby2001" / "slice.yaml", [*QUICK, f"data.path={haxby_slice}", "evaluation.shuffle=true"]
    )
    assert within_chance(run(config, tmp_path, QUIET))


@pytest.mark.parametrize(("name", "at_least"), [("uea/directions", 0.518), ("uea/scp1", 0.807)])
def test_real_meeg_is_decoded(name, at_least, tmp_path):
    metrics = run(meeg_config(name), tmp_path, QUIET)
    assert metrics["accuracy"]["describe"]["value"] >= at_least
    assert not within_chance(metrics)


def test_real_fmri_is_decoded(haxby_slice, tmp_path):
    config = load_config(CONFIGS / "haxby2001" / "slice.yaml", [*QUICK, f"data.path={haxby_slice}"])
    metrics = run(config, tmp_path, QUIET)
    assert metrics["accuracy"]["describe"]["value"] >= 0.74
    assert not within_chance(metrics)


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_leaves_answers_to_every_test_question_with_their_numbers(kind, tiny, tmp_path):
    metrics = run(tiny(f"decoder={kind}", *SMALL), tmp_path, QUIET)
    predictions = pd.read_parquet(tmp_path / "predictions.parquet")
    assert predictions.score.notna().all()
    yes_no = predictions.chance.isna()
    assert set(predictions.predicted[yes_no]) <= {"yes", "no"}
    assert (predictions.predicted[yes_no] == "yes").equals(predictions.score[yes_no] > 0)
    for name in ("as_asked", "probability", "prior"):
        assert predictions[name].dropna().between(0, 1).all()
    reads = (tmp_path / "reading").is_dir()
    assert predictions[["probability", "prior", "error"]].notna().all(axis=None) == reads
    assert json.loads((tmp_path / "metrics.json").read_text()) == json.loads(json.dumps(metrics))
    assert metrics["accuracy"]["overall"]["oracle"] > 0.5
    assert metrics["supervision"] == "answers"


def test_the_control_exchanges_what_was_measured_and_nothing_else(tiny):
    study = load_study(tiny(), QUIET)
    found, data = shuffled(study.dataset, 0), study.dataset.recordings.data
    moved = found.recordings.data
    assert found.questions.equals(study.dataset.questions)
    assert moved.coords.equals(data.coords)
    assert (moved.values != data.values).any()
    blocks = pd.Series([f"{run} {split}" for run, split in zip(data.run.values, data.split.values, strict=True)])
    for rows in blocks.groupby(blocks).indices.values():
        sums = [np.sort(part.values[rows].reshape(len(rows), -1).sum(1)) for part in (data, moved)]
        np.testing.assert_array_equal(*sums)


def test_scenes_as_supervision_are_the_same_for_the_control_and_are_told(tiny, tmp_path):
    output = io.StringIO()
    overrides = ["decoder=relational_evidence", "decoder.supervision=scenes", *SMALL, "evaluation.shuffle=true"]
    metrics = run(tiny(*overrides), tmp_path, Console(file=output, width=200))
    assert metrics["supervision"] == "scenes"
    assert "relational_evidence, learned from scenes, recordings shuffled" in output.getvalue()
    assert json.loads((tmp_path / "provenance.json").read_text())["supervision"] == "scenes"


def test_scenes_cannot_be_learned_from_where_there_are_none(ts_folder, tmp_path):
    config = load_config(CONFIGS / "uea" / "directions.yaml", [f"data.path={ts_folder}", "decoder.supervision=scenes"])
    with pytest.raises(ConfigError, match=r"decoder\.supervision: scenes, but hand_movement_direction comes without"):
        run(config, tmp_path, QUIET)


def test_the_epoch_may_be_chosen_on_test_questions_and_the_title_says_so(tiny, tmp_path):
    output = io.StringIO()
    config = tiny("decoder=end_to_end", "decoder.width=8", *SMALL, "training.selection=test")
    run(config, tmp_path, Console(file=output, width=200))
    assert "epoch chosen on test questions" in output.getvalue()
    log = (tmp_path / "training" / "published" / "log.jsonl").read_text()
    assert "test_loss" in log
