"""Whole commands, as a user runs them."""

import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from neurona.graphs import read_graph

CONFIGS = Path(__file__).parents[1] / "experiments"
MEG, FMRI = CONFIGS / "uea" / "directions.yaml", CONFIGS / "haxby2001" / "slice.yaml"
QUICK = ("--set", "decoder.decays=[0.03]", "--set", "evaluation.baselines=[ridge]")


def meg(ts_folder, out):
    small = ("--set", "entities={method: windows, n_bins: 8, n_windows: 4}")
    return ("run", MEG, "--set", f"data.path={ts_folder}", *small, *QUICK, "--out", out)


@pytest.fixture(scope="module")
def meg_run(ts_folder, tmp_path_factory):
    """The directory of a finished run on planted trials."""
    from rich.console import Console

    from neurona.experiments.config import load_config
    from neurona.experiments.runs.runner import run

    out = tmp_path_factory.mktemp("run")
    overrides = [
        f"data.path={ts_folder}",
        "entities={method: windows, n_bins: 8, n_windows: 4}",
        "decoder.decays=[0.01, 0.1]",
    ]
    run(load_config(MEG, overrides), out, Console(quiet=True))
    return out


def test_run_leaves_all_its_files_and_decodes_what_was_planted(meg_run):
    metrics = json.loads((meg_run / "metrics.json").read_text())
    describe = metrics["accuracy"]["describe"]
    assert describe["n"] == 40
    assert describe["chance"] == 0.25
    assert describe["low"] > 0.5 < describe["value"] <= describe["high"]
    assert set(metrics["baselines"]) == {"ridge", "linear_svc", "lda"}
    predictions = pd.read_parquet(meg_run / "predictions.parquet")
    columns = "question recording program answer type image subject run fold predicted score as_asked probability prior error chance seed"
    assert list(predictions) == columns.split()
    assert predictions.recording.str.startswith("test-").all()
    yes_no = predictions[predictions.type != "describe"]
    assert ((yes_no.score > 0) == (yes_no.predicted == "yes")).all()
    calibration = pd.read_csv(meg_run / "tables" / "calibration.csv").set_index("group")
    assert calibration.n["yes/no"] == len(yes_no)
    assert calibration.error["yes/no"] < 0.25
    provenance = json.loads((meg_run / "provenance.json").read_text())
    assert len(provenance["dataset"]["checksums"]) == 2
    for name in ("config.yaml", "accuracy.png", "confusion.png", "calibration.png", "reading", "graphs"):
        assert (meg_run / name).exists()


def test_the_same_config_and_seed_give_the_same_files(neurona, ts_folder, tmp_path):
    for out in ("a", "b"):
        assert neurona(*meg(ts_folder, tmp_path / out))[0] == 0
    for name in ("metrics.json", "predictions.parquet", "config.yaml"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_saved_config_runs_again(neurona, ts_folder, tmp_path):
    assert neurona(*meg(ts_folder, tmp_path / "a"))[0] == 0
    assert neurona("run", tmp_path / "a" / "config.yaml", "--out", tmp_path / "b")[0] == 0
    assert (tmp_path / "a" / "metrics.json").read_bytes() == (tmp_path / "b" / "metrics.json").read_bytes()


def test_fmri_blocks_are_decoded_leaving_runs_out(neurona, fmri_folder, tmp_path):
    few = ("--set", "entities.n_parcels=6")
    code, printed, _ = neurona("run", FMRI, "--set", f"data.path={fmri_folder}", *few, *QUICK, "--out", tmp_path)
    assert code == 0
    assert "describe" in printed
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["accuracy"]["describe"]["value"] > 0.8
    code, printed, _ = neurona(
        "query", tmp_path, "exists x. animate(x) & ~face(x)", "--recordings", "sub-2_run-01_block-01"
    )
    assert code == 0
    assert "ward parcel" in printed
    assert "yes" in printed or "no" in printed


def test_a_query_gives_the_answers_and_the_numbers_of_the_run(neurona, meg_run):
    predictions = pd.read_parquet(meg_run / "predictions.parquet")
    chosen = predictions[predictions.recording == "test-002"]
    code, printed, _ = neurona("query", meg_run, *chosen.program, "--recordings", "test-002")
    assert code == 0
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed.splitlines() if line.startswith("│")]
    said = {cells[1]: cells for cells in lines if len(cells) == 8}
    for row in chosen.to_dict("records"):
        _, _, answer, truth, *numbers = said[row["program"]]
        assert (answer, truth) == (row["predicted"], row["answer"])
        expected = [row[name] for name in ("as_asked", "probability", "prior", "error")]
        np.testing.assert_allclose([float(number) for number in numbers], expected, atol=5.1e-4)


