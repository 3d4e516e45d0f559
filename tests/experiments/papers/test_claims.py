from dataclasses import replace

import pandas as pd
import pytest
import stub_papers
import stub_runs

from neurona.evaluation.inference.claims import claims_table
from neurona.experiments.papers.claims import alike, measured_claims
from neurona.experiments.papers.plan import Source, plan
from neurona.experiments.papers.tables import read_tables


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = stub_papers.write_paper(tmp_path_factory.mktemp("claims") / "paper")
    tables = read_tables(folder / "tables.yaml")
    rows = plan(tables, folder, runs=folder / "runs")
    stub_papers.perform_at_once(rows)
    return tables, rows


def test_a_claim_holds_where_the_answers_bear_it_out(made):
    tables, rows = made
    tested, untested = measured_claims(tables.claims, rows)
    table = claims_table(tested).set_index("claim")
    assert not untested
    assert table.verdict["Good over poor"] == "holds"
    assert table.p["Good over poor"] < 0.001
    assert 0.1 < table.effect["Good over poor"] < 0.3
    assert table.verdict["Poor over good"] == "fails"
    assert table.effect["Good over poor"] == pytest.approx(-table.effect["Poor over good"])
    assert table.effect["Good loses little"] == pytest.approx(0, abs=0.03)
    assert table.effect["Good is near the oracle"] == pytest.approx(0.8 / 0.9, abs=0.05)


def test_a_claim_without_its_runs_is_not_tested_and_says_why(made):
    tables, rows = made
    tested, untested = measured_claims(tables.claims, [row for row in rows if row.row != "poor"])
    assert [claim.claim for claim in tested] == ["Good loses little", "Good is near the oracle"]
    assert untested[0] == "Good over poor: no finished run of main/poor"


def test_what_rows_differ_by_on_exchanged_recordings_too_bears_no_claim_out(made):
    tables, rows = made
    good = next(row for row in rows if row.row == "good" and row.table == "main")
    same = [replace(row, control=row.runs) for row in rows]
    tested, _ = measured_claims(tables.claims, same)
    table = claims_table(tested).set_index("claim")
    assert table.effect["Good over poor"] == pytest.approx(0)
    assert table.verdict["Good over poor"] == "fails"
    # Where both sides answer alike on exchanged recordings, all of their difference is above it.
    alike_there = [replace(row, control=good.runs) for row in rows]
    tested, _ = measured_claims(tables.claims, alike_there)
    table = claims_table(tested).set_index("claim")
    assert table.verdict["Good over poor"] == "holds"
    assert "above exchanged" in table.quantity["Good over poor"]


def test_measured_data_have_no_oracle(made):
    tables, rows = made
    measured = [replace(row, source=Source("bold5000_qa", None, simulated=False)) for row in rows]
    _, untested = measured_claims(tables.claims, measured)
    assert untested == ["Good is near the oracle: measured data have no oracle"]


def test_questions_are_drawn_in_the_proportions_of_others():
    questions = stub_runs.synthetic(0.7, 0, 400)
    model = stub_runs.synthetic(0.7, 0, 100)
    model = pd.concat([model[model.type == "relation"], model[model.type == "object"].iloc[:20]])
    drawn = alike(questions, model)
    share = (model.type == "relation").mean()
    assert (drawn.type == "relation").mean() == pytest.approx(share, abs=0.01)
    assert len(drawn) > 800
    assert not drawn.duplicated(["question"]).any()


def test_types_that_the_model_lacks_are_not_drawn():
    questions = stub_runs.synthetic(0.7, 0, 40)
    assert set(alike(questions, questions[questions.type == "relation"]).type) == {"relation"}
