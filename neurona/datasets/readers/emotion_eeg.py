"""Appraisals in a gambling task (Gentsch et al. 2014): EEG and EMG of 23 people, one average for each of 8 conditions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from annotated_types import MinLen
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.readers import pinned
from neurona.datasets.readers.columns import described
from neurona.datasets.readers.r_files import read_r
from neurona.datasets.registry import DATASETS
from neurona.recordings.recordings import Recordings

NAME = "emotion_eeg"
_SAMPLING_HZ = 256.0


@dataclass(frozen=True)
class EmotionSettings:
    """Which signals.

    Attributes:
        channels: EEG, EMG (of a muscle of the face), or both.
    """

    channels: Annotated[tuple[Literal["EEG", "EMG"], ...], MinLen(1)] = ("EEG",)


def read(settings: EmotionSettings, path: Path | None, console: Console) -> Dataset:
    """Recordings `[person x condition, channel, 384]` and questions.

    Raises:
        DataError: the folder or file is missing, damaged, or another one.
    """
    folder, card = pinned.locate(NAME, path, console), read_card(NAME)
    checksums = pinned.verified(NAME, folder)
    found = read_r(folder / next(iter(checksums)))["emotion"]
    power, outcome, control, person = (
        [str(value) for value in found[name]] for name in ("power", "game_outcome", "control", "subject")
    )
    shown = [
        (what, f"{strong}_power", f"{sure}_control") for what, strong, sure in zip(outcome, power, control, strict=True)
    ]
    ids = [f"sub-{who}_{'_'.join(words)}" for who, words in zip(person, shown, strict=True)]
    recordings = Recordings.make(
        np.stack([np.asarray(found[name]) for name in settings.channels], axis=1),
        ids=ids,
        channels=settings.channels,
        sampling_hz=_SAMPLING_HZ,
        modality="eeg" if settings.channels == ("EEG",) else "+".join(settings.channels).lower(),
        units="uV",
        subject=person,
        run=["averages"] * len(ids),
        split=[""] * len(ids),
        label=[""] * len(ids),
    )
    recordings.validate(str(folder))
    columns = {"power": power, "outcome": outcome, "control": control}
    return described(card, recordings, shown, columns, checksums)


DATASETS.add(NAME, pinned.pinned_source(NAME, read, EmotionSettings))
