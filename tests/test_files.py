"""Atomic writing: whole files or none, and a clear message where nothing can be written."""

from __future__ import annotations

import pytest

from neurona.errors import OutputError
from neurona.files import write_atomically


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
