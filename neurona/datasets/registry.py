"""The data sets by name."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from rich.console import Console

from neurona.datasets import haxby2001, question_sets, uea_archive
from neurona.datasets.dataset import Dataset
from neurona.errors import DataError, nearest_name


class _Fetch(Protocol):
    def __call__(self, console: Console) -> Path: ...


class _Read(Protocol):
    def __call__(self, path: Path | None, console: Console) -> Dataset: ...


class Source(NamedTuple):
    """How a data set is fetched (once, into the cache) and read."""

    fetch: _Fetch
    read: _Read


DATASETS: dict[str, Source] = {
    haxby2001.NAME: Source(haxby2001.fetch, haxby2001.read),
    **{name: Source(partial(uea_archive.fetch, name), partial(uea_archive.read, name)) for name in uea_archive.NAMES},
    **{
        name: Source(partial(question_sets.fetch, name), partial(question_sets.read, name))
        for name in (*question_sets.NAMES, *question_sets.MADE, question_sets.BIDS)
    },
}


def source(name: str) -> Source:
    """The data set of that name.

    Raises:
        DataError: there is none; the nearest name is suggested.
    """
    if name not in DATASETS:
        raise DataError(f"unknown dataset {name!r}{nearest_name(name, DATASETS)}")
    return DATASETS[name]
