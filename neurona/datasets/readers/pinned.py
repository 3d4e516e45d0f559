"""Files of a public repository, as a data card pins them: repository, commit, folder, and each file's SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.download import download, local_folder
from neurona.datasets.registry import Source
from neurona.errors import DataError
from neurona.files import cache_folder, verify, write_folder


def fetch(name: str, console: Console) -> Path:
    """The data set's folder in the cache; its files are downloaded and verified on first use.

    Raises:
        DataError: the download failed, or a checksum differs.
    """
    card, folder = read_card(name), cache_folder() / name
    if all((folder / file).is_file() for file in card.files):
        return folder
    assert card.public is not None, name

    def fill(work: Path) -> None:
        for file, expected in card.files.items():
            address = card.public.address(file)  # type: ignore[union-attr]
            try:
                download(address, work / file, console)
            except Exception as error:  # requests, urllib3 and sockets raise many kinds
                raise DataError(
                    f"{name}: {address} could not be fetched ({error}); get it elsewhere and name its folder with "
                    "--set data.path=FOLDER, or set NEURONA_DATA to the parent of a folder of the name " + name
                ) from error
            verify(work / file, expected)

    return write_folder(folder, fill, lambda old: True)


def locate(name: str, path: Path | None, console: Console) -> Path:
    """`path`, else `$NEURONA_DATA/NAME`, else the cache.

    Raises:
        DataError: there is no such folder, or the download failed.
    """
    folder = path or local_folder(name) or fetch(name, console)
    if not folder.is_dir():
        raise DataError(
            f"{folder}: no such folder; data.path names a folder that holds {' and '.join(read_card(name).files)}"
        )
    return folder


def verified(name: str, folder: Path, files: Iterable[str] | None = None) -> dict[str, str]:
    """The SHA-256 of some files of a data set (all of its card's when None), which are as the card has them.

    Raises:
        DataError: a file is missing, or another one.
    """
    known = read_card(name).files
    found = {file: known[file] for file in files or known}
    for file, expected in found.items():
        if not (folder / file).is_file():
            raise DataError(f"{folder / file}: no such file; fetch it with `neurona data fetch {name}`")
        verify(folder / file, expected, thorough=False)
    return found


def pinned_source(
    name: str,
    read: Callable[..., Dataset],
    settings: type[Any],
    files: Callable[[Any], Sequence[str]] = lambda settings: (),
) -> Source:
    """How a data set of pinned files comes here.

    Args:
        name: of the data set and its card.
        read: settings, path, console -> what is read.
        settings: its dataclass.
        files: settings -> the files that are read; all of the card's where there are none.
    """
    return Source(
        lambda chosen, console: fetch(name, console),
        lambda chosen, path, console: locate(name, path, console),
        read,
        lambda chosen, folder: [folder / file for file in files(chosen) or read_card(name).files],
        settings,
    )
