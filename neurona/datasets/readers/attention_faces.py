"""Angry and neutral faces, shown for a moment or longer, to the left or right: event-related potentials at O1 of 15 people."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.readers import pinned
from neurona.datasets.readers.columns import described
from neurona.datasets.readers.r_files import read_r
from neurona.datasets.registry import DATASETS, Source
from neurona.errors import DataError
from neurona.recordings.recordings import Recordings
from neurona.recordings.sensor_groups import sensor_groups, sensor_positions

NAME = "attention_faces_eeg"
_DESIGN, _SIGNAL = "attentionshifting_design", "attentionshifting_signal"
_SHOWN_FOR = {"16ms": "brief", "166ms": "lasting"}


def read(path: Path | None, console: Console) -> Dataset:
    """Recordings `[person x condition, 1, 819]` in uV, -200 to 600 ms, and questions.

    Raises:
        DataError: the folder or a file is missing, damaged, or another one.
    """
    folder, card = pinned.locate(NAME, path, console), read_card(NAME)
    checksums = pinned.verified(NAME, folder)
    design, signal = (read_r(folder / f"{name}.rda")[name] for name in (_DESIGN, _SIGNAL))
    if not design.index.equals(signal.index):
        raise DataError(f"{folder}: the rows of {_DESIGN} and {_SIGNAL} have different names; fetch both again")
    emotion, visible, side, person = (
        design[name].astype(str).tolist() for name in ("emotion", "visibility", "direction", "id")
    )
    shown = [(what, _SHOWN_FOR[long], f"at_{where}") for what, long, where in zip(emotion, visible, side, strict=True)]
    recordings = Recordings.make(
        signal.to_numpy()[:, None, :],
        ids=[f"sub-{who}_{'_'.join(words)}" for who, words in zip(person, shown, strict=True)],
        channels=["O1"],
        groups=sensor_groups(["O1"]),
        positions=sensor_positions(["O1"]),
        space="head",
        sampling_hz=1024.0,
        start_s=-0.2,
        modality="eeg",
        units="uV",
        subject=person,
        run=["averages"] * len(person),
        split=[""] * len(person),
        label=[""] * len(person),
    )
    recordings.validate(str(folder))
    columns = {"emotion": emotion, "visibility": visible, "side": side} | {
        name.lower(): np.asarray(design[name].astype(str if name == "sex" else float)).tolist()
        for name in ("sex", "age", "STAIS_state", "STAIS_trait", "laterality_id")
    }
    return described(card, recordings, shown, columns, checksums)


DATASETS.add(NAME, Source(partial(pinned.fetch, NAME), partial(pinned.locate, NAME), read))