def test_a_query_about_all_recordings_answers_for_each(neurona, meg_run):
    code, printed, _ = neurona("query", meg_run / "reading", "describe Direction")
    assert code == 0
    assert sum("test-" in line for line in printed.splitlines()) == 40


def test_answers_are_left_to_other_programs(neurona, meg_run):
    asked = ("query", meg_run, "Is there a left?", "describe Direction", "--recordings", "run=run-01")
    told = json.loads(neurona(*asked, "--json")[1])
    assert len(told) == 80
    assert {row["truth"] for row in told if row["query"] == "Is there a left?"} == {"yes", "no"}
    table = pd.read_csv(io.StringIO(neurona(*asked, "--csv")[1]))
    assert table.answer.tolist() == [row["answer"] for row in told]


def test_what_may_be_asked_is_listed(neurona, meg_run):
    printed = neurona("query", meg_run, "--list")[1]
    assert "40 recordings: test-000" in printed
    assert "category Direction: " in printed
    assert "horizontal := " in printed


def test_the_change_that_turns_an_answer_is_shown(neurona, meg_run):
    printed = neurona("query", meg_run, "Is there a left?", "-r", "test-002", "--why-not")[1]
    assert re.search(
        r"yes in the likeliest scene \(share 0\.\d+\); it would be no without left and with (up|down|right)", printed
    )


def test_a_prompt_answers_line_by_line_until_its_input_ends(neurona, meg_run, monkeypatch):
    lines = iter(
        [
            ":recordings test-002",
            "Is there a left?",
            ":why-not",
            "Is there a lift?",
            ":given exists x. right(x)",
            "exists x. left(x)",
            ":quit",
        ]
    )
    monkeypatch.setattr("builtins.input", lambda _: next(lines))
    code, printed, _ = neurona("query", meg_run)
    assert code == 0
    assert "understood as: exists x. left(x)" in printed
    assert "it would be no without left" in printed
    assert "did you mean 'left'?" in printed
    assert "0.000" in printed.split("given exists x.")[-1]


def test_a_query_leaves_a_concept_graph(neurona, meg_run):
    code, printed, _ = neurona("query", meg_run, "describe Direction", "--recordings", "test-002")
    assert code == 0
    assert "left" in next(line for line in printed.splitlines() if "describe" in line)  # planted in this trial
    graph = read_graph(meg_run / "graphs" / "test-002.graphml")
    assert graph.nodes["thing:left"]["probability"] > 0.5
    assert graph.has_edge("thing:left", "defined:horizontal")
    assert json.loads((meg_run / "graphs" / "test-002.json").read_text())["graph"]["recording"] == "test-002"
    assert (meg_run / "graphs" / "test-002.png").stat().st_size > 1000


def test_query_explained_shows_every_part_and_leaves_it_as_json(neurona, meg_run):
    code, printed, _ = neurona("query", meg_run, "Is there a left?", "--recordings", "test-002", "--explain")
    assert code == 0
    assert "left(x)" in printed
    told = json.loads((meg_run / "graphs" / "test-002.explanation.json").read_text())
    assert told["expression"] == "exists x. left(x)"
    assert told["parts"][0]["expression"] == "left(x)"


