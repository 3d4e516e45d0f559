"""Logs: one line an epoch, none twice, none lost."""

import json
from dataclasses import replace

import pytest

from neurona.errors import ConfigError, DataError
from neurona.training import TrainingSettings
from neurona.training.logs import Log, read_log

SETTINGS = TrainingSettings()


def written(folder, epochs, settings=SETTINGS, done=0):
    with Log(folder, settings, done) as log:
        for epoch in epochs:
            log.write({"epoch": epoch, "train_loss": 1 / (1 + epoch)})


def test_a_log_goes_on_where_the_state_was_saved(tmp_path):
    written(tmp_path, range(4))
    with (tmp_path / "log.jsonl").open("a") as lines:
        lines.write('{"epoch": 4, "train_l')  # a kill in mid-line
    written(tmp_path, range(2, 5), done=2)
    rows = read_log(tmp_path / "log.jsonl")
    assert [row["epoch"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[4]["train_loss"] == 0.2


def test_a_damaged_line_in_the_middle_is_an_error(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"epoch": 0}\nnonsense\n{"epoch": 2}\n')
    with pytest.raises(DataError, match=r"log\.jsonl: line 2 is not JSON"):
        read_log(path)


def test_without_a_folder_nothing_is_written_and_logs_that_need_one_are_refused():
    written(None, range(2))
    with pytest.raises(ConfigError, match=r"training\.tensorboard: logs need a folder"):
        Log(None, replace(SETTINGS, tensorboard=True))


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tensorboardX", None)
    with pytest.raises(ConfigError, match=r"tensorboardX is not installed; pip install 'neurona\[logs\]'"):
        Log(tmp_path, replace(SETTINGS, tensorboard=True))


def test_tensorboard_reads_what_was_written(tmp_path):
    pytest.importorskip("tensorboardX")
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.record_writer import RecordWriter  # noqa: F401

    written(tmp_path, range(3), replace(SETTINGS, tensorboard=True))
    (path,) = (tmp_path / "tensorboard").iterdir()
    raw, found = path.read_bytes(), []
    while raw:  # a record: its length (8 bytes), a checksum (4), the event, a checksum (4)
        size = int.from_bytes(raw[:8], "little")
        event = Event.FromString(raw[12 : 12 + size])
        found += [(event.step, value.tag, round(value.simple_value, 4)) for value in event.summary.value]
        raw = raw[16 + size :]
    assert found == [(0, "train_loss", 1.0), (1, "train_loss", 0.5), (2, "train_loss", 0.3333)]


@pytest.mark.slow
def test_mlflow_reads_what_was_written(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    written(tmp_path / "run", range(3), replace(SETTINGS, mlflow=True))
    (run,) = mlflow.search_runs(output_format="list")
    assert run.data.metrics["train_loss"] == pytest.approx(1 / 3)
    assert run.data.params["learning_rate"] == str(SETTINGS.learning_rate)
    assert run.info.status == "FINISHED"


def test_lines_are_json_that_other_tools_read(tmp_path):
    written(tmp_path, range(1))
    assert json.loads((tmp_path / "log.jsonl").read_text()) == {"epoch": 0, "train_loss": 1.0}
