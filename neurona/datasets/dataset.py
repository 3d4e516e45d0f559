"""A data set: recordings and the questions asked about them; in memory and on disk.

On disk it is a folder: `recordings.zarr`, `questions.parquet`, and `dataset.json`, which points to the card and holds the
checksums of both (and of what they were made from), whether the data are simulated, where the truth of simulated data lies, and
the vocabulary where it comes from the questions and not from the card. A data set that has no card among ours, such as a user's own
study, carries it along as `card.md`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from neurona.datasets.card import DataCard, has_card, read_card, read_card_file, write_card
from neurona.errors import DataError
from neurona.files import checksum, digest, remembered_checksum, verify, write_folder
from neurona.programs import Vocabulary
from neurona.recordings.recordings import Recordings

if TYPE_CHECKING:
    import mne

PARTS = ("recordings.zarr", "questions.parquet")
OWN_CARD = "card.md"
POINTER = "dataset.json"
SCENES = "scenes.yaml"
"""Of the truth about simulated data: what is in each scene."""
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
        conversion: by which layout and settings it was converted, see `layouts.conversion_of`; empty where it was not.
    """

    name: str
    card: DataCard
    recordings: Recordings
    questions: pd.DataFrame
    checksums: Mapping[str, str] = field(default_factory=dict)
    words: Vocabulary | None = None
    truth: Path | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    conversion: Mapping[str, Any] = field(default_factory=dict)

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

    @classmethod
    def from_arrays(
        cls,
        X: Any,
        y: Any = None,
        *,
        groups: Sequence[Any] | None = None,
        subjects: Sequence[Any] | None = None,
        entities: Sequence[str] | None = None,
        definitions: Mapping[str, str] | None = None,
        missing: Literal["error", "drop"] = "error",
        **measured: Any,
    ) -> Dataset:
        """Arrays, with labels or questions.

        Args:
            X: measured values, `[recording, feature]` or `[recording, channel, time]`; an array or a DataFrame.
            y: labels in the same order, a column or a table of several. A column of true and false is a concept (`exists x. old(x)`); any
                other is a category, one word of which is true of each recording (`describe kind`). Texts stay what they are; what
                is no name is mapped to one, one to one (`"01"` to the concept `_01`); the card's `labels` tell how. Or a table of
                questions, with columns program, answer and recording (an id, or a number from 0). None: nothing is known, for
                recordings that are only to be read.
            groups: run or session of each recording, which folds keep together.
            subjects: of each recording.
            entities: name of the entity that each channel (or feature) belongs to; each its own when None.
            definitions: concepts of an ontology by others, formulas over x: `{"animate": "face(x) | cat(x)"}`.
            missing: labels that are missing are an error, or nothing is asked of them (`drop`); how many says `left_out`.
            measured: what else is known: ids of the recordings; channels, their names; positions `[channel, 3]`; sampling_hz and
                start_s of the time axis; modality, units, space; simulated, whether nobody measured this; name of the data set.

        Raises:
            DataError: numbers that do not fit, NaN, labels of one class alone, labels that would be one concept, questions that cannot be read.

        Examples:
            >>> import neurona as nr
            >>> X = [[0.1, 2.0], [0.3, 1.8], [1.9, 0.2], [2.2, 0.1]]
            >>> data = nr.Dataset.from_arrays(X, ["face", "cat", "house", "01"], definitions={"animate": "face(x) | cat(x)"})
            >>> data.vocabulary.concepts
            ('_01', 'cat', 'face', 'house')
            >>> data.questions.query("program == 'exists x. animate(x)'").answer.tolist()
            ['yes', 'yes', 'no', 'no']
        """
        from neurona.datasets.from_arrays import from_arrays

        known: dict[str, Any] = {"groups": groups, "subjects": subjects, "entities": entities}
        return from_arrays(X, y, **known, definitions=definitions, missing=missing, **measured)

    @classmethod
    def from_epochs(
        cls,
        epochs: mne.BaseEpochs,
        labels: Any = None,
        *,
        groups: str | Sequence[Any] | None = None,
        subject: str = "1",
        definitions: Mapping[str, str] | None = None,
        missing: Literal["error", "drop"] = "error",
        simulated: bool = False,
        name: str = "epochs",
    ) -> Dataset:
        """Epochs of MNE-Python, one recording each.

        Args:
            epochs: picked, cropped, filtered and cleaned as you like.
            labels: name of a column of `epochs.metadata`, or names of several; or labels as in `from_arrays`. The names of the events when
                None; if all have one name, nothing is known of them, and they are only to be read.
            groups: run or block of each epoch, which folds keep together; or the column of the metadata that tells it.
            subject: whose epochs they are.
            definitions, missing, simulated, name: see `from_arrays`.

        Raises:
            DataError: no such column, and what `from_arrays` raises.

        Examples:
            >>> import mne, numpy as np, neurona as nr
            >>> info = mne.create_info(["Fz", "Cz", "Pz", "Oz"], 100.0, "eeg")
            >>> signal = np.random.default_rng(0).normal(size=(4, 4, 50))
            >>> events = np.array([[0, 0, 1], [100, 0, 2], [200, 0, 1], [300, 0, 2]])
            >>> epochs = mne.EpochsArray(signal, info, events, event_id={"face": 1, "house": 2}, verbose="error")
            >>> nr.Dataset.from_epochs(epochs).recordings.data.label.values.tolist()
            ['face', 'house', 'face', 'house']
        """
        from neurona.datasets.from_epochs import from_epochs

        own: dict[str, Any] = {"definitions": definitions, "missing": missing, "simulated": simulated, "name": name}
        return from_epochs(epochs, labels, groups=groups, subject=subject, **own)

    @classmethod
    def from_niimgs(
        cls,
        imgs: Any,
        labels: Any = None,
        masker: Any = None,
        *,
        events: Any = None,
        confounds: Sequence[pd.DataFrame] | None = None,
        method: Any = "lsa",
        groups: Sequence[Any] | None = None,
        subject: str = "1",
        definitions: Mapping[str, str] | None = None,
        missing: Literal["error", "drop"] = "error",
        simulated: bool = False,
        name: str = "niimgs",
    ) -> Dataset:
        """Brain images, as nilearn takes them.

        Args:
            imgs: with labels, an image of four dimensions, or images of three, one recording each (such as betas); with events, runs of
                BOLD, one image of four dimensions each.
            labels: of each image (volume), as in `from_arrays`.
            masker: of nilearn, with its own smoothing and standardisation; a `NiftiMasker` when None. Of a mask the channels are voxels, of
                an atlas its regions.
            events: of each run, a table with columns onset and duration (seconds) and trial_type; one recording an event. Instead of labels. If all
                are of one type, nothing is known of them, and they are only to be read.
            confounds: of each run, regressed out with the events.
            method: of making a recording of an event: `lsa` or `lss` (single-trial betas), `window` (volumes after a delay), or `Betas` or
                `Windows` with other settings.
            groups: run of each image; with events, the name of each run.
            subject, definitions, missing, simulated, name: see `from_arrays`.

        Raises:
            DataError: images of odd shape, events that cannot be, and what `from_arrays` raises.

        Examples:
            >>> import nibabel as nib, numpy as np, neurona as nr
            >>> from nilearn.maskers import NiftiMasker
            >>> brain = nib.Nifti1Image(np.ones((4, 4, 4), np.int8), np.eye(4))
            >>> betas = np.random.default_rng(0).normal(size=(4, 4, 4, 6))
            >>> images = nib.Nifti1Image(betas.astype("float32"), np.eye(4))
            >>> data = nr.Dataset.from_niimgs(images, ["face", "house"] * 3, NiftiMasker(brain))
            >>> data.recordings.data.sizes["channel"]
            64
        """
        from neurona.datasets.from_niimgs import from_niimgs

        own: dict[str, Any] = {
            "groups": groups,
            "subject": subject,
            "definitions": definitions,
            "missing": missing,
            "simulated": simulated,
            "name": name,
        }
        return from_niimgs(imgs, labels, masker, events=events, confounds=confounds, method=method, **own)


