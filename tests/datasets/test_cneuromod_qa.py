import io

import h5py
import numpy as np
import pytest
from question_layouts import annotations, film_folder
from rich.console import Console

from neurona.datasets import conversion
from neurona.datasets.cneuromod_qa import check, convert
from neurona.datasets.dataset import open_dataset
from neurona.errors import DataError

QUIET = Console(file=io.StringIO())


@pytest.fixture
def folder(tmp_path):
    return film_folder(tmp_path / "films")


def test_a_sound_folder_has_no_faults_and_is_counted(folder):
    report = check(folder, QUIET)
    assert report.sound
    assert report.simulated
    assert report.counts == {
        "runs with questions": 4,
        "train recordings": 6,
        "test recordings": 2,
        "train questions": 8,
        "test questions": 4,
    }


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_windows_are_converted_as_they_lie_in_the_runs(folder, tmp_path, monkeypatch, rows):
    monkeypatch.setattr(conversion, "rows_per_chunk", lambda channels, times: rows)
    convert(folder, tmp_path / "set", QUIET)
    dataset = open_dataset(tmp_path / "set")
    data = dataset.recordings.data
    assert data.sizes == {"recording": 8, "channel": 1000, "time": 3}
    np.testing.assert_allclose(data.time, [4.5, 5.99, 7.48])
    one = data.sel(recording="sub-02_ses-002_task-s01e01b_00030.00")
    with h5py.File(folder / "sub-02_task-friends_bold.h5") as file:
        np.testing.assert_array_equal(one.values, file["ses-002_task-s01e01b"][24:27].T)
    assert str(one.session.values) == "ses-002"
    assert str(one.split.values) == "test"
    # The same moment is one stimulus, whoever saw it.
    assert (data.image.values == str(one.image.values)).sum() == 2
    asked = dataset.questions[dataset.questions.recording == one.recording.item()]
    assert asked.answer.tolist() == ["yes", "no"]
    assert dataset.simulated
    assert dataset.vocabulary.concepts == ("person", "tree")
    assert set(dataset.checksums) == {
        "sub-01_task-friends_bold.h5",
        "sub-02_task-friends_bold.h5",
        "annotations.csv",
    }


def test_a_window_of_another_length_and_delay(folder, tmp_path):
    convert(folder, tmp_path / "set", QUIET, delay_s=0.0, n_volumes=5)
    assert open_dataset(tmp_path / "set").recordings.data.sizes["time"] == 5


def test_nan_and_faults_of_annotations_are_told_together_and_stop_conversion(folder, tmp_path):
    with h5py.File(folder / "sub-01_task-friends_bold.h5", "a") as file:
        file["ses-001_task-s01e01a"][8, 5] = np.nan
    with pytest.raises(DataError, match="NaN or infinite at volume 8"):
        convert(folder, tmp_path / "set", QUIET)
    table = annotations()
    table.loc[3, "chunk"] = "s09"
    table.to_csv(folder / "annotations.csv", index=False)
    files = {fault.file for fault in check(folder, QUIET).faults}
    assert files == {"annotations, row 4", "sub-01_task-friends_bold.h5: ses-001_task-s01e01a"}
    with pytest.raises(DataError, match=r"row 4: no run shows chunk 's09'.*see `neurona data check"):
        convert(folder, tmp_path / "set", QUIET)
    assert not (tmp_path / "set").exists()


def test_annotations_without_questions_are_a_fault(folder, tmp_path):
    annotations().iloc[:0].to_csv(folder / "annotations.csv", index=False)
    assert check(folder, QUIET).faults[0].what == "no question about any run"
    with pytest.raises(DataError, match="no question about any run"):
        convert(folder, tmp_path / "set", QUIET)
