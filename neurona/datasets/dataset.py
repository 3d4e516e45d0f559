"""A data set: recordings and the questions asked about them; in memory and on disk.

On disk it is a folder: `recordings.zarr`, `questions.parquet`, and `dataset.json`, which points to the card and holds the
checksums of both and of what they were made from, whether the data are simulated, where the truth of simulated data lies, and
the vocabulary where it comes from the questions and not from the card. A data set that has no card among ours, such as a user's own
study, carries it along as `card.md`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from neurona.datasets.card import DataCard, has_card, read_card, read_card_file, write_card
from neurona.datasets.download import sha256, verify
from neurona.errors import DataError, OutputError
from neurona.programs import Vocabulary
from neurona.recordings.recordings import Recordings

PARTS = ("recordings.zarr", "questions.parquet")
OWN_CARD = "card.md"
_PROSE = "Made by Neurona from the data set's own description and from what was read."


@dataclass(frozen=True)
class Dataset:
    """Recordings and questions under one card.

    Attributes:
        name: of the data set and its card.
        card: what is known about it.
        recordings: measured data.
        questions: columns question, recording, program, answer, type.
        checksums: SHA-256 of the files it was read from.
        words: the vocabulary, where it comes from the questions; None where the card has it.
        truth: of simulated data, the file or folder that holds what was planted.
        left_out: questions that were set apart when it was converted: why -> how many.
    """

    name: str
    card: DataCard
    recordings: Recordings
    questions: pd.DataFrame
    checksums: Mapping[str, str] = field(default_factory=dict)
    words: Vocabulary | None = None
    truth: Path | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that its questions may use: its own where it has some, else those of its card."""
        return self.words if self.words is not None else self.card.vocabulary

    @property
    def images(self) -> tuple[str, ...]:
        """The image that each recording is of; the recording itself where no image is known."""
        data = self.recordings.data
        return tuple(map(str, (data.image if "image" in data.coords else data.recording).values))

    @property
    def simulated(self) -> bool:
        """Whether nobody measured these data."""
        return bool(self.recordings.data.attrs.get("simulated", 0))


def save_dataset(dataset: Dataset, folder: Path) -> None:
    """Write a data set; the folder appears complete or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            work = Path(made) / folder.name
            write_parts(work, dataset, folder)
            if folder.exists():
                shutil.rmtree(folder)
            work.rename(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: the data set cannot be written ({error}); free space or set NEURONA_CACHE"
        ) from error


def write_parts(work: Path, dataset: Dataset, folder: Path) -> None:
    """Write everything into the new folder `work`, which is going to be `folder`.

    Raises:
        OSError: it cannot be written.
    """
    work.mkdir()
    dataset.recordings.save(work / PARTS[0])
    dataset.questions.to_parquet(work / PARTS[1], index=False)
    if not has_card(dataset.name):
        write_card(dataset.card, work / OWN_CARD, _PROSE)
    write_pointer(work, dataset, folder)


def write_pointer(work: Path, dataset: Dataset, folder: Path) -> None:
    """Write `dataset.json` into `work`, whose parts are complete and which is going to be `folder`.

    Raises:
        OSError: it cannot be written.
    """
    pointer: dict[str, Any] = {
        "card": dataset.name,
        "card_version": dataset.card.version,
        "simulated": dataset.simulated,
        "sources": dict(dataset.checksums),
        "files": {part: sha256(work / part) for part in (*PARTS, OWN_CARD) if (work / part).exists()},
    }
    if dataset.words is not None:
        pointer["vocabulary"] = dataset.words.plain()
    if dataset.truth is not None:
        pointer["truth"] = Path(os.path.relpath(dataset.truth, folder)).as_posix()
    if dataset.left_out:
        pointer["left_out"] = dict(dataset.left_out)
    (work / "dataset.json").write_text(json.dumps(pointer, indent=1), encoding="utf-8")


def open_dataset(folder: Path, lazy: bool = True) -> Dataset:
    """Read a folder that `save_dataset` or a conversion wrote.

    Args:
        folder: of the data set.
        lazy: leave the recordings on disk until they are asked for (see `Recordings.open`).

    Raises:
        DataError: a part is missing, damaged, or its checksum differs.
    """
    try:
        pointer = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        name, files, sources = pointer["card"], pointer["files"], pointer["sources"]
        words = Vocabulary.from_plain(pointer["vocabulary"]) if "vocabulary" in pointer else None
        truth = folder / pointer["truth"] if "truth" in pointer else None
        left_out = pointer.get("left_out", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{folder / 'dataset.json'}: cannot be read ({error!r}); fetch the data set again") from error
    own_card = OWN_CARD in files
    for part in (*PARTS, OWN_CARD) if own_card else PARTS:
        if not (folder / part).exists():
            raise DataError(f"{folder / part}: missing; delete {folder} and fetch the data set again")
        verify(folder / part, files[part])
    card = read_card_file(folder / OWN_CARD) if own_card else read_card(name)
    recordings = Recordings.open(folder / PARTS[0], lazy=lazy)
    questions = pd.read_parquet(folder / PARTS[1])
    return Dataset(name, card, recordings, questions, sources, words, truth, left_out)
