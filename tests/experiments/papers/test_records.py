import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import stub_papers
from rich.console import Console

from neurona.evaluation.inference.intervals import accuracy_interval, seeds_interval
from neurona.evaluation.predictions import clusters, right_answers
from neurona.experiments.papers.plan import Source, plan
from neurona.experiments.papers.published import read_published
from neurona.experiments.papers.records import predictions_of, result_table
from neurona.experiments.papers.report import markdown, rich_tables
from neurona.experiments.papers.tables import read_tables


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = stub_papers.write_paper(tmp_path_factory.mktemp("records") / "paper")
    tables = read_tables(folder / "tables.yaml")
    rows = plan(tables, folder, runs=folder / "runs")
    stub_papers.perform_at_once(rows)
    return tables, read_published(folder / "published.yaml"), rows


@pytest.fixture(scope="module")
def results(made):
    return result_table(*made, {})


def line(results, table, row, measure="overall"):
    return results[(results.table == table) & (results.row == row) & (results.measure == measure)].iloc[0]


def test_a_published_number_inside_the_interval_agrees_and_one_outside_does_not(results):
    good, poor = line(results, "main", "Good"), line(results, "main", "Poor")
    assert good.low <= 0.8 <= good.high
    assert good.verdict == "agrees"
    assert good.difference == pytest.approx(good.measured - 0.8)
    assert poor.verdict == "lower"
    assert (good.seeds, good.n) == (3, 3 * 240)


def test_the_number_is_the_mean_over_seeds_of_what_was_answered_rightly(made, results):
    _, _, rows = made
    row = next(row for row in rows if row.label == "Good" and row.table == "main")
    each = [pd.read_parquet(run.folder / "predictions.parquet") for run in row.runs]
    share = [(table.answer == table.predicted)[table.type == "relation"].mean() for table in each]
    assert line(results, "main", "Good", "relation").measured == pytest.approx(sum(share) / 3)


def test_what_was_only_published_says_so_and_is_not_measured(results):
    large = line(results, "main", "Large model")
    assert large.verdict == "published only"
    assert large.data.startswith("published only")
    assert large.seeds == 0


def test_a_table_may_stand_beside_the_published_numbers_of_another(results):
    assert line(results, "again", "The same as good").verdict == "nothing published"
    assert line(results, "again", "Large model").published == 0.47


def test_null_data_are_judged_by_chance(results):
    assert line(results, "null", "Guess").verdict == "at chance"
    assert line(results, "null", "Good").verdict == "above chance"


def test_every_measured_line_says_that_it_is_simulated(made, results):
    measured = results[results.measured.notna()]
    assert measured.data.str.contains("SIMULATED").all()
    text = markdown(results, made[0])
    lines = [
        row for row in text.splitlines() if row.startswith("| ") and "row | measure" not in row and "---" not in row
    ]
    assert all("SIMULATED" in row or "published only" in row for row in lines)
    assert len(lines) == len(results)
    assert "Nothing to find." in text
    assert text.count("Decoders learn from answers.") == results.table.nunique()
    for table in rich_tables(results, made[0]):
        assert "SIMULATED" in str(table.title)
        assert "learned from answers" in str(table.title)


def test_tables_fit_a_terminal_of_80_columns(made, results):
    output = io.StringIO()
    for table in rich_tables(results, made[0]):
        Console(width=80, file=output).print(table)
    printed = output.getvalue()
    assert max(len(row) for row in printed.splitlines()) <= 80
    assert "…" not in printed
    for part in ("published", "at chance", "SIMULATED"):
        assert part in printed


def test_a_source_that_was_not_seen_is_told_beside_its_number(results):
    assert line(results, "main", "Poor").source.endswith("source not seen")
    assert "not seen" not in line(results, "main", "Good").source


def test_a_decoder_stands_beside_the_strongest_peer_which_is_run_once(tmp_path):
    paper = stub_papers.write_paper(tmp_path / "paper")
    path = paper / "tables.yaml"
    path.write_text(path.read_text().replace("title: Main,", "title: Main, peers: [ridge, lda],"))
    tables = read_tables(path)
    rows = plan(tables, paper, runs=paper / "runs", only=["main"])
    assert [row.peers for row in rows] == [("ridge", "lda"), ()]
    stub_papers.perform_at_once(rows)
    found = result_table(tables, read_published(paper / "published.yaml"), rows, {})
    good, poor = line(found, "main", "Good"), line(found, "main", "Poor")
    ridge = line(found, "main", "ridge")
    assert found[found.kind == "peer"].row.unique().tolist() == ["ridge", "lda"]
    assert (good.beside, poor.beside, ridge.beside) == ("ridge", "ridge", "")
    assert good.effect == pytest.approx(good.measured - ridge.measured)
    assert good.p < 0.05
    assert poor.effect < 0
    assert good.chosen == ridge.chosen == "inside training folds"
    assert "strongest peer (ridge)" in str(rich_tables(found, tables)[0].caption)


def test_runs_that_failed_are_told_in_their_line(made, tmp_path):
    tables, published, _ = made
    paper = stub_papers.write_paper(tmp_path / "paper")
    rows = plan(tables, paper, runs=paper / "runs", only=["again"])
    stub_papers.perform_at_once(rows)
    gone = rows[0].runs[1]
    (gone.folder / "metrics.json").unlink()
    found = result_table(tables, published, rows, {gone.job.digest: "no memory"})
    verdict = line(found, "again", "The same as good").verdict
    assert "1 of 3 runs missing: no memory" in verdict
    assert line(found, "again", "The same as good").seeds == 2


def test_seeds_of_a_folders_data_share_their_images_measured_or_not(made):
    tables, published, rows = made
    for simulated in (True, False):
        fixed = Source("bold5000_qa", Path("anywhere"), simulated, own_recordings=False)
        assert fixed.clusters() == ("image",)
        # The stub's seeds answer the same 60 images: it is these that the interval is about, and the spread over seeds.
        good = line(result_table(tables, published, [replace(row, source=fixed) for row in rows], {}), "main", "Good")
        predictions = predictions_of(next(row for row in rows if row.label == "Good"))
        right = right_answers(predictions)
        low, high = accuracy_interval(right, clusters(predictions, ("image",)))
        each = np.array([right[predictions.seed == seed].mean() for seed in range(3)])
        assert (good.low, good.high) == pytest.approx(seeds_interval(each, (high - low) / 2))
        assert good.low < low < high < good.high
