"""The data sets by name. Another package adds its own by `DATASETS.add("name", Source(fetch, locate, read))`."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from rich.console import Console

from neurona.datasets import haxby2001, question_sets, uea_archive
from neurona.datasets.dataset import Dataset, fingerprint_of, is_dataset, words_of_card
from neurona.errors import DataError, nearest_name
from neurona.files import remembered_checksum
from neurona.registry import Registry


class _Fetch(Protocol):
    def __call__(self, console: Console) -> Path: ...


class _Locate(Protocol):
    def __call__(self, path: Path | None, console: Console) -> Path: ...


class _Read(Protocol):
    def __call__(self, path: Path | None, console: Console) -> Dataset: ...


class Source(NamedTuple):
    """How a data set is fetched (once, into the cache), where it lies (a given folder, else a known place, else fetched) and how it is read from there."""

    fetch: _Fetch
    locate: _Locate
    read: _Read


DATASETS: Registry[Source] = Registry("data set", "neurona.datasets", __name__)
"""Those of other packages come by the entry point group `neurona.datasets`."""

DATASETS.add(haxby2001.NAME, Source(haxby2001.fetch, haxby2001.locate, haxby2001.read))
for _room, _names in (
    (uea_archive, uea_archive.NAMES),
    (question_sets, (*question_sets.NAMES, *question_sets.MADE, question_sets.BIDS)),
):
    for _name in _names:
        DATASETS.add(_name, Source(*(partial(how, _name) for how in (_room.fetch, _room.locate, _room.read))))


def _not_fetched(console: Console) -> Path:
    return question_sets.locate(None, None, console)


_IN_FOLDER = Source(_not_fetched, partial(question_sets.locate, None), partial(question_sets.read, None))


def source(name: str | None) -> Source:
    """The data set of that name; of none, whatever the folder holds that it is read from.

    Raises:
        DataError: there is none; the nearest name is suggested.
    """
    if name is None:
        return _IN_FOLDER
    if name not in DATASETS:
        raise DataError(f"unknown dataset {name!r}{nearest_name(name, DATASETS)}")
    return DATASETS[name]


def fingerprint(name: str | None, path: Path | None, console: Console) -> str:
    """What the numbers of an experiment on a data set depend on, as a checksum; it is fetched where it is not at hand.

    Raises:
        DataError: there is no such data set or folder.
    """
    folder = source(name).locate(path, console)
    if is_dataset(folder):
        return fingerprint_of(folder)
    told = {"files": remembered_checksum(folder), "vocabulary": words_of_card(str(name))}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
