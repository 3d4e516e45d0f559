"""A training that was killed ends in the very numbers of one that was not."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest
import tiny
from flax import nnx

from neurona.errors import ConfigError
from neurona.training import train
from neurona.training.logs import read_log

SCRIPT = Path(tiny.__file__)
SETTINGS = replace(tiny.SETTINGS, selection="validation", criterion="accuracy", patience=5)


def run(folder, settings=SETTINGS, told=None):
    told = told or tiny.problem()
    return train(tiny.Stateful, tiny.inputs(told), told, settings, asked_only=True, folder=folder)


def identical(one, other):
    states = [jax.tree.leaves(nnx.state(found.model)) for found in (one, other)]
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    timing = ["seconds", "questions_per_s"]
    assert one.history.drop(columns=timing).equals(other.history.drop(columns=timing))
    assert one.best_epochs == other.best_epochs


@pytest.mark.slow
def test_killed_in_mid_training_and_started_again(tmp_path):
    command = [sys.executable, str(SCRIPT), str(tmp_path / "killed"), '{"network": "stateful"}', "3"]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr[-2000:]
    assert [row["epoch"] for row in read_log(tmp_path / "killed" / "log.jsonl")] == [0, 1, 2]
    resumed = run(tmp_path / "killed", tiny.SETTINGS)
    identical(resumed, run(None, tiny.SETTINGS))
    assert [row["epoch"] for row in read_log(tmp_path / "killed" / "log.jsonl")] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("epoch", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_stopped_by_an_error_at_any_epoch_and_started_again(tmp_path, monkeypatch, epoch):
    def fails(log, row):
        write(log, row)
        if row["epoch"] == epoch:
            raise KeyboardInterrupt

    write = tiny.Log.write
    with monkeypatch.context() as patched:
        patched.setattr(tiny.Log, "write", fails)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path)
    identical(run(tmp_path), run(None))


def test_a_finished_training_is_read_and_not_repeated(tmp_path):
    first, again = run(tmp_path), run(tmp_path)
    identical(first, again)
    assert first.history.seconds.equals(again.history.seconds)


@pytest.mark.slow
def test_another_training_s_folder_is_refused_by_what_differs(tmp_path):
    run(tmp_path, replace(SETTINGS, epochs=1))
    with pytest.raises(ConfigError, match=r"holds a training with training\.epochs 1, now 6.*remove it"):
        run(tmp_path)
    with pytest.raises(ConfigError, match=r"(train questions|recordings|seed|initial)"):
        run(tmp_path, replace(SETTINGS, epochs=1), tiny.problem(seed=3))
    silent = replace(SETTINGS, epochs=1, checkpoint_epochs=7)
    assert len(run(tmp_path, silent).history) == 1


def test_a_damaged_description_is_named(tmp_path):
    (tmp_path / "training.json").write_text("{")
    with pytest.raises(ConfigError, match=r"training\.json: is not JSON"):
        run(tmp_path)


def test_the_folder_says_what_was_trained(tmp_path):
    run(tmp_path)
    told = json.loads((tmp_path / "training.json").read_text())
    assert told["training.learning_rate"] == SETTINGS.learning_rate
    assert {"train questions", "validation questions", "recordings", "initial parameters", "seed"} <= set(told)
