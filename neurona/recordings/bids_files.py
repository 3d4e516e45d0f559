"""Files that belong to a file of a BIDS data set: its sidecars, by BIDS' inheritance principle.

A file belongs to a recording when it lies in the recording's folder or above it, up to the top of the data set, and each of its
entities (`sub-01`, `task-look`, ...) is the recording's. Of tables and images the nearest counts, then the one with most entities; the
fields of JSON files are gathered, nearer files over those above them.

https://bids-specification.readthedocs.io/en/stable/common-principles.html#the-inheritance-principle
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from neurona.errors import DataError
from neurona.files import is_litter, require_content

DESCRIPTION = "dataset_description.json"
_INDICES = ("run", "echo", "split", "flip", "inv")


class BidsName(NamedTuple):
    """What a file's name says: `sub-01_task-look_bold.nii.gz` has two entities, the suffix `bold` and the extension `.nii.gz`."""

    entities: Mapping[str, str]
    suffix: str
    extension: str


def bids_name(path: Path) -> BidsName | None:
    """The parts of a name, indices such as `run-01` without leading zeros; None where it is none of BIDS."""
    stem, dot, extension = path.name.partition(".")
    *pairs, suffix = stem.split("_")
    split = [pair.split("-", 1) for pair in pairs]
    if not dot or not suffix or any(len(pair) != 2 or not pair[0].isalnum() for pair in split):
        return None
    entities = {key: value.lstrip("0") or "0" if key in _INDICES else value for key, value in split}
    return BidsName(entities, suffix, dot + extension)


@dataclass(frozen=True)
class Sidecar:
    """The fields of the JSON files of a recording.

    Attributes:
        of: the recording.
        fields: name -> value.
        sources: name -> the file that says so.
    """

    of: Path
    fields: Mapping[str, Any]
    sources: Mapping[str, Path]

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def number(self, name: str, unit: str = "seconds") -> float | None:
        """A number; None where no file has the field.

        Raises:
            DataError: it is none.
        """
        if name not in self.fields:
            return None
        value = self.fields[name]
        if not is_number(value):
            raise self.fault(name, f"a number of {unit}")
        return float(value)

    def fault(self, name: str, expected: str) -> DataError:
        """What is wrong with one field, for raising."""
        shown = json.dumps(self.fields[name], ensure_ascii=False)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        return DataError(f"{self.sources[name]}: {name} is {shown}, expected {expected}")


def is_number(value: Any) -> bool:
    """Whether a value of JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def read_json(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds.

    Raises:
        DataError: it is missing or not fetched, is no JSON, says something twice, or holds something else.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found and found[key] != value:
                raise DataError(f"{path}: {key} stands there twice, with different values; delete one")
            found[key] = value
        return found

    try:
        content = json.loads(require_content(path).read_bytes().decode("utf-8-sig"), object_pairs_hook=once)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no JSON ({error}); correct it there") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: expected an object {{...}} of fields, found {type(content).__name__}")
    return content


@dataclass
class BidsTree:
    """The folders of a data set, each listed once."""

    _listed: dict[Path, list[tuple[Path, BidsName]]] = field(default_factory=dict)

    def nearest(
        self,
        path: Path,
        suffixes: Sequence[str],
        extensions: Sequence[str],
        fits: Callable[[Mapping[str, str]], bool] = lambda entities: True,
        but: Sequence[str] = (),
    ) -> Path | None:
        """The file that counts for a recording; None where there is none.

        Args:
            path: of the recording, which need not exist.
            suffixes: such as `events`.
            extensions: such as `.tsv`; of two that differ in these alone the first one counts.
            fits: what else its entities must say.
            but: entities that need not be the recording's, such as `desc`.

        Raises:
            DataError: two files count alike.
        """
        for level in reversed(list(self._applying(path, suffixes, extensions, but))):
            found = [
                (len(name.entities), -extensions.index(name.extension), file)
                for file, name in level
                if fits(name.entities)
            ]
            if not found:
                continue
            best = max(rank[:2] for rank in found)
            first, *more = sorted(file for *rank, file in found if tuple(rank) == best)
            if more:
                raise DataError(
                    f"{path}: both {first} and {more[0].name} belong to it; leave one, or name what they differ in"
                )
            return first
        return None

    def sidecar(self, path: Path) -> Sidecar:
        """The fields of all JSON files that belong to a recording.

        Raises:
            DataError: one of them cannot be read.
        """
        fields: dict[str, Any] = {}
        sources: dict[str, Path] = {}
        own = bids_name(path)
        for level in self._applying(path, [own.suffix] if own else [], [".json"], ()):
            for file, _ in sorted(level, key=lambda pair: len(pair[1].entities)):
                found = read_json(file)
                fields |= found
                sources |= dict.fromkeys(found, file)
        return Sidecar(path, fields, sources)

    def _applying(
        self, path: Path, suffixes: Sequence[str], extensions: Sequence[str], but: Sequence[str]
    ) -> Iterable[list[tuple[Path, BidsName]]]:
        """For each folder from the top down, the files there that belong to a recording."""
        own = bids_name(path)
        if own is None:
            return
        for folder in _levels(path):
            yield [
                (file, name)
                for file, name in self._list(folder)
                if name.suffix in suffixes
                and name.extension in extensions
                and all(own.entities.get(key) == value for key, value in name.entities.items() if key not in but)
            ]

    def _list(self, folder: Path) -> list[tuple[Path, BidsName]]:
        if folder not in self._listed:
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            self._listed[folder] = [(file, name) for file in files if not is_litter(file) and (name := bids_name(file))]
        return self._listed[folder]


def _levels(path: Path) -> list[Path]:
    """The folders from the top of the data set down to a file's."""
    folders: list[Path] = []
    for folder in path.parents:
        folders.insert(0, folder)
        if (folder / DESCRIPTION).is_file():
            return folders
    return [path.parent]