def test_the_likeliest_scenes_are_shown_with_their_shares(neurona, meg_run):
    code, printed, _ = neurona("query", meg_run, "describe Direction", "--recordings", "test-002", "--worlds", "2")
    assert code == 0
    shares = [float(line.split("│")[1]) for line in printed.split("likeliest scenes")[1].splitlines() if "│" in line]
    assert len(shares) == 2
    assert 0 < shares[1] <= shares[0] <= 1


def test_simplifying_prints_the_shorter_question_and_changes_no_answer(neurona, meg_run):
    asked = "Is there something that is horizontal or left?"
    code, printed, _ = neurona("query", meg_run, asked, "--recordings", "test-002", "--simplify")
    assert code == 0
    assert "simplified: exists x. horizontal(x)" in printed
    assert "in words: Is there something that is horizontal?" in printed
    plain = neurona("query", meg_run, asked, "--recordings", "test-002")[1]
    assert printed.endswith(plain)


def test_given_what_excludes_it_nothing_else_is_shown(neurona, meg_run):
    asked = ("query", meg_run, "exists x. left(x)", "--recordings", "test-002")
    code, printed, _ = neurona(*asked, "--given", "exists x. right(x)")
    assert code == 0
    assert "given exists x." in printed
    assert "0.000" in next(line for line in printed.splitlines() if "exists x. left(x)" in line)
    assert neurona(*asked, "--given", "describe Direction")[0] == 2


@pytest.mark.parametrize("option", [("--explain",), ("--why-not",), ("--worlds", 2)])
def test_what_is_shown_of_one_recording_needs_its_name(neurona, meg_run, option):
    code, _, error = neurona("query", meg_run, "exists x. left(x)", *option)
    assert code == 2
    assert "name it with --recordings ID" in error


@pytest.mark.parametrize(
    ("query", "recording", "message"),
    [
        ("exists x. lift(x)", "test-002", "unknown concept 'lift'; did you mean 'left'?"),
        ("exists x. left(x", "test-002", "line 1, column"),
        ("exists x. left(x)", "test-900", "no recording 'test-900'; did you mean 'test-"),
    ],
)
def test_a_query_that_cannot_be_answered_ends_with_code_2(neurona, meg_run, query, recording, message):
    code, _, error = neurona("query", meg_run, query, "--recordings", recording)
    assert code == 2
    assert message in error


def test_a_query_needs_a_finished_run(neurona, tmp_path):
    code, _, error = neurona("query", tmp_path, "exists x. left(x)", "--recordings", "test-002")
    assert code == 2
    assert "config.yaml: missing" in error


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("trainings.steps=3", "unknown key 'trainings'; did you mean 'training'?"),
        ("data.name=hand_movement_directions", "did you mean 'hand_movement_direction'?"),
        ("data.path=/nowhere", "/nowhere: no such folder"),
        ("evaluation.split=leave_one_run_out", "1 run (run-01) found, leaving one out needs two"),
        ("entities={method: windows, n_bins: 9, n_windows: 2}", "do not share out among 2 windows"),
        ("entities={method: windows, n_bins: 900}", "900 bins of 40 samples"),
        ("evaluation.baselines=[rigde]", "'lda_window', 'tangent_space' or 'minirocket' (found 'rigde')"),
    ],
)
def test_bad_settings_end_with_code_2(neurona, ts_folder, tmp_path, override, message):
    code, _, error = neurona(*meg(ts_folder, tmp_path), "--set", override)
    assert code == 2
    assert message in error


