"""A data set: recordings and the questions asked about them; in memory and on disk.

On disk it is a folder: `recordings.zarr`, `questions.parquet`, and `dataset.json`, which points to the card and holds the
checksums of both and of what they were made from.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from neurona.datasets.card import DataCard, read_card
from neurona.datasets.download import sha256, verify
from neurona.errors import DataError, OutputError
from neurona.recordings.recordings import Recordings

PARTS = ("recordings.zarr", "questions.parquet")


@dataclass(frozen=True)
class Dataset:
    """Recordings and questions under one card.

    Attributes:
        name: of the data set and its card.
        card: what is known about it.
        recordings: measured data.
        questions: columns question, recording, program, answer, type.
        checksums: SHA-256 of the files it was read from.
    """

    name: str
    card: DataCard
    recordings: Recordings
    questions: pd.DataFrame
    checksums: Mapping[str, str] = field(default_factory=dict)


def save_dataset(dataset: Dataset, folder: Path) -> None:
    """Write a data set; the folder appears complete or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            work = Path(made) / folder.name
            work.mkdir()
            dataset.recordings.save(work / PARTS[0])
            dataset.questions.to_parquet(work / PARTS[1], index=False)
            pointer = {
                "card": dataset.name,
                "card_version": dataset.card.version,
                "sources": dict(dataset.checksums),
                "files": {part: sha256(work / part) for part in PARTS},
            }
            (work / "dataset.json").write_text(json.dumps(pointer, indent=1), encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            work.rename(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: the data set cannot be written ({error}); free space or set NEURONA_CACHE"
        ) from error


def open_dataset(folder: Path) -> Dataset:
    """Read a folder that `save_dataset` wrote.

    Raises:
        DataError: a part is missing, damaged, or its checksum differs.
    """
    try:
        pointer = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        name, files, sources = pointer["card"], pointer["files"], pointer["sources"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder / 'dataset.json'}: cannot be read ({error!r}); fetch the data set again") from error
    for part in PARTS:
        if not (folder / part).exists():
            raise DataError(f"{folder / part}: missing; delete {folder} and fetch the data set again")
        verify(folder / part, files[part])
    recordings = Recordings.open(folder / PARTS[0])
    return Dataset(name, read_card(name), recordings, pd.read_parquet(folder / PARTS[1]), sources)
