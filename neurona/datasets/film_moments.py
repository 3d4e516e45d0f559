"""The moments of films and series that annotations ask about, found in the runs that show them (see `cneuromod_qa`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from neurona.datasets.folder_report import FolderReport
from neurona.datasets.parcel_series import TR_S, Series, by_chunk, list_series
from neurona.datasets.question_words import asked, plain_answer, whole_number
from neurona.errors import DataError, NeuronaError, nearest_name
from neurona.files import data_files
from neurona.recordings.text_tables import MISSING, read_text_table

OTHER_NAMES = {"film": "chunk", "query": "program", "onset": "onset_s", "duration": "duration_s"}
NEEDED = ("chunk", "onset_s", "duration_s", "program", "answer")
DETAILS = ("type", "negative", "pair", "hops")


class Moment(NamedTuple):
    """One recording to be: where it lies in a run, and the rows of the annotations that ask about it."""

    series: Series
    onset_s: float
    first: int
    split: str
    rows: tuple[int, ...]


class Annotated(NamedTuple):
    """Moments of all runs in their order, the questions by row of the annotations, and volumes a moment."""

    moments: list[Moment]
    questions: dict[int, dict[str, Any]]
    n_volumes: int
    files: list[Path]


def read_annotations(folder: Path, report: FolderReport) -> pd.DataFrame:
    """The table of annotations with our column names; empty where it cannot be used, and why goes to the report."""
    found = [path for suffix in ("parquet", "csv", "tsv") for path in data_files(folder, f"annotations.{suffix}")]
    if len(found) != 1:
        report.add(folder.name, f"{len(found)} files annotations.parquet, .csv or .tsv found, expected one")
        return pd.DataFrame()
    path = found[0]
    try:
        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.DataFrame(dict(read_text_table(path).columns), dtype=object)
            table = table.where(~table.isin(["", MISSING]))
    except (OSError, ValueError) as error:
        report.add(path.name, f"cannot be read ({error})")
        return pd.DataFrame()
    except DataError as error:
        report.add(path.name, error)
        return pd.DataFrame()
    table = table.rename(columns={old: new for old, new in OTHER_NAMES.items() if new not in table})
    missing = [name for name in NEEDED if name not in table]
    for name in missing:
        report.add(path.name, f"no column {name!r}{nearest_name(name, map(str, table.columns))}")
    return pd.DataFrame() if missing else table.reset_index(drop=True)


def read_layout(folder: Path, report: FolderReport, delay_s: float, n_volumes: int | None) -> Annotated:
    """Runs and annotations matched; every fault goes to the report.

    Raises:
        DataError: there is no such folder.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; name the folder that holds the .h5 files and annotations")
    series = list_series(folder, report)
    table = read_annotations(folder, report)
    files = sorted({one.path for one in series}) + data_files(folder, "annotations.*")
    if not len(table):
        return Annotated([], {}, 1, files)
    for name in ("onset_s", "duration_s"):
        table[name] = pd.to_numeric(table[name], errors="coerce")
    shortest = table.duration_s[table.duration_s > 0].min()
    volumes = n_volumes or (1 if math.isnan(shortest) else max(1, round(shortest / TR_S)))
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    questions = {k: question for k, row in enumerate(rows) if (question := _question(row, k, report))}
    moments = _moments(rows, questions, by_chunk(series), report, delay_s, volumes)
    return Annotated(moments, questions, volumes, files)


def _question(row: Mapping[str, Any], k: int, report: FolderReport) -> dict[str, Any] | None:
    """Columns of one question, or None with the fault reported."""
    try:
        if not (0 <= row["onset_s"] < math.inf and 0 < row["duration_s"] < math.inf):
            raise DataError("onset_s and duration_s must be numbers of seconds, 0 or more and above 0")
        if "split" in row and row["split"] not in ("train", "test"):
            raise DataError(f"split {row['split']!r}; expected train or test")
        question = asked(str(row["program"]))
        answer = plain_answer(row["answer"], question)
        plain: dict[str, Any] = {"program": str(row["program"]), "answer": answer, "type": question.type}
        for name in DETAILS:
            if name in row and not pd.isna(row[name]) and row[name] != "":
                plain[name] = whole_number(row[name]) if name == "hops" else str(row[name])
    except (NeuronaError, ValueError) as error:
        report.add(f"annotations, row {k + 1}", str(error).splitlines()[0])
        return None
    return plain


def _moments(
    table: Sequence[Mapping[str, Any]],
    questions: dict[int, dict[str, Any]],
    chunks: dict[str, list[Series]],
    report: FolderReport,
    delay_s: float,
    n_volumes: int,
) -> list[Moment]:
    asking: dict[tuple[Series, float], list[int]] = {}
    splits: dict[tuple[Series, float], str] = {}
    for k in questions:
        row, place = table[k], f"annotations, row {k + 1}"
        chunk, onset = str(row["chunk"]), float(row["onset_s"])
        if chunk not in chunks:
            report.add(place, f"no run shows chunk {chunk!r}{nearest_name(chunk, chunks)}")
            continue
        seen = chunks[chunk]
        if not pd.isna(row.get("subject")):
            seen = [one for one in seen if one.subject == str(row["subject"])]
            if not seen:
                report.add(place, f"subject {str(row['subject'])!r} has no run of chunk {chunk!r}")
        for one in seen:
            first = _first_volume(onset, delay_s)
            if first + n_volumes > one.n_volumes:
                hint = " (is it in milliseconds?)" if onset > 100 * one.n_volumes else ""
                report.add(
                    place,
                    f"onset {onset:g} s{hint} needs volumes {first} to {first + n_volumes - 1}, {one.place} "
                    f"of {one.subject} has {one.n_volumes}",
                )
                continue
            key, split = (one, onset), str(row.get("split", ""))
            if splits.setdefault(key, split) != split:
                report.add(place, f"the moment at {onset:g} s of {one.place} is in train and in test; choose one")
                continue
            asking.setdefault(key, []).append(k)
    order = sorted(asking, key=lambda key: (key[0].subject, key[0].path.as_posix(), key[0].key, key[1]))
    return [
        Moment(one, onset, _first_volume(onset, delay_s), splits[one, onset], tuple(asking[one, onset]))
        for one, onset in order
    ]


def _first_volume(onset_s: float, delay_s: float) -> int:
    # The tolerance keeps an onset that is a whole number of volumes from being rounded up by its last digit.
    return math.ceil((onset_s + delay_s) / TR_S - 1e-6)
