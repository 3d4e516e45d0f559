"""92 images in human and monkey inferotemporal cortex (Kriegeskorte et al. 2008), as dissimilarities.

A recording is an image in one space (a person, the mean of people, monkeys, a model of vision): the row of its dissimilarities to all 92
images. Rows know all images, those that are tested, too: not their labels, but where they lie. Results are transductive, and are to be
called so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import MinLen
from jaxtyping import Float
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.readers import pinned
from neurona.datasets.readers.columns import described
from neurona.datasets.readers.r_files import read_r
from neurona.datasets.registry import DATASETS
from neurona.recordings.recordings import Recordings

NAME = "kriegeskorte92"
PEOPLE = ("BE", "KO", "SN", "TI")
_MODELS = {"monkey": "monkeyIT", "eva": "EVA", "hmax": "HMAX", "v1": "V1", "silhouette": "Silhouette", "radon": "RADON"}

_Space = Literal["people", "BE", "KO", "SN", "TI", "monkey", "eva", "hmax", "v1", "silhouette", "radon"]


@dataclass(frozen=True)
class DissimilaritySettings:
    """Whose dissimilarities.

    Attributes:
        spaces: the mean of all `people`, one of them (mean of two sessions), the `monkey`s' (mean of two), or a model of vision.
    """

    spaces: Annotated[tuple[_Space, ...], MinLen(1)] = ("people",)


def categories() -> list[tuple[str, ...]]:
    """What is true of each of the 92 images, in the paper's order: 12 human body parts, 12 human faces, 12 animal bodies, 12 animal faces,
    23 natural and 21 artificial things."""
    runs = (
        (12, ("body", "animal", "human")),
        (12, ("face", "animal", "human")),
        (12, ("body", "animal")),
        (12, ("face", "animal")),
        (23, ("natural",)),
        (21, ("artificial",)),
    )
    return [words for count, words in runs for _ in range(count)]


def read(settings: DissimilaritySettings, path: Path | None, console: Console) -> Dataset:
    """Recordings `[space x image, 92, 1]` (1 - correlation, 0 to an image itself) and questions.

    Raises:
        DataError: the folder or file is missing, damaged, or another one.
    """
    folder, card = pinned.locate(NAME, path, console), read_card(NAME)
    checksums = pinned.verified(NAME, folder)
    found = read_r(folder / next(iter(checksums)))
    images = [f"image-{k:02d}" for k in range(1, 93)]
    spaces = [space for space in settings.spaces for _ in images]
    recordings = Recordings.make(
        np.concatenate([_dissimilarities(found, space) for space in settings.spaces])[:, :, None],
        ids=[f"{space}_{image}" for space in settings.spaces for image in images],
        channels=[f"to-{image}" for image in images],
        sampling_hz=1.0,
        modality="dissimilarities",
        units="1 - correlation",
        subject=spaces,
        run=["images"] * len(spaces),
        split=[""] * len(spaces),
        label=[""] * len(spaces),
    )
    shown = categories() * len(settings.spaces)
    kinds = {"kind": ["_".join(words[::-1]) for words in shown]}
    return described(card, recordings, shown, kinds, checksums, images * len(settings.spaces))


def _dissimilarities(found: dict[str, Any], space: str) -> Float[np.ndarray, "92 92"]:
    if space in _MODELS:
        matrix: np.ndarray = np.asarray(found["model"][_MODELS[space]])
        return matrix
    people = PEOPLE if space == "people" else (space,)
    return np.mean([found["brain"][f"hIT_{who}_Session_{k}"] for who in people for k in (1, 2)], axis=0)


DATASETS.add(NAME, pinned.pinned_source(NAME, read, DissimilaritySettings))
