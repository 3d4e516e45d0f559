"""Data sets that are opened as converted folders: question sets that nobody may pass on (what the user must obtain),
simulated studies, and anyone's own study in BIDS. `layouts` checks and converts.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console

from neurona.datasets import bold5000_qa, cneuromod_qa
from neurona.datasets.card import has_card, read_card
from neurona.datasets.dataset import Dataset, is_dataset, open_dataset
from neurona.datasets.download import local_folder
from neurona.datasets.layouts import LAYOUTS
from neurona.datasets.registry import DATASETS, Source
from neurona.errors import DataError
from neurona.files import cache_folder

NAMES = (bold5000_qa.NAME, cneuromod_qa.NAME)
"""Data sets that are converted from what the user obtains."""
MADE = ("simulated",)
"""Data sets that come in our own layout already."""
BIDS = "bids"
"""Anyone's study, converted from BIDS; it carries a card of its own."""


def fetch(name: str, console: Console) -> Path:
    """The converted data set in the cache; nobody may pass on the data, so where there is none, how to obtain them.

    Raises:
        DataError: there is none; the card's instructions.
    """
    folder = cache_folder() / name
    if is_dataset(folder):
        return folder
    raise DataError(instructions(name))


def instructions(name: str) -> str:
    """What the user must obtain and where to put it."""
    card = read_card(name)
    if name == BIDS:
        return (
            f"{name}: not fetched but converted from a study of your own; `neurona data convert FOLDER OUT`, then name OUT "
            "with --set data.path=OUT"
        )
    if name in MADE:
        return f"{name}: not fetched but made ({card.source}); name its folder with --set data.path=FOLDER"
    return (
        f"{name}: cannot be fetched for you. {(card.obtain or card.source).strip()}\n"
        f"Then:\n"
        f"  neurona data check FOLDER\n"
        f"  neurona data convert FOLDER {cache_folder() / name}\n"
        f"(any other place will do; name it with --set data.path=FOLDER)"
    )


def locate(name: str | None, path: Path | None, console: Console) -> Path:
    """The converted folder `path`, else `$NEURONA_DATA/NAME`, else that in the cache.

    Args:
        name: of the data set; None for whatever `path` holds.
        path: folder of a converted data set.
        console: for progress.

    Raises:
        DataError: the folder is missing or not converted, or neither name nor path is given.
    """
    if name is None and path is None:
        raise DataError(
            "data: neither name nor path; name a data set (see `neurona data list`), or the folder of a converted one"
        )
    folder = path or local_folder(str(name)) or fetch(str(name), console)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; data.path names the folder of a converted data set")
    if not is_dataset(folder):
        if any(layout.is_layout(folder) for layout in LAYOUTS.values()):
            raise DataError(f"{folder}: not converted yet; `neurona data convert {folder} OUT`, then name OUT")
        raise DataError(f"{folder}: no dataset.json; data.path names the folder of a converted data set")
    return folder


def read(name: str | None, path: Path | None, console: Console) -> Dataset:
    """Open the folder that `locate` finds. Recordings stay on disk until asked for.

    Raises:
        DataError: see `locate`; or the folder is damaged, or holds another data set.
    """
    folder = locate(name, path, console)
    dataset = open_dataset(folder)
    if name is not None and dataset.name != name and (name != BIDS or has_card(dataset.name)):
        raise DataError(f"{folder}: holds {dataset.name}, not {name}; leave data.name out, the data set knows its own")
    dataset.recordings.validate(str(folder))
    return dataset


IN_FOLDER = Source(lambda console: locate(None, None, console), partial(locate, None), partial(read, None))
"""Whatever the folder of a converted data set holds."""

for _name in (*NAMES, *MADE, BIDS):
    DATASETS.add(_name, Source(partial(fetch, _name), partial(locate, _name), partial(read, _name)))
