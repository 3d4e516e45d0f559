"""Recordings of which several things are known, each in a column: object and position, side and limb, emotion and duration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurona.datasets.card import DataCard
from neurona.datasets.dataset import Dataset
from neurona.datasets.label_questions import Shown, questions_from_labels
from neurona.recordings.recordings import METADATA, Recordings


def described(
    card: DataCard,
    recordings: Recordings,
    shown: Sequence[Sequence[str]],
    columns: Mapping[str, Sequence[Any]],
    checksums: Mapping[str, str],
    images: Sequence[str] | None = None,
) -> Dataset:
    """The data set of recordings, with questions by the card's vocabulary.

    Args:
        card: its vocabulary has all words of `shown`.
        recordings: measured.
        shown: the words that are true of each recording.
        columns: what else is known of each, which splits may go by: name -> value of each recording.
        checksums: of the files.
        images: what each recording is of, where several are of the same.

    Raises:
        DataError: see `questions_from_labels`.
    """
    ids = [str(name) for name in recordings.data.recording.values]
    words = [tuple(dict.fromkeys(one)) for one in shown]
    coords: dict[str, Any] = {METADATA + name: ("recording", list(column)) for name, column in columns.items()}
    if images is not None:
        coords["image"] = ("recording", list(images))
    coords["label"] = ("recording", [", ".join(one) for one in words])
    table = questions_from_labels(ids, [Shown(frozenset(one)) for one in words], card.vocabulary)
    return Dataset(card.name, card, Recordings(recordings.data.assign_coords(coords)), table, checksums)
