import io
import os
import shutil

import numpy as np
import pandas as pd
import pytest
from question_layouts import bold_folder, questions, response
from rich.console import Console

from neurona.datasets.bold5000_qa import check, convert, is_layout, write_recording
from neurona.datasets.dataset import open_dataset
from neurona.errors import DataError

QUIET = Console(file=io.StringIO())


@pytest.fixture
def folder(tmp_path):
    return bold_folder(tmp_path / "raw")


def faults(folder):
    return {fault.file: fault.what for fault in check(folder, QUIET).faults}


def test_a_sound_folder_has_no_faults_and_is_counted(folder):
    report = check(folder, QUIET)
    assert report.sound
    assert report.simulated
    assert report.counts == {
        "train recordings": 8,
        "test recordings": 4,
        "train questions": 48,
        "test questions": 24,
    }
    assert is_layout(folder)
    assert not is_layout(folder / "CSI1")


def test_what_was_written_is_read_back_equal(folder, tmp_path):
    (folder / "truth").mkdir()
    converted = convert(folder, tmp_path / "set", QUIET)
    dataset = open_dataset(tmp_path / "set")
    data = dataset.recordings.data
    assert (converted.n_recordings, converted.n_questions) == (12, 72)
    assert data.sizes == {"recording": 12, "channel": 1024, "time": 5}
    assert data.time.values.tolist() == [0, 2, 4, 6, 8]
    assert dataset.simulated
    assert converted.simulated
    assert dataset.truth.resolve() == (folder / "truth").resolve()
    for s, subject in enumerate(("CSI1", "CSI2")):
        for k in range(6):
            one = data.sel(recording=f"{subject}_image{k:02d}")
            np.testing.assert_array_equal(one.values, response(100 * s + k).T)
            assert str(one.subject.values) == subject
            assert str(one.split.values) == ("test" if k < 2 else "train")
            assert str(one.image.values) == f"image{k:02d}"
            asked = dataset.questions[dataset.questions.recording == one.recording.item()]
            assert (asked.program.tolist(), asked.answer.tolist()) == questions(k)
    assert dataset.vocabulary.concepts == ("ball", "bat", "person", "tree")
    assert dataset.vocabulary.categories == {"Position": ("on", "under")}
    assert set(dataset.checksums) == {"CSI1/train", "CSI1/test", "CSI2/train", "CSI2/test"}


def test_components_are_grouped_where_their_table_is_given(folder, tmp_path):
    rows = [f"{k + 1},{'Visual' if k < 500 else 'Default'}" for k in range(1024)]
    (folder / "difumo1024_yeo_labels.csv").write_text("\n".join(["Component,Yeo_networks17", *rows]))
    convert(folder, tmp_path / "set", QUIET)
    groups = open_dataset(tmp_path / "set").recordings.data.group.values
    assert groups[499:501].tolist() == ["Visual", "Default"]


def test_test_questions_with_unseen_words_are_set_apart_and_counted(folder, tmp_path):
    path = folder / "CSI1" / "test" / "image00.npy"
    programs = ["exists(Object, lambda x: zebra(x))", "exists(Object, lambda x: bat(x))"]
    write_recording(path, programs, ["yes", "no"], response(0), "CSI1", "image00")
    assert "zebra" in check(folder, QUIET).notes[0]
    assert convert(folder, tmp_path / "set", QUIET).left_out == {"a word only in test": 1}
    dataset = open_dataset(tmp_path / "set")
    assert dataset.left_out == {"a word only in test": 1}
    assert "zebra" not in dataset.vocabulary.concepts
    assert not dataset.questions.program.str.contains("zebra").any()


def half(path):
    path.write_bytes(path.read_bytes()[:9000])


def test_every_fault_of_a_folder_is_told_with_its_file(folder):
    half(folder / "CSI1" / "train" / "image02.npy")
    bad = response(3)
    bad[4, 1000] = np.inf
    write_recording(folder / "CSI1" / "train" / "image03.npy", *questions(3), bad, "CSI1", "image03")
    shutil.copy(folder / "CSI1" / "test" / "image00.npy", folder / "CSI1" / "train" / "image00.npy")
    shutil.rmtree(folder / "CSI2" / "test")
    shutil.copytree(folder / "CSI1" / "test", folder / "CSI3" / "test")
    (folder / "CSI3" / "train").mkdir()
    found = faults(folder)
    assert "half-written" in found["CSI1/train/image02.npy"]
    assert "NaN or infinite at time point 4, component 1000" in found["CSI1/train/image03.npy"]
    assert "duplicate image: CSI1/train/image00.npy" in found["CSI1/test/image00.npy"]
    assert "no such folder; a subject needs train and test" in found["CSI2/test"]
    assert "no .npy files" in found["CSI3/train"]
    assert "subject: found 'CSI1', the folder says 'CSI3'" in found["CSI3/test/image01.npy"]


