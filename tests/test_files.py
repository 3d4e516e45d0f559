"""Atomic writing: whole files or none, and a clear message where nothing can be written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from neurona.errors import DataError, OutputError
from neurona.files import checksum, is_litter, remembered_checksum, require_content, verify, write_atomically


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


def test_checksums_do_not_depend_on_the_size_of_blocks(tmp_path):
    content = bytes(range(256)) * 40
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a").write_bytes(content)
    expected = hashlib.sha256(content).hexdigest()
    assert checksum(tmp_path / "set" / "a") == checksum(tmp_path / "set" / "a", block_bytes=7) == expected
    assert checksum(tmp_path / "set", 7) == checksum(tmp_path / "set") == hashlib.sha256(b"a" + content).hexdigest()


def test_litter_changes_no_checksum(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("data")
    before = checksum(tmp_path / "a")
    for name in (".DS_Store", "._b", "Thumbs.db", "desktop.ini"):
        (tmp_path / "a" / name).write_text("litter")
    assert checksum(tmp_path / "a") == before


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a file that was written an hour ago."""
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path / "cache"))
    (tmp_path / "set").mkdir()
    write_old(tmp_path / "set" / "a", "data")
    return tmp_path / "set"


def write_old(path, text, seconds=3600):
    path.write_text(text)
    when = path.stat().st_mtime - seconds
    os.utime(path, (when, when))


def test_a_folder_that_did_not_change_is_not_read_again(folder, monkeypatch):
    first = remembered_checksum(folder)
    assert first == checksum(folder)
    monkeypatch.setattr("neurona.files.checksum", lambda path: pytest.fail("read again"))
    assert remembered_checksum(folder) == first
    (folder / ".DS_Store").write_text("litter")
    assert remembered_checksum(folder) == first


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write_old(folder / "a", "atad", seconds=1800),
        lambda folder: write_old(folder / "a", "more data"),
        lambda folder: write_old(folder / "b", ""),
        lambda folder: (folder / "a").rename(folder / "b"),
        lambda folder: (folder / "a").unlink(),
    ],
    ids=["content", "size", "another file", "name", "a file less"],
)
def test_a_change_is_seen(folder, change):
    first = remembered_checksum(folder)
    change(folder)
    assert remembered_checksum(folder) == checksum(folder) != first


def test_a_file_that_was_written_just_now_is_not_trusted_to_stay(folder):
    path = folder / "a"
    path.write_text("data")
    first, when = remembered_checksum(folder), path.stat().st_mtime_ns
    path.write_text("atad")
    os.utime(path, ns=(when, when))  # as on a file system with a coarse clock
    assert remembered_checksum(folder) != first


def test_without_a_cache_everything_is_read(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path / "file"))
    assert remembered_checksum(folder) == checksum(folder)


def test_a_thorough_look_sees_what_sizes_and_times_hide(folder):
    expected, when = remembered_checksum(folder), (folder / "a").stat().st_mtime_ns
    (folder / "a").write_text("atad")
    os.utime(folder / "a", ns=(when, when))
    verify(folder, expected, thorough=False)
    with pytest.raises(DataError, match="checksum mismatch"):
        verify(folder, expected)
