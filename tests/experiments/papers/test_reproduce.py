import io
from pathlib import Path

import pandas as pd
import pytest
import stub_papers
from rich.console import Console

from neurona.datasets.layouts import convert
from neurona.errors import ConfigError
from neurona.experiments.papers.plan import plan
from neurona.experiments.papers.reproduce import reproduce
from neurona.experiments.papers.tables import read_tables
from neurona.experiments.sweeps.sweep import Workers
from neurona.simulation import simulate
from neurona.simulation.layouts import write
from neurona.simulation.settings import SimulationSettings


@pytest.fixture
def paper(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path / "cache"))
    return stub_papers.write_paper(tmp_path / "paper")


def perform(paper, **options):
    console = Console(file=io.StringIO(), width=240)
    made = reproduce(paper, console=console, runs=paper / "runs", run="stub_runs:answers", **options)
    return made, console.file.getvalue()


def test_a_reproduction_runs_what_is_missing_and_writes_its_tables_claims_and_pictures(paper):
    rows = plan(read_tables(paper / "tables.yaml"), paper, runs=paper / "runs", run="stub_runs:answers")
    stub_papers.perform_at_once(rows)
    missing = rows[0].runs[1].folder
    (missing / "metrics.json").unlink()
    made, said = perform(paper)
    assert "11 runs: 10 finished before, 1 to do" in said
    assert (missing / "log.txt").read_text() == "seed 1\n"
    assert made.failed == 0
    assert {path.name for path in made.folder.iterdir()} == {
        *("results.csv", "results.md", "claims.csv", "claims.md", "claims.png"),
        *("curve_overall.csv", "curve_overall.png"),
    }
    assert set(pd.read_csv(made.folder / "claims.csv").verdict) == {"holds", "fails"}
    assert "SIMULATED" in (made.folder / "claims.md").read_text()
    assert made.results[made.results.measured.notna()].data.eq("SIMULATED (simulated)").all()
    assert "small: claims (SIMULATED DATA)" in said
    # Another table does not take these out of the files, but those that are not finished.
    (next(row for row in rows if row.table == "curve").runs[0].folder / "metrics.json").unlink()
    again, said = perform(paper, only=["again"])
    assert set(again.results.table) == {"main", "again", "null"}
    assert "Good over poor" in said
    assert "main: Main" not in said


def test_tables_that_need_other_data_are_told_apart_from_unknown_ones(paper):
    with pytest.raises(ConfigError, match="none of the tables measured_only can be made"):
        perform(paper, only=["measured_only"])


@pytest.mark.slow
def test_a_real_reproduction_of_a_tiny_paper(paper):
    tables = paper / "tables.yaml"
    tables.write_text(
        "paper: tiny\nconfig: base.yaml\nseeds: 1\n"
        "rows:\n  question_only: {label: question only, set: {decoder: question_only}}\n"
        "  explain: {label: explain, set: {decoder: explain}}\n"
        "tables:\n  main: {title: Main, rows: [question_only, explain], measures: [overall, yes/no]}\n"
        "claims: [{text: explain over question only, left: main/explain, right: main/question_only}]\n"
    )
    config = paper / "base.yaml"
    config.write_text(
        config.read_text().replace("images: 100", "images: 300, nouns: 30, components: 64, parcels: 16, snr: 1.0")
    )
    console = Console(file=io.StringIO(), width=240)
    made = reproduce(paper, console=console, runs=paper / "runs", workers=Workers(together=2))
    assert made.failed == 0
    assert made.claims is not None
    assert made.claims.verdict.tolist() == ["holds"]


@pytest.mark.slow
def test_a_reproduction_on_a_converted_folder_drops_the_dials_of_the_twin_and_says_what_the_data_are(paper, tmp_path):
    console = Console(file=io.StringIO(), width=240)
    settings = SimulationSettings(subjects=1, images=120, questions=10, nouns=20)
    write(simulate(settings, 0), tmp_path / "raw", "bold5000_qa", console)
    convert(tmp_path / "raw", tmp_path / "converted", console)
    tables = paper / "tables.yaml"
    tables.write_text(
        "paper: tiny\nconfig: base.yaml\nseeds: 1\nsimulated: {set: {data.simulation.snr: 0.5}}\n"
        "measured: {set: {evaluation.split: published}}\n"
        "rows:\n  linear: {label: linear, set: {decoder: linear, data.simulation.parcels: 30}}\n"
        "tables:\n  main: {title: Main, rows: [linear], measures: [overall]}\n"
    )
    made = reproduce(
        paper, console=console, runs=paper / "runs", data=tmp_path / "converted", workers=Workers(together=1)
    )
    assert made.failed == 0
    line = made.results.set_index("row").loc["linear"]
    assert line.data == "SIMULATED (bold5000_qa)"
    assert line.n > 50
    assert 0 < line.low < line.measured < line.high < 1
    assert made.folder.name == "reproduction_bold5000_qa"
