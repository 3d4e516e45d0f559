"""Haxby et al. 2001, subject 1, the voxels of the published ventral temporal mask: block means, or the volumes of each block."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.readers import pinned
from neurona.datasets.readers.columns import described
from neurona.datasets.readers.r_files import read_r
from neurona.datasets.registry import DATASETS
from neurona.recordings.recordings import Recordings

NAME = "haxby2001_vt"


@dataclass(frozen=True)
class HaxbySettings:
    """What a recording is.

    Attributes:
        of: a `block` (the mean of its 9 volumes), or a `volume`.
    """

    of: Literal["block", "volume"] = "block"

    @property
    def file(self) -> str:
        return "patterns.rds" if self.of == "block" else "trials.rds"


def read(settings: HaxbySettings, path: Path | None, console: Console) -> Dataset:
    """Recordings `[recording, 577, 1]` as measured (no detrending, no scaling) and questions.

    Raises:
        DataError: the folder or file is missing, damaged, or another one.
    """
    folder, card = pinned.locate(NAME, path, console), read_card(NAME)
    checksums = pinned.verified(NAME, folder, [settings.file])
    found = read_r(folder / settings.file)
    category = [card.labels.get(word, word) for word in map(str, found["category"])]
    run = [f"run-{int(number) + 1:02d}" for number in found["run"]]
    block = [f"{when}_{what}" for when, what in zip(run, category, strict=True)]  # each category has one block in a run
    recordings = Recordings.make(
        np.asarray(found["patterns"])[:, :, None],
        ids=block if settings.of == "block" else _numbered(block),
        channels=[f"voxel-{number}" for number in found["mask_idx"]],
        sampling_hz=0.4,
        modality="fmri",
        units="scanner",
        subject=["1"] * len(run),
        run=run,
        split=[""] * len(run),
        label=category,
        positions=_places(found["mask_idx"], found["mask_dim"], found["mask_space"]),
        space="scanner grid (mm)",
    )
    recordings.validate(str(folder))
    return described(card, recordings, [[word] for word in category], {"block": block}, checksums)


def _numbered(names: list[str]) -> list[str]:
    """Each name with how often it stood before."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name}_volume-{seen[name]}")
    return found


def _places(index: np.ndarray, size: np.ndarray, space: Any) -> Float[np.ndarray, "voxel 3"]:
    """Millimetres from the corner of the grid; R counts voxels from 1, the first axis fastest."""
    grid = np.stack(np.unravel_index(np.asarray(index) - 1, tuple(map(int, size)), order="F"), axis=1)
    return grid * np.asarray(space.spacing) + np.asarray(space.origin)


DATASETS.add(NAME, pinned.pinned_source(NAME, read, HaxbySettings, lambda settings: [settings.file]))
