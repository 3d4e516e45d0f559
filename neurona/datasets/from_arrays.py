"""Arrays, with labels or questions -> a data set; see `Dataset.from_arrays`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from neurona.datasets.card import DataCard, has_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.label_questions import COLUMNS, no_questions, questions_from_labels
from neurona.datasets.labels import Labels, Missing, read_labels, with_definitions
from neurona.datasets.question_words import QuestionWords, asked, plain_answer
from neurona.errors import DataError, QueryError
from neurona.programs import Vocabulary, parse
from neurona.programs.tree import names
from neurona.recordings.recordings import Recordings


def from_arrays(
    X: Any,
    y: Any = None,
    *,
    groups: Sequence[Any] | None = None,
    subjects: Sequence[Any] | None = None,
    entities: Sequence[str] | None = None,
    definitions: Mapping[str, str] | None = None,
    missing: Missing = "error",
    ids: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
    positions: Float[np.ndarray, "channel 3"] | None = None,
    sampling_hz: float = 1.0,
    start_s: float = 0.0,
    modality: str = "features",
    units: str = "arbitrary",
    space: str = "",
    simulated: bool = False,
    name: str = "arrays",
) -> Dataset:
    """See `Dataset.from_arrays`."""
    values, columns, rows = _measured(X)
    if isinstance(y, pd.DataFrame | pd.Series) and isinstance(X, pd.DataFrame) and not y.index.equals(X.index):
        raise DataError(
            "X and y have different indexes, so their rows may not belong together; align them with y.loc[X.index], or pass y.to_numpy()"
        )
    count = len(values)
    recordings = Recordings.make(
        values,
        ids=_texts(ids, count, "ids") or rows or [f"recording-{k:04d}" for k in range(count)],
        channels=_texts(channels, values.shape[1], "channels") or columns,
        groups=_texts(entities, values.shape[1], "entities"),
        sampling_hz=sampling_hz,
        start_s=start_s,
        modality=modality,
        units=units,
        space=space,
        positions=positions,
        subject=_texts(subjects, count, "subjects") or ["1"] * count,
        run=_texts(groups, count, "groups") or ["run-01"] * count,
        split=[""] * count,
        label=[""] * count,
        simulated=simulated,
    )
    return labelled(recordings, y, definitions=definitions, missing=missing, name=name, layout="arrays")


def labelled(
    recordings: Recordings,
    y: Any,
    *,
    definitions: Mapping[str, str] | None,
    missing: Missing,
    name: str,
    layout: str,
) -> Dataset:
    """The data set of recordings with labels, or with questions and answers.

    Args:
        recordings: of any kind.
        y: labels in their order, or a table with columns program and answer; None where nothing is known.
        definitions, missing, name: see `Dataset.from_arrays`.
        layout: where the recordings come from, for the card.

    Raises:
        DataError: repeated ids, a name among ours, labels or questions that cannot be.
    """
    ids = [str(one) for one in recordings.data.recording.values]
    if len(set(ids)) < len(ids):
        raise DataError(f"ids: {max(ids, key=ids.count)!r} stands twice; give each recording an id of its own")
    if has_card(name):
        raise DataError(f"name: {name!r} is a data set that Neurona knows; call yours otherwise")
    if y is None:
        words = with_definitions(Vocabulary(()), definitions or {})
        return Dataset(name, _card(name, layout, recordings), recordings, no_questions(), words=words)
    if isinstance(y, pd.DataFrame) and {"program", "answer"} <= set(map(str, y.columns)):
        table, words = _questions(y, ids, definitions or {})
        return Dataset(name, _card(name, layout, recordings), recordings, table, words=words)
    labels = read_labels(y, len(ids), missing)
    words = labels.vocabulary(definitions)
    table = questions_from_labels(ids, labels.shown, words)
    with_labels = Recordings(recordings.data.assign_coords(label=("recording", labels.texts)))
    left_out = {f"no label in column {column!r}": number for column, number in labels.missing.items()}
    card = _card(name, layout, recordings, labels)
    return Dataset(name, card, with_labels, table, words=words, left_out=left_out)


def _measured(X: Any) -> tuple[Float[np.ndarray, "recording channel time"], list[str], list[str] | None]:
    """Values, names of the channels, and ids of the recordings where they have some."""
    columns = rows = None
    if isinstance(X, pd.DataFrame):
        columns = [str(column) for column in X.columns]
        if len(set(columns)) < len(columns):
            raise DataError(f"X: column {max(columns, key=columns.count)!r} stands twice; rename one")
        rows = None if isinstance(X.index, pd.RangeIndex) else [str(row) for row in X.index]
    try:
        values = np.asarray(X)
        if np.iscomplexobj(values):
            raise DataError("X: complex numbers; take their real and imaginary parts, or power and phase")
        values = values.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"X: no array of numbers ({error}); turn texts into numbers, or drop these columns") from error
    if values.ndim not in (2, 3):
        raise DataError(
            f"X: an array of shape {values.shape}; expected [recording, feature], or [recording, channel, time]"
        )
    if 0 in values.shape:
        raise DataError(f"X: nothing in an array of shape {values.shape}")
    bad = ~np.isfinite(values)
    if bad.any():
        row, column = np.argwhere(bad)[0][:2]
        raise DataError(
            f"X: {int(bad.sum())} value(s) are NaN, infinite or too large, first in row {row}, column {column}; fill them in, or "
            "drop these rows"
        )
    channels = columns or [f"x{k}" for k in range(values.shape[1])]
    return values.reshape(len(values), values.shape[1], -1), channels, rows


def _texts(values: Sequence[Any] | None, count: int, what: str) -> list[str] | None:
    if values is None:
        return None
    found = [str(value) for value in values]
    if len(found) != count:
        raise DataError(f"{what}: {len(found)} given, {count} are needed")
    return found


def _questions(
    table: pd.DataFrame, ids: Sequence[str], definitions: Mapping[str, str]
) -> tuple[pd.DataFrame, Vocabulary]:
    """Questions with answers, and the vocabulary of their words."""
    about = _about(table, ids)
    collected, rows = QuestionWords(), []
    for k, (recording, program, answer) in enumerate(zip(about, table["program"], table["answer"], strict=True)):
        try:
            question = asked(str(program))
            told = plain_answer(answer, question)
        except (QueryError, DataError) as error:
            raise DataError(f"y: row {k}: {error}") from error
        collected.add(str(program), told, "train")
        rows.append((f"{recording}_q-{k:05d}", recording, str(program), told, question.type))
    found = collected.vocabulary()
    defined = {name.strip().removesuffix("(x)").strip() for name in definitions}
    parts = dict.fromkeys(word for text in definitions.values() for word in names(parse(f"exists x. {text}")))
    concepts = tuple(word for word in dict.fromkeys((*found.concepts, *parts)) if word not in defined)
    words = with_definitions(Vocabulary(concepts, found.relations, found.categories), definitions)
    return pd.DataFrame(rows, columns=list(COLUMNS)), words


def _about(table: pd.DataFrame, ids: Sequence[str]) -> list[str]:
    """The recording that each question is about: by its id or its number, or row by row."""
    if "recording" not in table:
        if len(table) != len(ids):
            raise DataError(
                f"y: {len(table)} questions about {len(ids)} recordings; add a column recording that says which each is about"
            )
        return list(ids)
    known = set(ids)
    found = []
    for k, name in enumerate(table["recording"].tolist()):
        if str(name) in known:
            found.append(str(name))
        elif isinstance(name, int) and 0 <= name < len(ids):
            found.append(ids[name])
        else:
            raise DataError(f"y: row {k}: no recording {name!r}; name its id, or count from 0 to {len(ids) - 1}")
    return found


def _card(name: str, layout: str, recordings: Recordings, labels: Labels | None = None) -> DataCard:
    data = recordings.data
    sizes = " x ".join(f"{size} {axis}s" for axis, size in data.sizes.items())
    return DataCard(
        name=name,
        title=name,
        version="not stated",
        licence="not stated",
        citation="not stated",
        source="in memory",
        layout=layout,
        subjects=len(set(data.subject.values.astype(str))),
        sampling=f"{sizes}, {data.attrs['sampling_hz']:g} Hz",
        labels=labels.mapping if labels is not None else {},
    )
