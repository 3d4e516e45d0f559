"""Sweeps: what they plan, tell and leave, of a run that takes no time; what a kill costs them, of real ones. Processes, files and backends are the real ones."""

import io
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from neurona.errors import ConfigError
from neurona.experiments.sweeps.over import parse_over
from neurona.experiments.sweeps.sweep import Workers, knock, plan_sweep, sweep

CONFIG = """
name: stub
data: {simulation: {}}
entities: {method: ward}
decoder: linear_evidence
evaluation: {split: leave_one_run_out}
"""
STUB = "stub_runs:answers"


@pytest.fixture
def config(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "stub.yaml"
    path.write_text(CONFIG)
    return path


def perform(config, *over, **options):
    console = Console(file=io.StringIO(), width=200)
    runs = config.parent / "runs"
    table = sweep(config, parse_over(over), console=console, runs=runs, run=STUB, **options)
    return table, console.file.getvalue()


def test_a_sweep_tells_failures_tries_them_again_and_leaves_tables_and_a_picture(config, monkeypatch):
    monkeypatch.setenv("STUB_FAILS_AT", "1")
    monkeypatch.setenv("STUB_DIES_AT", "3")
    table, said = perform(config, "seed=0:4", workers=Workers(together=4))
    runs = table.groupby("seed")[["status", "error", "folder"]].first()
    assert runs.status.tolist() == ["finished", "failed", "finished", "failed"]
    assert runs.error[1] == "RuntimeError: the stub was told to fail"
    assert "SIGKILL" in runs.error[3]
    assert "the stub was told to fail" in said
    assert "Traceback" in (Path(runs.folder[1]) / "log.txt").read_text()
    assert (Path(runs.folder[2]) / "log.txt").read_text() == "seed 2\n"

    monkeypatch.delenv("STUB_FAILS_AT")
    monkeypatch.delenv("STUB_DIES_AT")
    made = Path(runs.folder[0]) / "metrics.json"
    when = made.stat().st_mtime_ns
    table, said = perform(config, "seed=0:4", "decoder.shrinkage=null,0.1", workers=Workers(together=8))
    assert "8 runs: 2 finished before, 6 to do" in said
    assert made.stat().st_mtime_ns == when
    assert set(table.status) == {"finished"}
    assert "SIMULATED DATA" in said
    folder = max((config.parent / "runs" / "stub").glob("sweep_*"), key=lambda path: path.stat().st_mtime_ns)
    summary = pd.DataFrame(json.loads((folder / "summary.json").read_text()))
    overall = summary[summary.type == "overall"].set_index("decoder.shrinkage", drop=False)
    assert overall.seeds.tolist() == [4, 4]
    assert (overall.low < overall["mean"]).all()
    assert overall["mean"].iloc[1] > overall["mean"].iloc[0]
    assert len(pd.read_parquet(folder / "sweep.parquet")) == len(table)
    assert (folder / "sweep.png").stat().st_size > 0

    (made.parent / "config.yaml").write_text("name: other\n")
    assert not plan_sweep(config, {"seed": (0,)}, runs=config.parent / "runs")[0].finished


@pytest.mark.slow
def test_a_run_that_takes_its_process_with_it_leaves_those_after_it_alone(config, monkeypatch):
    monkeypatch.setenv("STUB_DIES_AT", "0")
    table, _ = perform(config, "seed=0:2", workers=Workers(together=2))
    assert table.groupby("seed").status.first().to_dict() == {0: "failed", 1: "finished"}


REAL = """
name: real
data:
  simulation: {subjects: 1, images: 60, snr: 1.0, nouns: 20, adjectives: 4, questions: 10, components: 72, parcels: 6, test_share: 0.3}
entities: groups
decoder: relational_evidence
evaluation: {split: published, validation: 0.1, metrics: [], plots: [], fit_all: false}
"""


def swept(folder, *options):
    """The command, on real runs of SIMULATED data."""
    (folder / "real.yaml").write_text(REAL)
    words = [sys.executable, "-m", "neurona", "sweep", "real.yaml", "--over", "seed=0:3", *options]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finished(folder):
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("runs/real/*/metrics.json")}


