"""A conversion that was killed, or found the disk full, goes on and leaves the same bytes."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zarr.storage._local
from question_layouts import bold_folder, questions, response
from rich.console import Console

from neurona.datasets import bold5000_qa, conversion
from neurona.datasets.dataset import open_dataset
from neurona.errors import DataError, OutputError
from neurona.files import checksum

QUIET = Console(file=io.StringIO())


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(conversion, "rows_per_chunk", lambda channels, times: 3)


@pytest.fixture
def folder(tmp_path):
    return bold_folder(tmp_path / "raw")


@pytest.fixture
def whole(folder, tmp_path):
    """Checksum of a conversion that nothing interrupted."""
    bold5000_qa.convert(folder, tmp_path / "whole", QUIET)
    return checksum(tmp_path / "whole")


KILLED = """
    import io, os, signal, sys
    from pathlib import Path
    from rich.console import Console
    from neurona.datasets import bold5000_qa, conversion

    def kill_at(call, place):
        seen = [0]
        original = getattr(place, call)
        def counted(*arguments, **names):
            made = original(*arguments, **names)
            seen[0] += 1
            if seen[0] == COUNT:
                os.kill(os.getpid(), signal.SIGKILL)
            return made
        setattr(place, call, counted)

    conversion.rows_per_chunk = lambda channels, times: 3
    kill_at(CALL, conversion.store)
    bold5000_qa.convert(Path(sys.argv[1]), Path(sys.argv[2]), Console(file=io.StringIO()))
"""


@pytest.mark.parametrize(("call", "count"), [("write_rows", 3), ("finish", 1)])
def test_killed_in_mid_run_it_goes_on_to_the_same_bytes(folder, whole, tmp_path, call, count):
    script = textwrap.dedent(KILLED).replace("CALL", repr(call))
    command = [sys.executable, "-c", script.replace("COUNT", str(count)), str(folder), str(tmp_path / "set")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "set").exists()
    work = tmp_path / ".set.converting"
    finished = sorted(path.name for path in (work / "parts").glob("*.json"))
    assert (
        finished == ["000000.json", "000001.json", "000002.json", "000003.json"][: count - 1 if call != "finish" else 4]
    )
    # What a writer leaves that is killed within a chunk.
    (work / "recordings.zarr" / "signal" / "0.0.0.1234.partial").write_bytes(b"half")
    written = []
    original = conversion.store.write_rows
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conversion.store, "write_rows", lambda *given: (written.append(given[1]), original(*given)))
        bold5000_qa.convert(folder, tmp_path / "set", QUIET)
    assert written == [0, 3, 6, 9][len(finished) :]  # finished chunks are not read again
    assert checksum(tmp_path / "set") == whole
    assert not work.exists()
    assert len(open_dataset(tmp_path / "set").questions) == 72


@pytest.mark.parametrize(
    ("owner", "name", "successes"),
    [
        (zarr.storage._local, "_put", 6),
        (zarr.storage._local, "_put", 12),
        (pq, "write_table", 1),
        (pq.ParquetWriter, "write_table", 0),
        (Path, "write_text", 2),
        (conversion, "write_pointer", 0),
    ],
)
def test_a_full_disk_is_an_output_error_and_leaves_nothing_that_looks_whole(
    folder, whole, tmp_path, monkeypatch, owner, name, successes
):
    original, calls = getattr(owner, name), []

    def full(*arguments, **named):
        calls.append(1)
        if len(calls) > successes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, full)
        with pytest.raises(OutputError, match=r"No space left on device.*run the same command again"):
            bold5000_qa.convert(folder, tmp_path / "set", QUIET)
    assert len(calls) > successes
    assert not (tmp_path / "set").exists()
    bold5000_qa.convert(folder, tmp_path / "set", QUIET)
    assert checksum(tmp_path / "set") == whole


def test_what_was_begun_from_other_files_is_begun_anew(folder, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(conversion, "_finish", lambda *given: (_ for _ in ()).throw(OSError("stopped")))
        with pytest.raises(OutputError, match="stopped"):
            bold5000_qa.convert(folder, tmp_path / "set", QUIET)
    path = folder / "CSI1" / "train" / "image05.npy"
    bold5000_qa.write_recording(path, *questions(5), 2 * response(5), "CSI1", "image05")
    os.utime(path, (1, 1))
    bold5000_qa.convert(folder, tmp_path / "set", QUIET)
    one = open_dataset(tmp_path / "set").recordings.data.sel(recording="CSI1_image05")
    assert (one.values == 2 * response(5).T).all()


def test_an_existing_folder_is_left_alone(folder, tmp_path):
    (tmp_path / "set").mkdir()
    with pytest.raises(OutputError, match="set: exists; choose another folder"):
        bold5000_qa.convert(folder, tmp_path / "set", QUIET)


def test_a_changed_or_missing_part_of_what_was_converted_is_found(folder, tmp_path):
    bold5000_qa.convert(folder, tmp_path / "set", QUIET)
    pointer = json.loads((tmp_path / "set" / "dataset.json").read_text())
    assert pointer["simulated"] is True
    chunk = tmp_path / "set" / "recordings.zarr" / "signal" / "1.0.0"
    chunk.write_bytes(chunk.read_bytes()[:-1])
    with pytest.raises(DataError, match="checksum mismatch"):
        open_dataset(tmp_path / "set")
