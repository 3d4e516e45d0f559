"""A user's own questions: a table (.parquet, .csv, .tsv), one question a row.

    program      any surface of the query language; `query` is read as well
    answer       yes, no, a word of the category, or a number
    recording    id of a recording; or, asked of all recordings that show it,
    label        what was shown, in the words of the events files; `trial_type`, `image` and `stimulus` are read as well
    type, negative, pair, hops, oracle      optional
    part         train or test: of what is shown; optional. Questions that are balanced within parts are split along them

The vocabulary is made from the questions, as that of a question set is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from neurona.datasets.folder_report import Fault, first_faults
from neurona.datasets.question_words import QuestionWords, asked, plain_answer, whole_number, why_left_out
from neurona.errors import DataError, NeuronaError, nearest_name
from neurona.programs import Vocabulary
from neurona.recordings.text_tables import MISSING, read_text_table

OTHER_NAMES = {"query": "program", "trial_type": "label", "image": "label", "stimulus": "label"}
DETAILS = ("type", "negative", "pair", "hops", "oracle", "part")


class OwnQuestions(NamedTuple):
    """Questions about recordings, the words they use, and what was left out.

    Attributes:
        table: columns question, recording, program, answer, type, and the details that the file has.
        vocabulary: of the questions.
        left_out: why -> how many.
        notes: what a user should know of the words.
        parts: recording -> `train` or `test`; empty where the table does not say.
    """

    table: pd.DataFrame
    vocabulary: Vocabulary
    left_out: Mapping[str, int]
    notes: Sequence[str]
    parts: Mapping[str, str]


def read_questions(path: Path, ids: Sequence[str], labels: Sequence[str]) -> OwnQuestions:
    """Read a table and ask its questions of the recordings.

    Args:
        path: of the table.
        ids: of the recordings.
        labels: what each of them shows.

    Raises:
        DataError: the table cannot be read, lacks a column, or has faulty rows: the first of them and how many.
    """
    shown: dict[str, list[str]] = {}
    table = _read(path)
    for identity, label in zip(ids, labels, strict=True):
        shown.setdefault(identity if table.key == "recording" else label, []).append(identity)
    rows, faults, unasked = [], [], 0
    parts: dict[str, str] = {}
    for place, about, plain in table.rows:
        identities = shown.get(about, [])
        # Of stimuli, some may have been shown to nobody who was read; an unknown recording is a mistake.
        if not identities and table.key == "recording":
            faults.append(Fault(f"{path.name}, {place}", f"no recording {about!r}{nearest_name(about, shown)}"))
        unasked += not identities
        part = plain.pop("part", None)
        for identity in identities:
            if part and parts.setdefault(identity, part) != part:
                what = f"recording {identity!r} is in part {parts[identity]!r} by an earlier row, here in {part!r}"
                faults.append(Fault(f"{path.name}, {place}", what))
        rows += [{"recording": identity, **plain} for identity in identities]
    _refuse(path, faults)
    if not rows:
        example = sorted(shown)[0]
        raise DataError(f"{path}: no question about any recording; {table.key} must name such as {example!r}")
    return _answerable(pd.DataFrame(rows), unasked, parts)


def check_questions(path: Path, labels: Sequence[str]) -> None:
    """Refuse a table that cannot be asked, before its recordings are made.

    Args:
        path: of the table.
        labels: what will be shown.

    Raises:
        DataError: as `read_questions`, but for the names of recordings.
    """
    table = _read(path)
    if table.key == "label" and not {about for _, about, _ in table.rows} & set(labels):
        raise DataError(f"{path}: no question about any trial; label must name such as {sorted(labels)[0]!r}")


class _Table(NamedTuple):
    """What questions are about (`recording` or `label`), and each with its place in the file, what it is about, and its columns."""

    key: str
    rows: list[tuple[str, str, dict[str, Any]]]


def _read(path: Path) -> _Table:
    columns, cells = _cells(path)
    for name in ("program", "answer"):
        if name not in columns:
            raise DataError(f"{path}: no column {name!r}{nearest_name(name, columns)}")
    key = next((name for name in ("recording", "label") if name in columns), None)
    if key is None:
        raise DataError(f"{path}: no column 'recording' or 'label'{nearest_name('label', columns)}")
    rows, faults = [], []
    for place, row in cells:
        try:
            rows.append((place, str(row[key]), _plain(row)))
        except (NeuronaError, ValueError) as error:
            faults.append(Fault(f"{path.name}, {place}", str(error).splitlines()[0]))
    _refuse(path, faults)
    return _Table(key, rows)


def _refuse(path: Path, faults: Sequence[Fault]) -> None:
    if faults:
        raise DataError(f"{path}: {len(faults)} faulty row(s): {first_faults(faults)}")


def _cells(path: Path) -> tuple[list[str], list[tuple[str, dict[str, Any]]]]:
    """Names of the columns in our words, and each row with its place in the file."""
    if path.suffix not in (".parquet", ".csv", ".tsv"):
        raise DataError(f"{path}: expected a table .parquet, .csv or .tsv")
    if path.suffix == ".parquet":
        try:
            frame = pd.read_parquet(path)
        except (OSError, ValueError) as error:  # pyarrow's own errors are among them
            raise DataError(f"{path}: cannot be read ({error}); expected a .parquet table") from error
        columns = [str(name) for name in frame.columns]
        cells = [list(frame[name]) for name in frame.columns]
        places = [f"row {k + 1}" for k in range(len(frame))]
    else:
        table = read_text_table(path)
        if len(table.columns) == 1:
            table.cells("program")  # tells another separator
        columns, cells = list(table.columns), [list(column) for column in table.columns.values()]
        places = [f"line {line}" for line in table.lines]
    for old, new in OTHER_NAMES.items():
        if old in columns and new not in columns:
            columns[columns.index(old)] = new
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]
    return columns, list(zip(places, rows, strict=True))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Program, answer, type and the known details of one row."""
    question = asked(str(row["program"]))
    plain: dict[str, Any] = {"program": str(row["program"]), "answer": plain_answer(row["answer"], question)}
    plain["type"] = question.type
    for name in DETAILS:
        if name in row and not pd.isna(row[name]) and row[name] not in ("", MISSING):
            plain[name] = _KINDS.get(name, str)(row[name])
    return plain


def _part(value: Any) -> str:
    if value not in ("train", "test"):
        raise ValueError(f"part: found {value!r}, expected train or test")
    return str(value)


_KINDS: Mapping[str, Callable[[Any], Any]] = {"hops": whole_number, "oracle": float, "part": _part}


def _answerable(table: pd.DataFrame, unasked: int, parts: Mapping[str, str]) -> OwnQuestions:
    words = QuestionWords()
    for program, answer, recording in zip(table.program, table.answer, table.recording, strict=True):
        words.add(program, answer, parts.get(recording, ""))
    vocabulary = words.vocabulary()
    why = [why_left_out(p, a, vocabulary) for p, a in zip(table.program, table.answer, strict=True)]
    left_out = Counter(reason for reason in why if reason is not None)
    kept = table[[reason is None for reason in why]].reset_index(drop=True)
    number = kept.groupby("recording").cumcount()
    names = [f"{recording}_q-{k:03d}" for recording, k in zip(kept.recording, number, strict=True)]
    kept.insert(0, "question", names)
    notes = words.notes()
    if unasked:
        notes.append(f"{unasked} question(s) about what no recording shows")
    return OwnQuestions(kept, vocabulary, dict(sorted(left_out.items())), notes, parts)
