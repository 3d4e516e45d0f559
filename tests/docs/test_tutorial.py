"""The tutorial does what it says."""

import json
import os
from pathlib import Path

import pytest
from pages import DOCS, blocks, check_kinds, run_page

from neurona.experiments.config import load_config

PAGE = "tutorial.md"
CONFIG = DOCS.parent / "experiments" / "tutorial" / "study.yaml"


def test_every_block_of_the_page_is_of_a_kind_that_is_run():
    check_kinds(PAGE, {"console", "yaml", "python"})


def test_the_config_shown_is_the_one_in_the_experiments():
    (shown,) = [block for kind, block in blocks(PAGE) if kind == "yaml"]
    assert shown == CONFIG.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the number of connected components")
def test_the_tutorial_runs_as_written(neurona, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "SIMULATED" in run_page(PAGE, tmp_path, neurona, capsys)
    assert load_config(Path("study.yaml")).data.path == Path("set")
    graphs = tmp_path / "run" / "graphs"
    assert {path.suffix for path in graphs.iterdir()} >= {".graphml", ".json", ".png"}
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]
    accuracy = {name: _describe(tmp_path / name) for name in ("run", "control")}
    assert accuracy["run"]["low"] > 0.5  # of four kinds of things
    assert accuracy["control"]["high"] < accuracy["run"]["value"]


def _describe(folder: Path) -> dict:
    return json.loads((folder / "metrics.json").read_text())["accuracy"]["describe"]
