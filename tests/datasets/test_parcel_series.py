import h5py
import numpy as np
import pytest
from question_layouts import film_folder

from neurona.datasets.folder_report import FolderReport
from neurona.datasets.parcel_series import by_chunk, is_layout, list_series, read_series
from neurona.errors import DataError


@pytest.fixture
def folder(tmp_path):
    return film_folder(tmp_path / "films")


def listed(folder):
    report = FolderReport("x")
    return list_series(folder, report), {fault.file: fault.what for fault in report.faults}


def test_runs_are_found_with_subject_session_and_chunk(folder):
    series, faults = listed(folder)
    assert faults == {}
    assert [(one.subject, one.session, one.chunk, one.n_volumes) for one in series] == [
        ("sub-01", "ses-001", "s01e01a", 40),
        ("sub-01", "ses-002", "s01e01b", 40),
        ("sub-02", "ses-001", "s01e01a", 40),
        ("sub-02", "ses-002", "s01e01b", 40),
    ]
    assert all(one.simulated for one in series)
    assert {chunk: len(runs) for chunk, runs in by_chunk(series).items()} == {"s01e01a": 2, "s01e01b": 2}
    assert is_layout(folder)


def test_repeated_showings_are_one_chunk_and_groups_are_entered(tmp_path):
    with h5py.File(tmp_path / "sub-03_movie10.h5", "w") as file:
        for run in (1, 2):
            file[f"inner/ses-004_task-life01_run-{run}"] = np.ones((3, 1000))
    series, faults = listed(tmp_path)
    assert faults == {}
    assert [one.chunk for one in series] == ["life01", "life01"]
    assert not series[0].simulated


def test_volumes_are_read_as_asked(folder):
    series = listed(folder)[0][0]
    whole = read_series(series)
    assert whole.shape == (40, 1000)
    np.testing.assert_array_equal(read_series(series, 7, 10), whole[7:10])


def test_nan_names_run_volume_and_parcel(folder):
    with h5py.File(folder / "sub-01_task-friends_bold.h5", "a") as file:
        file["ses-001_task-s01e01a"][8, 5] = np.nan
    with pytest.raises(DataError, match=r"ses-001_task-s01e01a: NaN or infinite at volume 8, parcel 5 \(1 in all\)"):
        read_series(listed(folder)[0][0], 3)


def test_faults_of_files_are_told(folder, tmp_path):
    with h5py.File(folder / "sub-01_task-friends_bold.h5", "a") as file:
        file["flat"] = np.ones(1000)
        file["narrow"] = np.ones((4, 400))
        file["outside"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/x")
        file["elsewhere"] = h5py.SoftLink("/narrow")
        file.create_dataset("raw", (2, 1000), "f4", external=[(str(tmp_path / "secret.bin"), 0, 8000)])
    (folder / "sub-04.h5").write_bytes((folder / "sub-01_task-friends_bold.h5").read_bytes()[:500])
    (folder / "other.h5").write_bytes(b"")
    series, faults = listed(folder)
    assert len(series) == 4
    name = "sub-01_task-friends_bold.h5: "
    assert faults[name + "flat"] == "found float64 [1000], expected numbers [volumes, 1000 parcels]"
    assert faults[name + "narrow"] == "found float64 [4, 400], expected numbers [volumes, 1000 parcels]"
    assert faults[name + "outside"].startswith("a link, which may lead to any file")
    assert faults[name + "elsewhere"].startswith("a link")
    assert faults[name + "raw"].startswith("its values lie in another file")
    assert faults["sub-04.h5"].endswith("expected a whole HDF5 file")
    assert faults["other.h5"].startswith("no subject (sub-XX)")


def test_a_folder_without_files_is_a_fault(tmp_path):
    assert listed(tmp_path)[1] == {tmp_path.name: "no .h5 files; expected one or more a subject"}
    assert not is_layout(tmp_path)
