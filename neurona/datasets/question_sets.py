"""Data sets that are opened as converted folders: question sets that nobody may pass on (what the user must obtain),
simulated studies, and anyone's own study in BIDS. `layouts` checks and converts.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from neurona.datasets import bold5000_qa, cneuromod_qa
from neurona.datasets.card import has_card, read_card
from neurona.datasets.dataset import Dataset, open_dataset
from neurona.datasets.download import cache_folder, local_folder
from neurona.datasets.layouts import LAYOUTS
from neurona.errors import DataError

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
    if (folder / "dataset.json").is_file():
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


def read(name: str, path: Path | None, console: Console) -> Dataset:
    """Open the converted folder `path`, else `$NEURONA_DATA/NAME`, else the cache. Recordings stay on disk until asked for.

    Raises:
        DataError: the folder is missing, not converted or damaged, or holds another data set.
    """
    folder = path or local_folder(name) or fetch(name, console)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; data.path names the folder of a converted data set")
    if not (folder / "dataset.json").is_file():
        fitting = [LAYOUTS[known] for known in LAYOUTS if known.startswith(name)]
        if any(layout.is_layout(folder) for layout in fitting):
            raise DataError(f"{folder}: not converted yet; `neurona data convert {folder} OUT`, then name OUT")
        raise DataError(f"{folder}: no dataset.json; data.path names the folder of a converted data set")
    dataset = open_dataset(folder)
    if dataset.name != name and (name != BIDS or has_card(dataset.name)):
        raise DataError(f"{folder}: holds {dataset.name}, not {name}")
    dataset.recordings.validate(str(folder))
    return dataset
