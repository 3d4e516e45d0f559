"""The benchmark of accelerators, on a CPU."""

import json
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import gpu
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_quick_benchmark_measures_every_part_and_finds_the_cpus_numbers_on_a_cpu(tmp_path):
    out = tmp_path / "gpu.json"
    command = [sys.executable, gpu.__file__, "--quick", "--minutes", "20", "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["cut_short"] == []
    assert all(row["met"] for row in found["parity"] if "met" in row)
    assert {row["precision"] for row in found["training"]} == {"float32", "bfloat16"}
    assert all(row["traces"] <= 1 and row["questions_per_s"] > 0 for row in found["training"])
    assert all(0 < row["share_of_peak"] < 1 for row in found["training"])
    assert all(row["compiled_when_warm"] == 0 for row in (*found["reading"], *found["explain"]))
    assert [row["questions_per_s"] > 0 for row in found["execution"][:-1]] == [True]
    assert found["provenance"]["device_kind"]


def test_its_head_names_every_wheel_that_it_needs():
    """What is installed here stands for what a machine without a network must be brought."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = _with_what_they_need([Requirement(one).name for one in project["dependencies"]], {"mne-bids", "pybids"})
    known = "jax", "jaxlib", "flax", "optax", "orbax-checkpoint", "pandas", "scikit-learn"
    named = set(gpu.__doc__.split("are to be brought")[1].split("Its parts:")[0].replace(":", " ").split())
    assert needed - _with_what_they_need(known) <= named


def _with_what_they_need(names, without=frozenset()):
    found, left = set(), list(names)
    while left:
        name = left.pop().lower().replace("_", "-")
        if name not in found | without:
            found.add(name)
            several = map(Requirement, requires(name) or ())
            left += [one.name for one in several if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def test_nothing_is_begun_after_the_last_minute(tmp_path, monkeypatch):
    out = tmp_path / "gpu.json"
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--minutes", "0", "--only", "training", "--out", str(out)])
    assert gpu.main() == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["cut_short"] == ["training"]
    assert found["training"] == []
