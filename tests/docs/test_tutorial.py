"""The tutorial does what it says: each command, config and piece of code runs as written, in one folder and in order."""

import os
import re
import runpy
import shlex
from pathlib import Path

import pytest

from neurona.experiments.config import load_config

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
CONFIG = "experiments/tutorial/study.yaml"


def plain(text: str) -> str:
    """Words and whole numbers; decimals differ between machines, and widths and rules between terminals."""
    text = re.sub(r"[+-]?\d+\.\d+", "#", text)
    return " ".join(re.sub(r"[^\w#=/.~()<>&|-]|[│┃]", " ", text).split())


def commands(block: str) -> list[tuple[str, list[str]]]:
    """(command, lines shown after it) of a console block; a line that ends with a backslash goes on."""
    found: list[tuple[str, list[str]]] = []
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        elif line.strip() not in ("", "..."):
            found[-1][1].append(line)
    return found


def test_every_block_of_the_page_is_of_a_kind_that_is_run():
    assert {kind for kind, _ in BLOCKS} == {"console", "yaml", "python"}
    assert PAGE.count("```") == 2 * len(BLOCKS)
    asked = [command for kind, block in BLOCKS if kind == "console" for command, _ in commands(block)]
    assert {shlex.split(command)[0] for command in asked} == {"neurona"}
    assert len(asked) >= 7


def test_the_config_shown_is_the_one_in_the_experiments(tmp_path):
    (shown,) = [block for kind, block in BLOCKS if kind == "yaml"]
    assert shown == (ROOT / CONFIG).read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:the number of connected components")
def test_the_tutorial_runs_as_written(neurona, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind, block in BLOCKS:
        if kind == "yaml":
            (tmp_path / "study.yaml").write_text(block, encoding="utf-8")
        elif kind == "python":
            (tmp_path / "page.py").write_text(block, encoding="utf-8")
            runpy.run_path("page.py")
            assert "SIMULATED" in capsys.readouterr().out
        else:
            for command, shown in commands(block):
                code, printed, error = neurona(*shlex.split(command)[1:])
                assert (code, error) == (0, ""), command
                for line in shown:
                    assert plain(line) in plain(printed), (command, line)
    assert load_config(Path("study.yaml")).data.name == "bids"
    graphs = tmp_path / "run" / "graphs"
    assert {path.suffix for path in graphs.iterdir()} >= {".graphml", ".json", ".png"}
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]
    accuracy = {name: _describe(tmp_path / name) for name in ("run", "control")}
    assert accuracy["run"]["low"] > 0.5  # of four kinds of things
    assert accuracy["control"]["high"] < accuracy["run"]["value"]


def _describe(folder: Path) -> dict:
    import json

    return json.loads((folder / "metrics.json").read_text())["accuracy"]["describe"]
