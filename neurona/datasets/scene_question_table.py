"""Scene graphs -> a table of balanced questions about their images, which a conversion asks of the recordings that show them.

    scenes -> names of the vocabulary -> train and test images -> questions, balanced within each part

The table's columns are those of `stimulus_questions`, with `image` (what was shown) and `part`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from neurona.datasets.splits import COMBINATIONS, Split, by_image
from neurona.errors import DataError, nearest_name
from neurona.files import write_atomically
from neurona.scenes.names import NameTable, normalise
from neurona.scenes.questions import BALANCED, questions_from_scenes, vocabulary_of
from neurona.scenes.scene_graph import SceneGraph


class SceneQuestions(NamedTuple):
    """Questions, and what became of the scenes.

    Attributes:
        table: image, part, program, answer, type, negative, pair, hops.
        report: what was asked, and what could not be.
        unknown: (`noun`, `attribute` or `predicate`; the word) -> how often it was left out, for the table of names has it not.
        lost: images of which no thing is known.
    """

    table: pd.DataFrame
    report: Mapping[str, Any]
    unknown: Counter[tuple[str, str]]
    lost: Sequence[str]


def scene_questions(
    scenes: Sequence[SceneGraph],
    *,
    per_scene: int = 25,
    test: float = 0.2,
    split: str = "image",
    seed: int = 0,
    names: Path | None = None,
    negatives: str = BALANCED,
) -> SceneQuestions:
    """Ask about scenes.

    Args:
        scenes: as annotated.
        per_scene: questions about one scene, at most.
        test: share of the images of the part `test`; the others are `train`.
        split: `image`, or a split of combinations (`COMBINATIONS`): test questions are about combinations that training lacks.
        seed: of all draws.
        names: table of names in YAML; the one that comes with Neurona when None.
        negatives: one of `NEGATIVES`.

    Raises:
        DataError: an unknown split or kind of negatives, an image twice, or nothing that can be asked.
    """
    if split != "image" and split not in COMBINATIONS:
        raise DataError(f"unknown split {split!r}{nearest_name(split, ['image', *COMBINATIONS])}")
    table = NameTable.read(names)
    known = normalise(scenes, table)
    if not known.scenes:
        raise DataError("no scene has a thing that the table of names knows; name another table with --names")
    parts = _split(known.scenes, split, test, seed)
    training = [scene for scene in known.scenes if parts.parts.get(scene.image) == "train"]
    asked = questions_from_scenes(
        known.scenes,
        vocabulary_of(training, table),
        per_scene=per_scene,
        seed=seed,
        table=table,
        parts=parts.parts,
        held=parts.held,
        negatives=negatives,
    )
    report = asked.attrs["report"]
    found = asked.drop(columns="question")
    found.insert(1, "part", found.image.map(parts.parts))
    return SceneQuestions(found, report, known.unknown, known.lost)


def write_questions(table: pd.DataFrame, path: Path) -> Path:
    """Write a table of questions; the suffix (.parquet or .tsv) chooses the format.

    Raises:
        DataError: another suffix.
        OutputError: it cannot be written.
    """
    if path.suffix == ".parquet":
        return write_atomically(path, lambda target: table.to_parquet(target, index=False))
    if path.suffix != ".tsv":
        raise DataError(f"{path}: expected a name that ends in .parquet or .tsv")
    # Cells hold no tab and are read as they stand.
    return write_atomically(
        path, lambda target: table.to_csv(target, sep="\t", index=False, na_rep="n/a", quoting=csv.QUOTE_NONE)
    )


def _split(scenes: Sequence[SceneGraph], split: str, test: float, seed: int) -> Split:
    if split == "image":
        return by_image([scene.image for scene in scenes], test=test, seed=seed)
    return COMBINATIONS[split](scenes, test=test, validation=0.0, seed=seed)
