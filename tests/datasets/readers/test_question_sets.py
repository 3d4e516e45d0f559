"""Commands about question sets, as a user runs them."""

import numpy as np
import pytest
from question_layouts import bold_folder, film_folder, response

from neurona.datasets.bold5000_qa import write_recording
from neurona.datasets.readers.question_sets import NAMES


@pytest.fixture
def bold(tmp_path):
    return bold_folder(tmp_path / "bold", n_images=4)


@pytest.fixture
def films(tmp_path):
    return film_folder(tmp_path / "films")


@pytest.mark.parametrize("name", NAMES)
def test_fetch_says_what_to_obtain_and_where_to_put_it(neurona, monkeypatch, tmp_path, name):
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path))
    code, _, error = neurona("data", "fetch", name)
    assert code == 2
    assert "cannot be fetched for you. Get " in error
    assert f"neurona data convert FOLDER {tmp_path / name}" in error


@pytest.mark.parametrize("kind", ["bold", "films"])
def test_checked_converted_and_read(neurona, request, monkeypatch, tmp_path, kind):
    folder = request.getfixturevalue(kind)
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path))
    name = "bold5000_qa" if kind == "bold" else "cneuromod_qa"
    code, printed, _ = neurona("data", "check", folder)
    assert code == 0
    assert f"{name} (SIMULATED)" in printed
    assert "no faults" in printed
    assert "not converted yet" in neurona("data", "check", name, "--path", folder)[2]
    code, printed, _ = neurona("data", "convert", folder, tmp_path / name)
    assert code == 0
    assert "8 recordings" in printed
    assert "(SIMULATED)" in printed
    for argument in (name, tmp_path / name):
        code, printed, _ = neurona("data", "check", argument)
        assert code == 0
        assert "8 recordings x" in printed
        assert "(SIMULATED)" in printed
    other = "cneuromod_qa" if kind == "bold" else "bold5000_qa"
    assert f"holds {name}, not {other}" in neurona("data", "check", other, "--path", tmp_path / name)[2]


def test_check_shows_every_fault_and_ends_with_code_2(neurona, bold, tmp_path):
    path = bold / "CSI1" / "train" / "image02.npy"
    path.write_bytes(path.read_bytes()[:5000])
    bad = response(3)
    bad[0, 0] = np.nan
    write_recording(bold / "CSI2" / "train" / "image03.npy", ["bat("], ["yes"], bad, "CSI2", "image03")
    code, printed, error = neurona("data", "check", bold)
    assert code == 2
    for part in ("CSI1/train/image02.npy", "half-written", "NaN or infinite", "unknown query 'bat('", "3 fault(s)"):
        assert part in printed
    assert "3 fault(s), see above" in error
    code, _, error = neurona("data", "convert", bold, tmp_path / "set")
    assert code == 2
    assert "image02.npy" in error


def test_a_folder_without_a_known_layout_ends_with_code_2(neurona, tmp_path):
    code, _, error = neurona("data", "check", tmp_path)
    assert code == 2
    assert "none of the known layouts" in error
    assert neurona("data", "convert", tmp_path / "none", tmp_path / "set")[0] == 2
    assert "no such folder" in neurona("data", "check", "bold5000_qa", "--path", tmp_path / "none")[2]
    assert "no dataset.json" in neurona("data", "check", "bold5000_qa", "--path", tmp_path)[2]