def test_a_directory_that_cannot_be_written_ends_with_code_2_before_training(neurona, ts_folder, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    code, printed, error = neurona(*meg(ts_folder, tmp_path / "file" / "run"))
    assert code == 2
    assert "choose a folder that you may write to" in error
    assert "folds" not in printed


def _edited(folder: Path, tmp_path: Path, name: str, edit) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    edit(copy / name)
    return copy


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _replace(old: str, new: str):
    return lambda path: path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("name", "edit", "message"),
    [
        ("run-02_bold.nii.gz", _cut, "expected a whole NIfTI image"),
        ("run-02_events.tsv", _replace("\t20.0\t", "\t2000.0\t"), "outside the recording"),
        (
            "run-02_events.tsv",
            _replace("trial_type", "trail_type"),
            "no column 'trial_type'; did you mean 'trail_type'?",
        ),
        ("run-02_events.tsv", _replace("house", "mouse"), "unknown label 'mouse'; did you mean 'house'?"),
        ("run-02_events.tsv", Path.unlink, "no such file"),
    ],
)
def test_damaged_fmri_ends_with_code_2(neurona, fmri_folder, tmp_path, name, edit, message):
    folder = _edited(fmri_folder, tmp_path, name, edit)
    code, _, error = neurona("run", FMRI, "--set", f"data.path={folder}", "--out", tmp_path / "out")
    assert code == 2
    assert message in error
    assert name.split("_")[0] in error


def _flat(path: Path) -> None:
    lines = path.read_text().splitlines()
    start = lines.index("@data") + 1
    lines[start:] = [":".join([",".join(["1"] * 40), *line.split(":")[1:]]) for line in lines[start:]]
    path.write_text("\n".join(lines) + "\n")


def _not_a_number(path: Path) -> None:
    path.write_text(re.sub(r"@data\n[^,]*", "@data\nnan", path.read_text()))


def _one_class(path: Path) -> None:
    head, data = path.read_text().split("@data\n")
    for word in ("forward", "left", "backward"):
        data = data.replace(word, "right")
    path.write_text(head + "@data\n" + data)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_cut, "truncated"),
        (_not_a_number, "train-000, channel MEG 01: NaN or infinite"),
        (_replace(":left", ":lift"), "label 'lift' is not in the header; did you mean 'left'?"),
        (_flat, "flat channel(s), constant throughout: MEG 01"),
        (_one_class, "two classes or more"),
    ],
)
def test_damaged_meg_ends_with_code_2(neurona, ts_folder, tmp_path, edit, message):
    folder = _edited(ts_folder, tmp_path, "HandMovementDirection_TRAIN.ts", edit)
    if edit in (_flat, _one_class):
        edit(folder / "HandMovementDirection_TEST.ts")
    code, _, error = neurona("run", MEG, "--set", f"data.path={folder}", "--out", tmp_path / "out")
    assert code == 2
    assert message in error


def test_data_check_says_what_a_folder_holds(neurona, ts_folder):
    code, printed, _ = neurona("data", "check", "hand_movement_direction", "--path", ts_folder)
    assert code == 0
    assert "100 recordings x 10 channels x 40 times" in printed
    assert neurona("data", "fetch", "hand_movement")[0] == 2
    assert "finger_movements" in neurona("data", "list")[1]


def test_data_check_of_a_folder_that_is_not_there_says_so(neurona, tmp_path):
    code, _, error = neurona("data", "check", tmp_path / "nothing")
    assert code == 2
    assert "no such folder" in error


def test_a_damaged_cached_data_set_ends_with_code_2(neurona, ts_folder, tmp_path):
    from rich.console import Console

    from neurona.datasets.dataset import save_dataset
    from neurona.datasets.readers.uea_archive import read

    save_dataset(read("hand_movement_direction", ts_folder, Console(quiet=True)), tmp_path / "set")
    chunk = next(path for path in (tmp_path / "set" / "recordings.zarr" / "signal").iterdir() if path.name[0].isdigit())
    chunk.write_bytes(chunk.read_bytes()[:-7])
    code, _, error = neurona("data", "check", "hand_movement_direction", "--path", tmp_path / "set")
    assert code == 2
    assert "checksum mismatch" in error


def test_a_run_that_did_not_come_to_its_end_is_not_asked(neurona, meg_run, tmp_path):
    copy = tmp_path / "killed"
    shutil.copytree(meg_run, copy)
    (copy / "metrics.json").unlink()
    code, _, error = neurona("query", copy, "exists x. left(x)", "--recordings", "test-002")
    assert code == 2
    assert "metrics.json: missing; name the directory of a finished run" in error
