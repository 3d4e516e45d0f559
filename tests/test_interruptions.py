"""Runs that were killed or found the disk full: nothing half stands under a final name, and the same command mends it."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bids_trees import write_fmri_tree

MEG = Path(__file__).parents[1] / "experiments" / "uea" / "directions.yaml"
SETTINGS = ("entities={method: windows, n_bins: 4, n_windows: 2}", "decoder.decays=[0.03]", "evaluation.baselines=[]")


def arguments(ts_folder, out):
    pairs = [f"data.path={ts_folder}", *SETTINGS]
    return ["run", MEG, *(word for pair in pairs for word in ("--set", pair)), "--out", out]


def files(folder: Path) -> dict[str, bytes]:
    """Every file with its content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextlib.contextmanager
def disk_of(most_bytes: int):
    """No file may grow beyond that: what a full disk does, at a place of our choice (an OSError in mid-write)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture(scope="module")
def whole(ts_folder, tmp_path_factory):
    """The folder of a run that nothing interrupted."""
    from rich.console import Console

    from neurona.experiments.config import load_config
    from neurona.experiments.runs.runner import run

    out = tmp_path_factory.mktemp("whole") / "run"
    run(load_config(MEG, [f"data.path={ts_folder}", *SETTINGS]), out, Console(quiet=True))
    return out


@pytest.mark.parametrize("stage", ["config.yaml", pytest.param("", marks=pytest.mark.slow)])
def test_a_run_killed_in_mid_way_and_run_again_leaves_the_same_files(neurona, whole, ts_folder, tmp_path, stage):
    out = tmp_path / "run"
    command = [sys.executable, "-c", "from neurona.cli import main; main()", *map(str, arguments(ts_folder, out))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        start = time.monotonic()
        while not (out / stage).exists() and process.poll() is None and time.monotonic() - start < 300:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "metrics.json").exists() or (out / "metrics.json").read_bytes() == files(whole)["metrics.json"]
    assert neurona(*arguments(ts_folder, out))[0] == 0
    # What a kill leaves under a name of its own, that begins with a dot, is no result.
    left = {name: content for name, content in files(out).items() if not name.startswith(".") and "/." not in name}
    assert left == files(whole)


@pytest.mark.parametrize("name", ["predictions.parquet", pytest.param("accuracy.png", marks=pytest.mark.slow)])
def test_a_run_that_finds_the_disk_full_says_so_and_leaves_no_half_file(neurona, whole, ts_folder, tmp_path, name):
    out, expected = tmp_path / "run", files(whole)
    with disk_of(len(expected[name]) - 1):
        code, _, error = neurona(*arguments(ts_folder, out))
    assert code == 2
    assert error.startswith("neurona: ")
    assert str(out) in error
    assert "free space" in error or "choose" in error
    present = files(out) if out.exists() else {}
    assert name not in present
    for part in {key.split("/")[0] for key in present}:  # files, and folders such as the reading
        assert _part(present, part) == _part(expected, part)
    assert not [path for path in os.listdir(out) if path.startswith(".")]
    assert neurona(*arguments(ts_folder, out))[0] == 0
    assert files(out) == expected


def _part(found: dict[str, bytes], part: str) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name.split("/")[0] == part}


def test_what_was_finished_before_the_disk_was_full_stays(neurona, whole, ts_folder, tmp_path):
    out = shutil.copytree(whole, tmp_path / "run")
    with disk_of(100):
        assert neurona(*arguments(ts_folder, out), "--set", "seed=1")[0] == 2
    assert files(out)["metrics.json"] == files(whole)["metrics.json"]


def test_a_study_whose_conversion_finds_the_disk_full_is_absent_and_then_whole(neurona, tmp_path):
    study = write_fmri_tree(tmp_path / "study", subjects=("01",))
    command = ("data", "convert", study, tmp_path / "set", "--set", "method=window")
    with disk_of(1000):
        code, _, error = neurona(*command)
    assert code == 2
    assert f"{tmp_path / 'set'}: cannot be written" in error
    assert "free space" in error
    assert os.listdir(tmp_path) == ["study"]
    assert neurona(*command)[0] == 0
    assert sorted(os.listdir(tmp_path)) == ["set", "study"]
