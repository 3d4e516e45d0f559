"""A layout of question files -> the data set's folder, a chunk of recordings at a time, able to go on after it was killed.

    <parent>/.<name>.converting/     plan.json        what is converted, and how; another plan starts anew
                                     recordings.zarr  see `neurona.recordings.store`
                                     parts/000000.*   questions and coordinates of each finished chunk

A chunk counts as finished once its `.json`, written last, is there. When all are, the vocabulary is made, `questions.parquet`
(and `left_out.parquet`, questions that the words of training cannot answer) and `dataset.json` are written, and the folder gets
its name. So the folder `<name>` is always whole, memory holds one chunk, and a resumed conversion leaves the same bytes.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset, write_pointer
from neurona.datasets.folder_lock import only_writer
from neurona.datasets.question_words import QuestionWords, why_left_out
from neurona.errors import DataError, OutputError
from neurona.files import checksum, digest, write_text
from neurona.programs import Vocabulary
from neurona.recordings import store
from neurona.recordings.recordings import rows_per_chunk

logger = logging.getLogger(__name__)

COORDINATES = ("subject", "run", "split", "label", "image", "session")

_TEXT = ("question", "recording", "program", "answer", "type", "image", "negative", "pair")
_COLUMNS = (*((name, pa.string()) for name in _TEXT), ("hops", pa.int64()))


class Row(NamedTuple):
    """One recording and its questions.

    Attributes:
        id: of the recording, unlike all others.
        values: `[channel, time]`.
        coordinates: each of `COORDINATES`; empty text where unknown.
        questions: columns of questions.parquet that are known, `program`, `answer` and `type` among them.
        simulated: whether nobody measured it.
    """

    id: str
    values: Float[np.ndarray, "channel time"]
    coordinates: Mapping[str, str]
    questions: Sequence[Mapping[str, Any]]
    simulated: bool


@dataclass(frozen=True)
class Plan:
    """What is to be converted.

    Attributes:
        name: of the data set and its card.
        n_recordings: how many there are.
        channels: their names.
        groups: network of each channel, each its own where unknown.
        times: of the samples, in seconds.
        attrs: units, sampling_hz, space and the like.
        rows: yields recordings `first` to `last - 1` in order; DataError where a file is faulty.
        fingerprint: everything that the result depends on, as text.
        sources: files or folders whose checksums are kept, by name.
        truth: of simulated data.
        columns: of the questions, besides those of every conversion, with their types.
    """

    name: str
    n_recordings: int
    channels: Sequence[str]
    groups: Sequence[str]
    times: Float[np.ndarray, " time"]
    attrs: Mapping[str, Any]
    rows: Callable[[int, int], Iterator[Row]]
    fingerprint: str
    sources: Mapping[str, Path]
    truth: Path | None = None
    columns: Mapping[str, pa.DataType] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """Columns of questions.parquet."""
        return pa.schema([*_COLUMNS, *self.columns.items()])

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.n_recordings, len(self.channels), len(self.times)


@dataclass(frozen=True)
class Converted:
    """What a conversion made: the folder, how many recordings and questions, what was left out, and notes on words."""

    folder: Path
    n_recordings: int
    n_questions: int
    simulated: bool
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def fingerprint_of(files: Sequence[Path], root: Path, *settings: object) -> str:
    """Digest of files' names, sizes and times of change, and of settings."""
    told = [(file.relative_to(root).as_posix(), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return digest(repr((settings, told)))


def convert(plan: Plan, out: Path, console: Console) -> Converted:
    """Convert what is not converted yet, with progress; the folder `out` appears complete or not at all.

    Raises:
        DataError: a faulty file.
        OutputError: `out` exists, another process writes it, or it cannot be written; what was written so far is kept for another try.
    """
    work = out.parent / f".{out.name}.converting"
    with only_writer(out):
        if out.exists():
            raise OutputError(f"{out}: exists; choose another folder, or delete it to convert anew")
        try:
            rows = rows_per_chunk(*plan.shape[1:])
            _prepare(work, plan, rows)
            _chunks(work, plan, rows, console)
            with console.status("writing questions and checksums"):
                converted = _finish(work, plan, out)
            work.rename(out)
            return converted
        except (OSError, OutputError) as error:
            raise OutputError(
                f"{out}: cannot be written ({error.__cause__ or error}); free space and run the same command again, it goes on where it stopped "
                f"(its work lies in {work})"
            ) from error


def _prepare(work: Path, plan: Plan, rows: int) -> None:
    """The work folder of this plan; of another, or half laid out, it is made anew."""
    expected = json.dumps({"plan": plan.fingerprint, "shape": plan.shape, "rows": rows})
    path = work / "plan.json"
    if path.is_file() and path.read_text(encoding="utf-8").rstrip() == expected:
        return
    if work.exists():
        shutil.rmtree(work)
    (work / "parts").mkdir(parents=True)
    store.start(work / "recordings.zarr", plan.shape, rows)
    write_text(path, expected)


def _chunks(work: Path, plan: Plan, rows: int, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("converting recordings", total=plan.n_recordings)
        for first in range(0, plan.n_recordings, rows):
            last = min(first + rows, plan.n_recordings)
            part = work / "parts" / f"{first // rows:06d}"
            if not part.with_suffix(".json").is_file():
                _chunk(work, part, first, list(plan.rows(first, last)), last - first, plan.schema)
            progress.update(task, completed=last)
            logger.info("%s: %d of %d recordings converted", plan.name, last, plan.n_recordings)


def _chunk(work: Path, part: Path, first: int, rows: Sequence[Row], expected: int, schema: pa.Schema) -> None:
    if len(rows) != expected:
        raise DataError(f"recordings {first} and following: {len(rows)} found, expected {expected}; did files change?")
    store.write_rows(work / "recordings.zarr", first, np.stack([row.values for row in rows]))
    questions = [
        {"question": f"{row.id}_q-{k:03d}", "recording": row.id, "image": row.coordinates["image"], **question}
        for row in rows
        for k, question in enumerate(row.questions)
    ]
    pq.write_table(pa.Table.from_pylist(questions, schema=schema), part.with_suffix(".parquet"))
    known = [{"recording": row.id, "simulated": row.simulated, **row.coordinates} for row in rows]
    write_text(part.with_suffix(".json"), json.dumps(known))


def _finish(work: Path, plan: Plan, out: Path) -> Converted:
    parts = sorted((work / "parts").glob("[0-9]*.json"))  # what a killed writer left begins with a dot
    known = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    simulated = any(row["simulated"] for row in known)
    words = QuestionWords()
    splits = {row["recording"]: row["split"] for row in known}
    for table in _questions(parts):
        for recording, program, answer in zip(table["recording"], table["program"], table["answer"], strict=True):
            words.add(program, answer, splits[recording])
    vocabulary = words.vocabulary()
    n_questions, left_out = _write_questions(work, parts, vocabulary, plan.schema)
    coordinates: dict[str, tuple[str, Any]] = {
        "recording": ("recording", [row["recording"] for row in known]),
        "channel": ("channel", list(plan.channels)),
        "time": ("time", plan.times),
        "group": ("channel", list(plan.groups)),
        **{name: ("recording", [row[name] for row in known]) for name in COORDINATES},
    }
    attrs = {"modality": "fmri", **plan.attrs, "simulated": int(simulated)}
    recordings = store.finish(work / "recordings.zarr", coordinates, attrs)
    sources = {name: checksum(path) for name, path in plan.sources.items()}
    none = pd.DataFrame()  # the questions are written already
    dataset = Dataset(
        plan.name,
        read_card(plan.name),
        recordings,
        none,
        sources,
        vocabulary,
        plan.truth if simulated else None,
        left_out,
    )
    write_pointer(work, dataset, out)
    (work / "plan.json").unlink()  # first: without it, parts that are half deleted count for nothing
    shutil.rmtree(work / "parts")
    return Converted(out, len(known), n_questions, simulated, left_out, words.notes())


def _questions(parts: Sequence[Path]) -> Iterator[dict[str, list[Any]]]:
    for part in parts:
        yield _part(part).to_pydict()


def _part(part: Path) -> pa.Table:
    # read_table would start a thread for each column; a part is small.
    with pq.ParquetFile(part.with_suffix(".parquet")) as file:
        return file.read(use_threads=False)


def _write_questions(
    work: Path, parts: Sequence[Path], vocabulary: Vocabulary, schema: pa.Schema
) -> tuple[int, dict[str, int]]:
    """questions.parquet, and left_out.parquet where there is something; how many of each."""
    n_questions, left_out = 0, Counter[str]()
    with (
        pq.ParquetWriter(work / "questions.parquet", schema) as kept,
        pq.ParquetWriter(work / "left_out.parquet", schema.append(pa.field("why", pa.string()))) as rest,
    ):
        for part in parts:
            table = _part(part)
            asked = zip(table["program"].to_pylist(), table["answer"].to_pylist(), strict=True)
            why = pa.array([why_left_out(program, answer, vocabulary) for program, answer in asked], pa.string())
            kept.write_table(table.filter(why.is_null()))
            n_questions += why.null_count
            if why.null_count < len(why):
                rest.write_table(table.append_column("why", why).filter(why.is_valid()))
                left_out.update(reason for reason in why.to_pylist() if reason is not None)
    if not left_out:
        (work / "left_out.parquet").unlink()
    return n_questions, dict(sorted(left_out.items()))
