import json

import pytest
import stub_papers

from neurona.errors import ConfigError, DataError
from neurona.experiments.papers.plan import Source, distinct_runs, plan
from neurona.experiments.papers.tables import read_tables


@pytest.fixture
def paper(tmp_path):
    return stub_papers.write_paper(tmp_path / "paper")


def planned(paper, source=None, **options):
    return plan(read_tables(paper / "tables.yaml"), paper, source, runs=paper / "runs", **options)


def test_rows_have_a_run_a_seed_and_a_config_is_run_once(paper):
    rows = planned(paper)
    runs = {f"{row.table}/{row.row}": [run.job.digest for run in row.runs] for row in rows if not row.choice}
    assert len(runs["main/good"]) == 3
    assert runs["main/good"] == runs["again/same"] == runs["null/good"]
    assert runs["main/good"] != runs["main/poor"]
    # good, poor and guess with three seeds; the curve's two sizes with one.
    assert len(distinct_runs(rows)) == 3 * 3 + 2


def test_profiles_and_rows_reach_the_config(paper):
    row = next(row for row in planned(paper) if row.row == "guess")
    assert row.runs[0].config.data.simulation.nouns == 30
    assert row.runs[0].config.decoder.shrinkage is None
    assert [run.config.seed for run in row.runs] == [0, 1, 2]


def test_a_table_that_goes_over_a_key_has_a_row_a_value(paper):
    curve = [row for row in planned(paper) if row.table == "curve"]
    assert [row.label for row in curve] == ["Good, n_train 20", "Good, n_train 40"]
    assert [row.runs[0].config.evaluation.n_train for row in curve] == [20, 40]


def test_a_variant_of_a_table_is_a_row_of_its_own_and_quick_chooses_among_them(paper):
    tables = paper / "tables.yaml"
    variants = "variants: {usual: {}, loud: {data.simulation.snr: 2.0}}, quick: {variants: [loud]}, title: Main,"
    tables.write_text(tables.read_text().replace("title: Main,", variants))
    main = [row for row in planned(paper, only=["main"]) if row.row == "good"]
    assert [row.label for row in main] == ["Good, twin usual", "Good, twin loud"]
    assert main[1].runs[0].config.data.simulation.snr == 2.0 != main[0].runs[0].config.data.simulation.snr
    assert {row.choice["twin"] for row in planned(paper, only=["main"], quick=True)} == {"loud"}
    tables.write_text(tables.read_text().replace("[loud]", "[lound]"))
    with pytest.raises(ConfigError, match=r"unknown variant 'lound'; did you mean 'loud'"):
        planned(paper)


def test_quick_is_smaller(paper):
    rows = planned(paper, quick=True)
    assert {row.table for row in rows} == {"main", "again", "null"}
    assert {len(row.runs) for row in rows} == {2}
    assert rows[0].runs[0].config.data.simulation.images == 50


def test_only_some_tables_and_any_number_of_seeds(paper):
    rows = planned(paper, only=["again"], seeds=4)
    assert [(row.table, len(row.runs)) for row in rows] == [("again", 4)]


def test_all_decoders_of_a_table_learn_from_the_same(paper):
    tables = paper / "tables.yaml"
    tables.write_text(tables.read_text().replace("title: Main,", "title: Main, supervision: scenes,"))
    found = {row.table: {run.config.decoder.supervision for run in row.runs} for row in planned(paper)}
    assert found["main"] == {"scenes"}
    assert found["again"] == {"answers"}
    tables.write_text(
        tables.read_text().replace("set: {decoder.shrinkage: null}", "set: {decoder.supervision: scenes}")
    )
    with pytest.raises(ConfigError, match=r"decoder\.supervision is the same for a whole table"):
        planned(paper)


def test_an_unknown_table_is_refused_and_the_nearest_named(paper):
    with pytest.raises(ConfigError, match="did you mean 'curve'"):
        planned(paper, only=["curves"])


def test_an_unknown_row_is_refused_and_the_nearest_named(paper):
    path = paper / "tables.yaml"
    path.write_text(path.read_text().replace("rows: [good, poor]", "rows: [god, poor]"))
    with pytest.raises(ConfigError, match="did you mean 'good'"):
        read_tables(path)


def test_a_claim_about_no_row_is_refused(paper):
    path = paper / "tables.yaml"
    path.write_text(path.read_text().replace("left: main/good, right: main/poor", "left: main/goods, right: main/poor"))
    with pytest.raises(ConfigError, match="no row 'main/goods'"):
        read_tables(path)


def test_measured_data_come_from_their_folder_and_know_no_dials(paper, tmp_path):
    folder = tmp_path / "converted"
    (folder / "recordings.zarr").mkdir(parents=True)
    (folder / "questions.parquet").write_bytes(b"")
    (folder / "dataset.json").write_text(json.dumps({"card": "bold5000_qa", "simulated": False}))
    source = Source.of_folder(folder)
    rows = planned(paper, source)
    assert {row.table for row in rows} == {"main", "again", "null", "measured_only"}
    data = rows[0].runs[0].config.data
    assert (data.name, data.path, data.simulation) == (None, folder, None)
    assert source.provenance == "bold5000_qa"


def test_a_converted_set_of_simulated_recordings_still_says_so(tmp_path):
    (tmp_path / "dataset.json").write_text(json.dumps({"card": "bold5000_qa", "simulated": True}))
    assert Source.of_folder(tmp_path).provenance == "SIMULATED (bold5000_qa)"


def test_a_folder_that_was_not_converted_is_refused(tmp_path):
    with pytest.raises(DataError, match="neurona data convert"):
        Source.of_folder(tmp_path)


def test_a_row_of_a_table_with_controls_also_runs_on_exchanged_recordings(tmp_path):
    folder = stub_papers.write_paper(tmp_path / "paper")
    tables = read_tables(folder / "tables.yaml")
    main = tables.tables["main"].model_copy(update={"exchanged": True})
    controlled = tables.model_copy(update={"tables": {"main": main}})
    rows = plan(controlled, folder, runs=tmp_path / "runs")
    assert all(len(row.control) == len(row.runs) > 0 for row in rows)
    assert all(run.config.evaluation.shuffle for row in rows for run in row.control)
    assert not any(run.config.evaluation.shuffle for row in rows for run in row.runs)
    assert len(distinct_runs(rows)) == 2 * len({run.job.digest for row in rows for run in row.runs})
