"""The data sets by name. Each reader registers its own, here (`readers/`) or in another package:

    DATASETS.add("name", Source(fetch, locate, read))

A data set that is more than one experiment needs has settings, a dataclass: whose recordings, which runs, what of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ConfigDict
from rich.console import Console

from neurona.datasets.dataset import Dataset, fingerprint_of, is_dataset, words_of_card
from neurona.errors import ConfigError, DataError, nearest_name
from neurona.files import digest, remembered_checksum
from neurona.registry import Registry
from neurona.validated import validated


class Source(NamedTuple):
    """How a data set comes here.

    Attributes:
        fetch: console -> its folder in the cache, to which it is fetched once.
        locate: path or None, console -> where it lies: a given folder, else a known place, else fetched.
        read: path or None, console -> what is read from there.
        files: folder -> the files that its numbers depend on; None for the whole folder.
        settings: a dataclass; where there is one, the four take an instance of it before all else.
    """

    fetch: Callable[..., Path]
    locate: Callable[..., Path]
    read: Callable[..., Dataset]
    files: Callable[..., Sequence[Path]] | None = None
    settings: type[Any] | None = None


DATASETS: Registry[Source] = Registry("data set", "neurona.datasets", "neurona.datasets.readers")
"""Those of other packages come by the entry point group `neurona.datasets`."""


def source(name: str | None, settings: Any = None) -> Source:
    """The data set of that name, with its settings; of none, whatever the folder holds that it is read from.

    Args:
        name: of the data set.
        settings: as `settings_of` takes them.

    Raises:
        DataError: there is none; the nearest name is suggested.
        ConfigError: it has no such settings.
    """
    chosen = settings_of(name, settings)
    if name is None:
        from neurona.datasets.readers.question_sets import IN_FOLDER  # readers register themselves here

        return IN_FOLDER
    found = DATASETS[name]
    if chosen is None:
        return found
    bound = (None if how is None else partial(how, chosen) for how in found[:4])
    return Source(*bound)  # type: ignore[arg-type]


def settings_of(name: str | None, settings: Any = None) -> Any:
    """The settings of a data set, defaults where nothing is said; None where it has none.

    Args:
        name: of the data set.
        settings: name -> value, or an instance of its dataclass.

    Raises:
        DataError: there is no such data set.
        ConfigError: an unknown setting (the nearest is named), or a value that does not fit.
    """
    if name is not None and name not in DATASETS:
        raise DataError(f"unknown dataset {name!r}{nearest_name(name, DATASETS)}")
    kind = None if name is None else DATASETS[name].settings
    if kind is None:
        if settings:
            raise ConfigError(f"data.settings: {name or 'a data set in a folder'} has none; leave them out")
        return None
    if isinstance(settings, kind):
        return settings
    kind.__pydantic_config__ = ConfigDict(extra="forbid")
    given = dict(settings or {})
    for key in given:
        if key not in (known := kind.__dataclass_fields__):
            raise ConfigError(f"data.settings: {name} has no {key!r}{nearest_name(str(key), known)}")
    return validated(kind, given, "data.settings", ConfigError)


def fingerprint(name: str | None, path: Path | None, console: Console, settings: Any = None) -> str:
    """What the numbers of an experiment on a data set depend on, besides its settings, as a checksum; it is fetched where it is not at hand.

    Raises:
        DataError: there is no such data set or folder.
        ConfigError: it has no such settings.
    """
    known = source(name, settings)
    folder = known.locate(path, console)
    if is_dataset(folder):
        return fingerprint_of(folder)
    told: dict[str, Any] = {"vocabulary": words_of_card(str(name))}
    if known.files is None:
        told["files"] = remembered_checksum(folder)
    else:
        told["files"] = {file.name: remembered_checksum(file) for file in known.files(folder)}
    return digest(told)