def save_dataset(dataset: Dataset, folder: Path) -> None:
    """Write a data set; the folder, which may hold another one, appears complete or not at all.

    Raises:
        OutputError: it cannot be written, or the folder holds something else.
    """
    write_folder(folder, lambda work: write_parts(work, dataset, folder), is_dataset)


def write_parts(work: Path, dataset: Dataset, folder: Path) -> None:
    """Write everything into the empty folder `work`, which is going to be `folder`.

    Raises:
        OSError: it cannot be written.
    """
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
        "files": {part: checksum(work / part) for part in (*PARTS, OWN_CARD) if (work / part).exists()},
    }
    if dataset.words is not None:
        pointer["vocabulary"] = dataset.words.plain()
    if dataset.truth is not None:
        pointer["truth"] = Path(os.path.relpath(dataset.truth, folder)).as_posix()
    if dataset.left_out:
        pointer["left_out"] = dict(dataset.left_out)
    if dataset.conversion:
        pointer["conversion"] = dict(dataset.conversion)
    (work / POINTER).write_text(json.dumps(pointer, indent=1), encoding="utf-8")


def open_dataset(folder: Path, lazy: bool = True, *, thorough: bool = False) -> Dataset:
    """Read a folder that `save_dataset` or a conversion wrote.

    Args:
        folder: of the data set.
        lazy: leave the recordings on disk until they are asked for (see `Recordings.open`).
        thorough: compare the checksums of what is on disk; else files whose sizes and times of change are those of the last time are taken
            to be unchanged.

    Raises:
        DataError: a part is missing, damaged, or its checksum differs.
    """
    pointer = _pointer(folder)
    try:
        name, files, sources = pointer["card"], pointer["files"], pointer["sources"]
        words = Vocabulary.from_plain(pointer["vocabulary"]) if "vocabulary" in pointer else None
        truth = folder / pointer["truth"] if "truth" in pointer else None
        left_out, conversion = pointer.get("left_out", {}), pointer.get("conversion", {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(folder, error) from error
    own_card = OWN_CARD in files
    for part in (*PARTS, OWN_CARD) if own_card else PARTS:
        if not (folder / part).exists():
            raise DataError(f"{folder / part}: missing; delete {folder} and fetch the data set again")
        verify(folder / part, files[part], thorough=thorough)
    card = read_card_file(folder / OWN_CARD) if own_card else read_card(name)
    recordings = Recordings.open(folder / PARTS[0], lazy=lazy)
    questions = pd.read_parquet(folder / PARTS[1])
    return Dataset(name, card, recordings, questions, sources, words, truth, left_out, conversion)


def is_dataset(folder: Path) -> bool:
    """Whether a folder is one that `open_dataset` opens."""
    return (folder / POINTER).is_file()


def name_of(folder: Path) -> str:
    """The name of the data set in a folder.

    Raises:
        DataError: its `dataset.json` cannot be read.
    """
    pointer = _pointer(folder)
    if "card" not in pointer:
        raise _unreadable(folder, KeyError("card"))
    return str(pointer["card"])


def fingerprint_of(folder: Path) -> str:
    """What the numbers of an experiment on the data set in a folder depend on, as a checksum: recordings, questions, vocabulary, and the scenes of
    simulated data. Files that did not change since they were last read are not read again.

    Raises:
        DataError: its `dataset.json` cannot be read, or a part is missing.
    """
    pointer = _pointer(folder)
    parts = {part: folder / part for part in (*PARTS, *(name for name in pointer.get("files", {}) if name == OWN_CARD))}
    if "truth" in pointer and (folder / pointer["truth"] / SCENES).is_file():
        parts["scenes"] = folder / pointer["truth"] / SCENES
    for path in parts.values():
        if not path.exists():
            raise DataError(f"{path}: missing; delete {folder} and fetch the data set again")
    told: dict[str, Any] = {name: remembered_checksum(path) for name, path in parts.items()}
    told["vocabulary"] = pointer.get("vocabulary") or words_of_card(str(pointer.get("card")))
    return digest(told)


def words_of_card(name: str) -> dict[str, Any] | None:
    """The vocabulary of a data set's card, as JSON can hold it; None where there is none."""
    card = read_card(name) if has_card(name) else None
    return None if card is None or card.words is None else card.vocabulary.plain()


def _pointer(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError(f"expected an object, found {type(found).__name__}")
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(folder, error) from error
    return found


def _unreadable(folder: Path, error: Exception) -> DataError:
    return DataError(f"{folder / POINTER}: cannot be read ({error!r}); fetch or convert the data set again")
