import numpy as np
import pandas as pd
import pytest
from question_layouts import annotations, film_folder

from neurona.datasets.film_moments import read_annotations, read_layout
from neurona.datasets.folder_report import FolderReport
from neurona.errors import DataError


@pytest.fixture
def folder(tmp_path):
    return film_folder(tmp_path / "films")


def found(folder, table=None, delay_s=4.5, n_volumes=None):
    if table is not None:
        table.to_csv(folder / "annotations.csv", index=False)
    report = FolderReport("x")
    return read_layout(folder, report, delay_s, n_volumes), [fault.what for fault in report.faults]


def changed(row, **columns):
    table = annotations().astype(object)
    for name, value in columns.items():
        if name not in table:
            table[name] = None
        table.loc[row, name] = value
    return table


def test_a_moment_is_the_window_after_the_delay(folder):
    layout, faults = found(folder)
    assert faults == []
    # Shortest duration 4.5 s = 3 volumes of 1.49 s; (5 + 4.5) / 1.49 = 6.4, so volume 7 is the first.
    assert layout.n_volumes == 3
    moments = [(one.series.subject, one.series.chunk, one.onset_s, one.first, one.split) for one in layout.moments]
    assert moments[:4] == [
        ("sub-01", "s01e01a", 5.0, 7, "train"),
        ("sub-01", "s01e01a", 20.0, 17, "train"),
        ("sub-01", "s01e01b", 5.0, 7, "train"),
        ("sub-01", "s01e01b", 30.0, 24, "test"),
    ]
    assert [one.rows for one in layout.moments[:4]] == [(0, 1), (2,), (3,), (4, 5)]
    assert len(layout.moments) == 8


def test_an_onset_on_a_volume_begins_there(folder):
    table = annotations().assign(onset_s=[1.49 * 3, *[5.0] * 5], split="train")
    assert found(folder, table, delay_s=1.49 * 2)[0].moments[0].first == 5


def test_questions_of_one_subject_are_asked_of_nobody_else(folder):
    layout, faults = found(folder, annotations().assign(subject="sub-02"))
    assert faults == []
    assert {one.series.subject for one in layout.moments} == {"sub-02"}


def test_other_names_of_columns_and_other_files_are_read(folder):
    table = annotations().rename(columns={"chunk": "film", "program": "query", "onset_s": "onset"})
    (folder / "annotations.csv").unlink()
    table.drop(columns="split").to_csv(folder / "annotations.tsv", sep="\t", index=False)
    layout, faults = found(folder)
    assert faults == []
    assert {one.split for one in layout.moments} == {""}
    (folder / "annotations.tsv").unlink()
    annotations().to_parquet(folder / "annotations.parquet")
    assert len(found(folder)[0].moments) == 8


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (changed(1, chunk="s01e01c"), "no run shows chunk 's01e01c'; did you mean 's01e01a'?"),
        (changed(1, subject="sub-09"), "subject 'sub-09' has no run of chunk 's01e01a'"),
        (changed(1, program="exists x. person(x"), "the query ends too early"),
        (changed(1, answer="perhaps"), "expected yes or no"),
        (changed(1, onset_s="soon"), "must be numbers of seconds"),
        (changed(1, onset_s=-1), "must be numbers of seconds"),
        (changed(1, duration_s=0), "must be numbers of seconds"),
        (
            changed(1, onset_s=55.0),
            "needs volumes 40 to 42, sub-01_task-friends_bold.h5: ses-001_task-s01e01a of sub-01 has 40",
        ),
        (changed(1, onset_s=5000), "is it in milliseconds?"),
        (changed(1, split="tset"), "split 'tset'; expected train or test"),
        (changed(1, split="test"), "is in train and in test; choose one"),
        (changed(1, hops="far"), "expected a whole number"),
    ],
)
def test_faults_name_the_row_and_what_was_expected(folder, table, fault):
    table.to_csv(folder / "annotations.csv", index=False)
    report = FolderReport("x")
    layout = read_layout(folder, report, 4.5, None)
    assert {one.file for one in report.faults} == {"annotations, row 2"}
    assert fault in report.faults[0].what
    assert any(0 in moment.rows for moment in layout.moments)  # the sound rows are kept


def test_a_table_that_cannot_be_used_is_told(folder):
    report = FolderReport("x")
    annotations().rename(columns={"answer": "answers"}).to_csv(folder / "annotations.csv", index=False)
    assert read_annotations(folder, report).empty
    assert report.faults[0].what == "no column 'answer'; did you mean 'answers'?"
    (folder / "annotations.parquet").write_bytes(b"no")
    read_annotations(folder, report)
    assert report.faults[1].what.startswith("2 files annotations")
    (folder / "annotations.csv").unlink()
    read_annotations(folder, report)
    assert report.faults[2].what.startswith("cannot be read")
    assert isinstance(read_annotations(folder, report), pd.DataFrame)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        read_layout(tmp_path / "none", FolderReport("x"), 4.5, None)


def test_an_empty_column_of_times_needs_no_window(folder):
    layout, faults = found(folder, annotations().assign(duration_s=np.nan))
    assert layout.moments == []
    assert len(faults) == 6
