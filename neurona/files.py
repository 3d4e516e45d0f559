"""Files: results written so that a reader never sees half of one; files of others that are no data, or whose content is elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from neurona.errors import DataError, OutputError

_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", ".directory")
_GRAIN_S = 2.0
"""Coarsest time of change of a file system in use (FAT)."""
_POINTERS = {
    b"/annex/objects/": "fetch it with `datalad get` (or `git annex get`)",
    b"version https://git-lfs": "fetch it with `git lfs pull`",
}


def is_litter(path: Path) -> bool:
    """Whether an operating system left this file behind (`.DS_Store`, `._name`, `Thumbs.db`): it is part of no data set."""
    return path.name in _LITTER or path.name.startswith("._")


def data_files(folder: Path, pattern: str) -> list[Path]:
    """The files that a glob pattern finds in a folder, in order of their names, without an operating system's litter."""
    return sorted(path for path in folder.glob(pattern) if not is_litter(path))


def require_content(path: Path) -> Path:
    """The path of a file whose content is here.

    Raises:
        DataError: there is no such file, its link leads nowhere, or it only points to content that was not fetched (DataLad,
            git-annex, git-lfs); the message says how to fetch it.
    """
    if path.is_symlink() and not path.exists():
        target = os.readlink(path)
        mend = _POINTERS[b"/annex/objects/"] if "annex" in target else "copy the file itself here"
        raise DataError(f"{path}: its content is not here, it is a link to {target}; {mend}")
    if not path.exists():
        raise DataError(f"{path}: no such file")
    if path.is_file() and path.stat().st_size < 2**15:
        with path.open("rb") as file:
            start = file.read(32)
        for beginning, mend in _POINTERS.items():
            if start.startswith(beginning):
                raise DataError(f"{path}: its content is not here, the file only points to it; {mend}")
    return path


def write_atomically(path: str | Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a temporary neighbour of `path`, then rename it into place; return `path`.

    Missing folders are made. The neighbour keeps the suffix, so writers that choose the format by it work.

    Raises:
        OutputError: the folder cannot be made or the file cannot be written.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp makes private files; results are as public as the user's
        temporary.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; choose a folder that you may write to"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return path


def write_text(path: str | Path, text: str) -> Path:
    """Write text as UTF-8, ending in one newline, as `write_atomically` does.

    Raises:
        OutputError: it cannot be written.
    """

    def fill(target: Path) -> None:
        target.write_text(text.rstrip("\n") + "\n", encoding="utf-8")

    return write_atomically(path, fill)


def write_json(path: str | Path, content: Any) -> Path:
    """Write what JSON can hold, indented, as `write_text` does.

    Raises:
        OutputError: it cannot be written.
    """
    return write_text(path, json.dumps(content, indent=1))


def write_folder(folder: str | Path, fill: Callable[[Path], None], replaces: Callable[[Path], bool]) -> Path:
    """Let `fill` write into a new folder beside `folder`, then rename it into place; return `folder`.

    Args:
        folder: where it appears, whole or not at all.
        fill: writes all files into the folder it is given.
        replaces: whether what stands there already may go; an empty folder always may.

    Raises:
        OutputError: it cannot be written, or something else stands there.
    """
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and (replaces(folder) or not any(folder.iterdir()))):
        raise OutputError(f"{folder}: holds other files, which would be lost; choose an empty or a new folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name[:40]}-", dir=folder.parent) as made:
            work = Path(made) / "new"
            work.mkdir()
            fill(work)
            if folder.exists():
                folder.rename(Path(made) / "old")
            work.rename(folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error}); free space or choose another folder") from error
    return folder


def digest(content: Any) -> str:
    """SHA-256 of bytes, of a text, or of what JSON can hold, whatever the order of its keys."""
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content, sort_keys=True)).encode()
    return hashlib.sha256(content).hexdigest()


def checksum(path: str | Path, block_bytes: int = 2**20) -> str:
    """SHA-256 of a file's content; of a folder's files and their names, litter left out. Reads block by block."""
    path, found = Path(path), hashlib.sha256()
    for file in _files_of(path):
        found.update(file.relative_to(path).as_posix().encode() if file != path else b"")
        with file.open("rb") as content:
            while block := content.read(block_bytes):
                found.update(block)
    return found.hexdigest()


def remembered_checksum(path: Path) -> str:
    """`checksum`, read anew only where a name, size or time of change differs from when it was last read by this user.

    What is remembered lies in the cache folder, so that data which cannot be written to are opened as fast; where that cannot be written
    either, everything is read.
    """
    files = list(_files_of(path))
    states = [(file.relative_to(path).as_posix(), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    state, place = digest(repr(states)), digest(str(path.resolve()))
    memory = cache_folder() / "checksums" / f"{place[:32]}.json"
    try:
        told = json.loads(memory.read_text(encoding="utf-8"))
        if told["state"] == state:
            return str(told["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = checksum(path)
    # A change within the clock's grain after reading would not be seen.
    if states and time.time() - max(changed for _, _, changed in states) / 1e9 > _GRAIN_S:
        told = json.dumps({"path": str(path.resolve()), "state": state, "sha256": found})
        with suppress(OutputError):
            write_text(memory, told)
    return found


def verify(path: Path, expected: str, *, thorough: bool = True) -> None:
    """Compare a checksum, of the content, or (not `thorough`) the remembered one.

    Raises:
        DataError: it is not the expected one.
    """
    found = checksum(path) if thorough else remembered_checksum(path)
    if found != expected:
        raise DataError(
            f"{path}: checksum mismatch: SHA-256 is {found[:16]}..., expected {expected[:16]}...; it was changed "
            "or damaged, or is another version; delete it and fetch or convert it again"
        )


def cache_folder() -> Path:
    """Where fetched data sets, and what need not be computed twice, are kept: `$NEURONA_CACHE`, else the user's cache folder."""
    chosen = os.environ.get("NEURONA_CACHE")
    return Path(chosen) if chosen else user_cache_path("neurona")


def _files_of(path: Path) -> list[Path]:
    """The file itself, or a folder's files in order."""
    if not path.is_dir():
        return [path]
    return [file for file in data_files(path, "**/*") if file.is_file()]