def numbers(folder):
    """All that the runs of a sweep found, and their answers, which no clock is part of."""
    found = {path.parent.name: json.loads(path.read_text()) for path in folder.glob("runs/real/*/metrics.json")}
    return found, {name: pd.read_parquet(folder / "runs/real" / name / "predictions.parquet") for name in found}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    process = swept(folder, "--together", "3")
    said = process.communicate(timeout=900)[0]
    assert process.returncode == 0, said[-2000:]
    return numbers(folder)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "dask"])
def test_a_killed_sweep_loses_the_runs_in_hand_and_goes_on_to_the_same_numbers(tmp_path, undisturbed, backend):
    if backend == "dask":
        pytest.importorskip("distributed", reason="pip install 'neurona[dask]'")
    options = "--backend", backend, *(("--jobs", "2") if backend == "dask" else ("--together", "3"))
    process = swept(tmp_path, *options)
    # Killed in the middle of a run, with one that is finished.
    while not finished(tmp_path) or len(list(tmp_path.glob("runs/real/*/config.yaml"))) == len(finished(tmp_path)):
        assert process.poll() is None, process.communicate()[0][-2000:]
        time.sleep(0.05)
    process.kill()
    process.communicate()
    time.sleep(3)  # an orphan would go on
    kept = finished(tmp_path)
    assert 1 <= len(kept) < 3
    again = swept(tmp_path, *options)
    said = again.communicate(timeout=900)[0]
    assert again.returncode == 0, said[-2000:]
    assert f"3 runs: {len(kept)} finished before, {3 - len(kept)} to do" in said
    assert kept.items() <= finished(tmp_path).items()
    (metrics, answers), (whole_metrics, whole_answers) = numbers(tmp_path), undisturbed
    assert metrics == whole_metrics
    for name, table in answers.items():
        pd.testing.assert_frame_equal(table, whole_answers[name])


def test_a_dask_cluster_of_this_machine_performs_runs(config):
    pytest.importorskip("distributed")
    table, _ = perform(config, "seed=0:2", workers=Workers(together=2, backend="dask"))
    assert set(table.status) == {"finished"}
    assert table.digest.nunique() == 2


@pytest.mark.slow
def test_a_ray_cluster_of_this_machine_performs_runs(config):
    pytest.importorskip("ray")
    table, _ = perform(config, "seed=0:2", workers=Workers(jobs=2, backend="ray"))
    assert set(table.status) == {"finished"}


@pytest.mark.slow
def test_a_ray_cluster_that_the_environment_names_is_joined(config, monkeypatch):
    pytest.importorskip("ray")
    code = (
        "import ray; context = ray.init(address='local', num_cpus=2, include_dashboard=False)\n"
        "print(context.address_info['gcs_address'], flush=True); input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as head:
        try:
            monkeypatch.setenv("RAY_ADDRESS", head.stdout.readline().strip())
            table, _ = perform(config, "seed=0:2", workers=Workers(jobs=2, backend="ray"))
        finally:
            head.stdin.close()
            head.wait(30)
    assert set(table.status) == {"finished"}


def test_a_backend_that_is_not_installed_says_how_to_get_it(config, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"pip install 'neurona\[ray\]'"):
        perform(config, "seed=0:1", workers=Workers(backend="ray"))


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "ray://127.0.0.1:{}"])
def test_a_cluster_that_nobody_listens_for_is_told_at_once(address):
    """Ray itself would try for minutes."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        knock(address.format(port))
    with pytest.raises(ConnectionError, match="refused"):
        knock(address.format(port))


def test_a_host_that_does_not_exist_is_told_like_one_that_does_not_answer():
    with pytest.raises(ConnectionError):
        knock("nowhere.invalid:6379")


def test_words_for_a_cluster_are_left_to_ray():
    knock("auto")
    knock("local")


def test_runs_of_several_processes_are_refused(config):
    with pytest.raises(ConfigError, match=r"training\.mesh\.processes: found 2, expected 1.*neurona run"):
        plan_sweep(config, {"training.mesh.processes": (2,)})


def test_a_wrong_key_is_refused_before_any_run(config):
    with pytest.raises(ConfigError, match="shrinkag"):
        perform(config, "decoder.shrinkag=0.1,0.2")
    assert not (config.parent / "runs").exists()
