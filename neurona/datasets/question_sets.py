"""Question sets that nobody may pass on: what the user must obtain, and the layouts that are checked and converted.

<folder as obtained>  --neurona data check-->  faults  --neurona data convert-->  <data set>  --data.path-->  an experiment
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from neurona.datasets import bold5000_qa, cneuromod_qa
from neurona.datasets.card import read_card
from neurona.datasets.conversion import Converted
from neurona.datasets.dataset import Dataset, open_dataset
from neurona.datasets.download import cache_folder, local_folder
from neurona.datasets.folder_report import FolderReport
from neurona.errors import DataError, nearest_name


class Layout(NamedTuple):
    """How a layout is recognised, checked and converted."""

    is_layout: Callable[[Path], bool]
    check: Callable[[Path, Console], FolderReport]
    convert: Callable[[Path, Path, Console], Converted]


MADE = ("simulated",)
"""Data sets that come in our own layout already."""
LAYOUTS: Mapping[str, Layout] = {
    module.NAME: Layout(module.is_layout, module.check, module.convert) for module in (bold5000_qa, cneuromod_qa)
}


def layout(folder: Path, name: str | None = None) -> Layout:
    """The layout of that name, else the one that the folder has.

    Raises:
        DataError: no such layout or folder, or the folder has none that is known.
    """
    if name is not None:
        if name not in LAYOUTS:
            raise DataError(f"unknown layout {name!r}{nearest_name(name, LAYOUTS)}")
        return LAYOUTS[name]
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    for known in LAYOUTS.values():
        if known.is_layout(folder):
            return known
    raise DataError(
        f"{folder}: none of the known layouts ({', '.join(LAYOUTS)}): neither SUBJECT/train/IMAGE.npy nor .h5 files; "
        "name the top folder, or say which with --layout"
    )


def fetch(name: str, console: Console) -> Path:
    """The converted data set in the cache; nobody may pass on the data, so where there is none, how to obtain them.

    Raises:
        DataError: there is none; the card's instructions.
    """
    folder = cache_folder() / name
    if (folder / "dataset.json").is_file():
        return folder
    raise DataError(instructions(name))


def instructions(name: str) -> str:
    """What the user must obtain and where to put it."""
    card = read_card(name)
    if name in MADE:
        return f"{name}: not fetched but made ({card.source}); name its folder with --set data.path=FOLDER"
    return (
        f"{name}: cannot be fetched for you. {(card.obtain or card.source).strip()}\n"
        f"Then:\n"
        f"  neurona data check FOLDER\n"
        f"  neurona data convert FOLDER {cache_folder() / name}\n"
        f"(any other place will do; name it with --set data.path=FOLDER)"
    )


def read(name: str, path: Path | None, console: Console) -> Dataset:
    """Open the converted folder `path`, else `$NEURONA_DATA/NAME`, else the cache. Recordings stay on disk until asked for.

    Raises:
        DataError: the folder is missing, not converted or damaged, or holds another data set.
    """
    folder = path or local_folder(name) or fetch(name, console)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; data.path names the folder of a converted data set")
    if not (folder / "dataset.json").is_file():
        if name in LAYOUTS and LAYOUTS[name].is_layout(folder):
            raise DataError(f"{folder}: not converted yet; `neurona data convert {folder} OUT`, then name OUT")
        raise DataError(f"{folder}: no dataset.json; data.path names the folder of a converted data set")
    dataset = open_dataset(folder)
    if dataset.name != name:
        raise DataError(f"{folder}: holds {dataset.name}, not {name}")
    dataset.recordings.validate(str(folder))
    return dataset