def test_the_same_response_under_another_name_is_a_leak(folder):
    path = folder / "CSI1" / "train" / "other.npy"
    write_recording(path, *questions(0), response(0), "CSI1", "other")
    told = "the same response as CSI1/train/other.npy; keep a recording in one split"
    assert faults(folder) == {"CSI1/test/image00.npy": told}


def test_simulated_and_measured_files_stay_apart(folder):
    path = folder / "CSI1" / "train" / "image02.npy"
    write_recording(path, *questions(2), response(2), "CSI1", "image02", simulated=False)
    assert faults(folder) == {"raw": "11 simulated and 1 measured files; keep them apart"}


def test_a_malicious_file_is_told_by_check_and_stops_conversion_without_running(folder, tmp_path):
    class Attack:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    path = folder / "CSI2" / "train" / "image05.npy"
    np.save(path, {"queries": [Attack()]}, allow_pickle=True)
    assert "refused, names the global posix.mkdir" in faults(folder)["CSI2/train/image05.npy"]
    with pytest.raises(DataError, match=r"image05\.npy: refused, names the global"):
        convert(folder, tmp_path / "set", QUIET)
    assert not (tmp_path / "made").exists()
    assert not (tmp_path / "set").exists()


def test_conversion_stops_at_a_fault_and_names_the_command_that_lists_all(folder, tmp_path):
    shutil.copy(folder / "CSI1" / "test" / "image00.npy", folder / "CSI1" / "train" / "image00.npy")
    with pytest.raises(DataError, match=r"duplicate image.*see `neurona data check"):
        convert(folder, tmp_path / "set", QUIET)
    (folder / "CSI1" / "train" / "image00.npy").unlink()
    half(folder / "CSI1" / "train" / "image02.npy")
    with pytest.raises(DataError, match=r"image02\.npy"):
        convert(folder, tmp_path / "set", QUIET)
    assert not (tmp_path / "set").exists()


def test_a_folder_that_is_not_there_or_empty(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        check(tmp_path / "none", QUIET)
    (tmp_path / "raw").mkdir()
    assert faults(tmp_path / "raw") == {"raw": "no folders of subjects (CSI1, ...)"}


def observer(folder, **changed):
    """SIMULATED: the oracle's table beside a folder; each question has a value of its own."""
    rows = [
        (f"{subject}_image{k:02d}", 0.5 + 0.01 * q + 0.001 * k)
        for subject in ("CSI1", "CSI2")
        for k in range(3)
        for q in range(6)
    ]
    table = pd.DataFrame(rows, columns=["recording", "expected"]).sort_values("expected")
    (folder / "truth").mkdir(exist_ok=True)
    table.rename(columns=changed).to_parquet(folder / "truth" / "oracle.parquet", index=False)
    return table


def test_the_oracles_accuracy_of_simulated_questions_is_carried_along(tmp_path):
    folder = bold_folder(tmp_path / "raw", n_images=3)
    convert(folder, tmp_path / "without", QUIET)
    assert "oracle" not in open_dataset(tmp_path / "without").questions
    observer(folder)
    convert(folder, tmp_path / "with", QUIET)
    asked = open_dataset(tmp_path / "with").questions
    number = asked.question.str[-3:].astype(int)
    image = asked.image.str[-2:].astype(int)
    np.testing.assert_allclose(asked.oracle, 0.5 + 0.01 * number + 0.001 * image)


def test_an_oracle_of_other_questions_is_refused(tmp_path):
    folder = bold_folder(tmp_path / "raw", n_images=3)
    table = observer(folder)
    table.iloc[1:].to_parquet(folder / "truth" / "oracle.parquet", index=False)
    with pytest.raises(DataError, match=r"oracle\.parquet: 5 questions about CSI\d_image00, its file has 6"):
        convert(folder, tmp_path / "set", QUIET)
    observer(folder, expected="idealest")
    with pytest.raises(DataError, match=r"oracle\.parquet: cannot be read"):
        convert(folder, tmp_path / "set", QUIET)
