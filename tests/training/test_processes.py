"""Several processes train as one does, and the first keeps what they make."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import tiny

from neurona.errors import ConfigError
from neurona.training import MeshSettings, TrainingSettings, is_first, join, train
from neurona.training.logs import read_log
from neurona.training.processes import as_first
from neurona.training.resume import Progress

CONFIG = """
name: tiny
data: {simulation: {subjects: 1, images: 40, snr: 1.0, nouns: 20, adjectives: 4, questions: 6, components: 72, parcels: 4, test_share: 0.3}}
entities: groups
decoder: {kind: neurona, embedding: 4, rank: 1}
training: {epochs: 4, recordings_per_step: 8, checkpoint_epochs: 1}
evaluation: {split: published, validation: 0.1, metrics: [], plots: [], fit_all: false}
"""


def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def pair(folders, kill="", **chosen):
    """Two processes that train together; what each may choose otherwise is a pair itself."""
    at = address()
    own = [{name: value[k] if isinstance(value, tuple) else value for name, value in chosen.items()} for k in (0, 1)]
    meshes = [{"processes": 2, "process": k, "coordinator": at} for k in (0, 1)]
    return [tiny.started(folders[k], kill=kill, mesh=meshes[k], **own[k]) for k in (0, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("members", [1, 2])
def test_two_processes_give_the_numbers_of_one_and_the_first_writes(tmp_path, members):
    lesson = tiny.problem()
    settings = replace(tiny.SETTINGS, members=members)
    one = tiny.told(train(tiny.Linear, tiny.inputs(lesson), lesson, settings, asked_only=True))
    both = pair((tmp_path / "first", tmp_path / "second"), members=members)
    for process in both:
        tiny.agrees(tiny.result(process), one)
    assert len(read_log(tmp_path / "first" / "log.jsonl")) == 6
    assert not (tmp_path / "second").exists()


@pytest.mark.slow
def test_two_processes_that_were_killed_go_on_to_the_same_numbers(tmp_path):
    whole = [tiny.result(process) for process in pair(("-", "-"), network="stateful")]
    folders = tmp_path / "first", tmp_path / "second"
    codes = [process.wait(300) for process in pair(folders, kill=3, network="stateful")]
    assert -signal.SIGKILL in codes
    assert 0 not in codes
    assert [row["epoch"] for row in read_log(folders[0] / "log.jsonl")][:2] == [0, 1]
    again = [tiny.result(process) for process in pair(folders, network="stateful")]
    assert again == whole
    assert again[0] == again[1]
    assert not folders[1].exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("differs", "told"),
    [({"learning_rate": (0.1, 0.2)}, "training.learning_rate 0.2"), ({"seed": (0, 1)}, "train questions")],
)
def test_processes_that_would_train_different_things_are_refused_by_the_first_difference(differs, told):
    _, second = pair(("-", "-"), **differs)
    said = second.communicate(timeout=300)[1]
    assert second.returncode == 1
    assert f"process 1 has {told}" in said


def command(out, process=None, at="", *others):
    """`neurona run` by itself, or as one of two, with other settings."""
    mesh = [] if process is None else ["processes=2", f"process={process}", f"coordinator={at}"]
    settings = [word for one in (*(f"training.mesh.{one}" for one in mesh), *others) for word in ("--set", one)]
    words = [sys.executable, "-m", "neurona", "run", str(out.parent / "tiny.yaml"), "--out", str(out), *settings]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def scores(run):
    return pd.read_parquet(run / "predictions.parquet").set_index("question").score


@pytest.mark.slow
def test_the_command_in_two_processes_killed_and_run_again_leaves_the_run_of_one(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tiny.yaml").write_text(CONFIG)
    one, two, other = (tmp_path / name for name in ("one", "two", "other"))
    alone = command(one)
    said = alone.communicate(timeout=600)[0]
    assert alone.returncode == 0, said[-2000:]

    at = address()
    both = [command(two, 0, at), command(other, 1, at)]
    while not list(two.glob("training/*/log.jsonl")) or not read_log(next(two.glob("training/*/log.jsonl"))):
        assert both[0].poll() is None, both[0].communicate()[0][-2000:]
        time.sleep(0.05)
    for process in both:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert not (two / "metrics.json").exists()

    at = address()
    both = [command(two, 0, at), command(other, 1, at)]
    said = [process.communicate(timeout=600)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said[0][-2000:] + said[1][-2000:]
    assert "results: with process 0" in said[1]
    assert not other.exists()
    np.testing.assert_allclose(scores(two), scores(one), atol=1e-4)
    found, expected = (json.loads((run / "metrics.json").read_text())["accuracy"] for run in (two, one))
    assert found["overall"]["value"] == expected["overall"]["value"]
    assert json.loads((two / "provenance.json").read_text())["mesh"] == {"devices": 2, "processes": 2}


@pytest.mark.slow
def test_commands_of_different_configs_are_refused_before_any_work(tmp_path):
    (tmp_path / "tiny.yaml").write_text(CONFIG)
    at = address()
    _, second = [command(tmp_path / f"run{k}", k, at, f"seed={k}") for k in (0, 1)]
    said = second.communicate(timeout=300)[0]
    assert second.returncode == 2
    assert "training.mesh: process 1 has seed 1, and not all others have" in said


def settings(**mesh):
    return TrainingSettings(mesh=MeshSettings(**{"processes": 2, "wait_seconds": 1, **mesh}))


@pytest.mark.parametrize(
    ("mesh", "told"),
    [
        ({"process": 1}, "with coordinator None, cannot join.*give coordinator"),
        ({"process": 1, "coordinator": "node0"}, "expected HOST:PORT, found 'node0'"),
        ({"process": 1, "coordinator": "127.0.0.1:{port}"}, "process 1 of 2: nobody listens at coordinator.*start process 0"),
        ({"processes": None}, r"process \? of \?.*SLURM or Open MPI"),
    ],
)  # fmt: skip
def test_a_process_that_cannot_join_says_what_to_mend(mesh, told, monkeypatch):
    monkeypatch.delenv("JAX_COORDINATOR_ADDRESS", raising=False)
    if "coordinator" in mesh:
        mesh = {**mesh, "coordinator": mesh["coordinator"].format(port=address().rpartition(":")[2])}
    with pytest.raises(ConfigError, match=told):
        join(settings(**mesh))


def test_one_process_is_the_first_and_goes_on_from_what_it_has():
    join(TrainingSettings())
    assert is_first()
    progress = Progress((np.ones(2),), 3, [{"epoch": 2}], [1], [0.5], False)
    assert as_first(progress) is progress


def test_more_devices_than_there_are_are_told_before_any_work(tmp_path, neurona):
    path = tmp_path / "tiny.yaml"
    path.write_text(CONFIG)
    code, _, error = neurona("run", path, "--out", tmp_path / "run", "--set", "training.mesh.devices=99")
    assert code == 2
    assert "training.mesh.devices: 99 asked for, there are 1 (cpu)" in error
    assert not (tmp_path / "run").exists()
