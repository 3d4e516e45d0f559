"""The benchmark of accelerators, on a CPU."""

import json
import subprocess
import sys

import gpu
import pytest


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


def test_nothing_is_begun_after_the_last_minute(tmp_path, monkeypatch):
    out = tmp_path / "gpu.json"
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--minutes", "0", "--only", "training", "--out", str(out)])
    assert gpu.main() == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["cut_short"] == ["training"]
    assert found["training"] == []
