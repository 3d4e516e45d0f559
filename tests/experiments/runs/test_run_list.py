"""What there is under runs/."""

import io
import json
import os
from dataclasses import replace

import pytest
import stub_runs
from rich.console import Console

from neurona.errors import DataError
from neurona.experiments.runs import run_folder
from neurona.experiments.runs.identity import digest_of
from neurona.experiments.runs.run_list import find_runs, runs_table


@pytest.fixture
def runs(tiny, tmp_path):
    """Two runs, the second one not finished."""
    root = tmp_path / "runs"
    for seed in (0, 1):
        config = tiny(f"seed={seed}")
        folder = root / "tiny" / digest_of(config, "")
        run_folder.begin(folder, config)
        if seed == 0:
            stub_runs.answers(config, folder, None)
            os.utime(folder / "metrics.json", (1, 1))
    (root / "tiny" / "sweep_0").mkdir()
    return root


def test_runs_are_listed_with_their_settings_and_headline_figures_the_latest_first(runs, tiny):
    table = find_runs(runs)
    assert table.run.tolist() == [f"tiny/{digest_of(tiny(f'seed={seed}'), '')}" for seed in (1, 0)]
    assert table.status.tolist() == ["unfinished", "finished"]
    finished = table.iloc[1]
    assert (finished.data, finished.decoder, finished.split) == (
        "stub (SIMULATED)",
        "linear_evidence",
        "published",
    )
    accuracy = json.loads((runs / finished.run / "metrics.json").read_text())["accuracy"]
    assert finished.figures == {"yes/no": accuracy["yes/no"]}


def test_a_run_that_failed_in_a_sweep_says_why(runs, tiny):
    (runs / "tiny" / digest_of(tiny("seed=1"), "") / "outcome.json").write_text('{"error": "out of luck"}')
    assert find_runs(runs).status.tolist() == ["failed: out of luck", "finished"]


def test_the_list_fits_a_terminal(runs):
    output = io.StringIO()
    Console(width=80, file=output).print(runs_table(find_runs(runs), runs))
    assert "unfinished" in output.getvalue()
    assert "yes/no" in output.getvalue()
    assert "…" not in output.getvalue()


def test_a_run_of_other_times_is_listed(runs):
    old = runs / "old"
    old.mkdir()
    (old / "config.yaml").write_text("name: old\nmodel: gone\n")
    assert "old" in find_runs(runs).run.tolist()


def test_no_such_folder_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        find_runs(tmp_path / "runs")


def test_a_run_whose_data_changed_is_stale(runs, ts_folder, tmp_path):
    import yaml

    from neurona.datasets.dataset import fingerprint_of, save_dataset
    from neurona.datasets.registry import source

    dataset = source("hand_movement_direction").read(ts_folder, Console(quiet=True))
    save_dataset(dataset, tmp_path / "set")
    (folder,) = (path.parent for path in runs.rglob("metrics.json"))
    config = yaml.safe_load((folder / "config.yaml").read_text())
    (folder / "config.yaml").write_text(yaml.safe_dump(config | {"data": {"path": str(tmp_path / "set")}}))
    dataset_told = {"name": "set", "simulated": False, "fingerprint": fingerprint_of(tmp_path / "set")}
    (folder / "provenance.json").write_text(json.dumps({"dataset": dataset_told}))
    assert "finished" in find_runs(runs).status.tolist()
    save_dataset(replace(dataset, questions=dataset.questions.iloc[1:]), tmp_path / "set")
    assert "stale: its data changed" in find_runs(runs).status.tolist()
