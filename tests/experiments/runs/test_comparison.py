"""Two runs on the same questions."""

import io

import numpy as np
import pytest
import stub_runs
from rich.console import Console

from neurona.errors import DataError
from neurona.evaluation import paired_test
from neurona.experiments.runs import run_folder
from neurona.experiments.runs.comparison import compare_runs, comparison_rich_table
from neurona.experiments.runs.finished_run import open_run
from neurona.experiments.runs.identity import digest_of


@pytest.fixture
def runs(tiny, tmp_path):
    """A better run and a worse one, of the same seed."""
    made = []
    for shrinkage in (0.1, 0.04):
        config = tiny(f"decoder.shrinkage={shrinkage}")
        folder = tmp_path / digest_of(config, "")
        run_folder.begin(folder, config)
        stub_runs.answers(config, folder, None)
        made.append(open_run(folder))
    return made


def test_each_group_of_questions_is_tested_in_pairs(runs):
    table = compare_runs(*runs).set_index("group")
    assert list(table.index)[-1] == "overall"
    expected = paired_test(*(run.predictions for run in runs))
    for name in ("effect", "low", "high", "p", "first", "second", "n"):
        np.testing.assert_allclose(table.loc["overall", name], getattr(expected, name))
    assert table.loc["overall", "effect"] > 0


def test_runs_of_the_scanner_are_fewer_than_images_and_say_less(runs):
    for run in runs:
        run.predictions["subject"], run.predictions["run"] = "1", run.predictions.image.str[-1]
    by_image, by_run = (compare_runs(*runs, by=by).set_index("group").loc["overall"] for by in ("image", "run"))
    assert by_run.n_clusters == 10 < by_image.n_clusters
    assert by_run.effect == by_image.effect


def test_a_unit_that_is_not_known_is_an_error(runs):
    with pytest.raises(DataError, match="its predictions know no run"):
        compare_runs(*runs, by="run")
    with pytest.raises(DataError, match="--by picture: unknown; known: recording, image, run"):
        compare_runs(*runs, by="picture")


def test_the_table_names_both_runs_and_fits_a_terminal(runs):
    output = io.StringIO()
    Console(width=80, file=output).print(comparison_rich_table(compare_runs(*runs), *runs, "image"))
    for part in (runs[0].folder.name, runs[1].folder.name, "SIMULATED", "overall"):
        assert part in output.getvalue()
    assert "…" not in output.getvalue()
