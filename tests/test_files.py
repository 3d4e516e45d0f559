"""Atomic writing: whole files or none, and a clear message where nothing can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurona.errors import DataError, OutputError
from neurona.files import is_litter, require_content, write_atomically


def test_folders_are_made_and_nothing_is_left_beside_the_file(tmp_path):
    path = write_atomically(tmp_path / "a" / "b.txt", lambda target: target.write_text("new") and None)
    assert path.read_text() == "new"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


def test_a_failing_writer_leaves_the_old_file(tmp_path):
    path = tmp_path / "b.txt"
    path.write_text("old")

    def fail(target):
        target.write_text("half")
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_where_a_folder_should_be_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot write .*choose a folder"):
        write_atomically(tmp_path / "file" / "b.txt", lambda target: None)


def test_what_an_operating_system_leaves_behind_is_litter():
    assert all(
        is_litter(Path("study") / name) for name in (".DS_Store", "._sub-01_bold.nii.gz", "Thumbs.db", "desktop.ini")
    )
    assert not any(is_litter(Path(name)) for name in ("sub-01_bold.nii.gz", ".zattrs", ".DS_Stores/0.0.0"))


def test_content_that_is_elsewhere_is_told_how_to_be_fetched(tmp_path):
    here = tmp_path / "here.nii"
    here.write_bytes(b"content")
    assert require_content(here) == here
    pointers = {
        "annex": ("/annex/objects/MD5E-s1--0.nii\n", "datalad get"),
        "lfs": ("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    }
    for name, (content, mend) in pointers.items():
        (tmp_path / name).write_text(content)
        with pytest.raises(DataError, match=f"{name}: its content is not here.*{mend}"):
            require_content(tmp_path / name)
    (tmp_path / "link").symlink_to("../.git/annex/objects/x")
    with pytest.raises(DataError, match=r"link to .*datalad get"):
        require_content(tmp_path / "link")
    (tmp_path / "lost").symlink_to("nowhere")
    with pytest.raises(DataError, match="link to nowhere; copy the file itself here"):
        require_content(tmp_path / "lost")
    with pytest.raises(DataError, match="no such file"):
        require_content(tmp_path / "none")
