"""BOLD5000-QA in the reference's layout: one image's response and questions a file.

    <subject>/{train,test}/<image>.npy      subject CSI1 .. CSI4; for a file's content see `bold5000_files`

Folders whose name begins with `truth` or a dot, and converted data sets, are no subjects; of simulated data, `truth*` in the top
folder is what was planted. A table `difumo1024_yeo_labels.csv` there gives each component its network (see `difumo_networks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from rich.console import Console
from rich.progress import track

from neurona.datasets import conversion
from neurona.datasets.bold5000_files import N_COMPONENTS, N_TIMES, SPLITS, TR_S, ImageFile, read_file, write_recording
from neurona.datasets.conversion import Converted, Plan, Row, fingerprint_of
from neurona.datasets.difumo_networks import LABELS, component_networks
from neurona.datasets.folder_report import FolderReport, first_faults
from neurona.datasets.question_words import QuestionWords
from neurona.errors import DataError
from neurona.files import data_files, digest

__all__ = ["NAME", "check", "convert", "is_layout", "write_recording"]

NAME = "bold5000_qa"
NETWORKS = "Yeo_networks17"
"""The grouping of the reference's default."""


@dataclass(frozen=True)
class Bold5000Settings:
    """What a conversion may be told.

    Attributes:
        labels: table of DiFuMo labels, see `convert`.
    """

    kind: Literal["bold5000_qa"] = "bold5000_qa"
    labels: Path | None = None


def is_layout(folder: Path) -> bool:
    """Whether a folder looks like this layout."""
    return any(data_files(folder, f"*/{split}/*.npy") for split in SPLITS)


def list_files(folder: Path, report: FolderReport) -> list[ImageFile]:
    """The files of the layout, by subject, split (train first) and name; faults of folders go to the report."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; name the folder that holds the subjects' folders")
    subjects = [
        path
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith((".", "truth")) and not (path / "dataset.json").is_file()
    ]
    if not subjects:
        report.add(folder.name, "no folders of subjects (CSI1, ...)")
    files: list[ImageFile] = []
    for subject in subjects:
        for split in SPLITS:
            if not (subject / split).is_dir():
                report.add(f"{subject.name}/{split}", "no such folder; a subject needs train and test")
                continue
            found = data_files(subject / split, "[!.]*.npy")
            if not found:
                report.add(f"{subject.name}/{split}", "no .npy files")
            files += [ImageFile(path, subject.name, split) for path in found]
    places: dict[tuple[str, str], str] = {}
    for file in files:
        other = places.setdefault((file.subject, file.image), file.place)
        if other != file.place:
            report.add(file.place, f"duplicate image: {other} is the same image of this subject; keep it in one split")
    return files


def check(folder: Path, console: Console) -> FolderReport:
    """Read every file and say everything that is wrong, and what there is. Nothing is converted.

    Raises:
        DataError: there is no such folder.
    """
    report = FolderReport(NAME)
    words, simulated, measured = QuestionWords(), 0, 0
    responses: dict[tuple[str, str], ImageFile] = {}
    for file in track(list_files(folder, report), "checking files", console=console, transient=True):
        try:
            row, faults = read_file(file)
        except DataError as error:
            report.add(file.place, str(error).removeprefix(f"{file.path}: "))
            continue
        content = digest(row.values.tobytes())
        other = responses.setdefault((file.subject, content), file)
        if other.split != file.split and other.image != file.image and not faults:
            faults = [f"the same response as {other.place}; keep a recording in one split"]
        for fault in faults:
            report.add(file.place, fault)
        simulated, measured = simulated + row.simulated, measured + (not row.simulated)
        for question in row.questions:
            words.add(question["program"], question["answer"], file.split)
        report.count(f"{file.split} recordings")
        report.count(f"{file.split} questions", len(row.questions))
    if simulated and measured:
        report.add(folder.name, f"{simulated} simulated and {measured} measured files; keep them apart")
    report.simulated = simulated > 0
    report.notes += words.notes()
    return report


def convert(folder: Path, out: Path, console: Console, labels: Path | None = None) -> Converted:
    """Convert the folder to a data set; after a kill or a full disk the same call goes on where it stopped.

    Args:
        folder: of the subjects' folders.
        out: the data set's folder to be.
        console: for the progress.
        labels: table of DiFuMo labels; the folder's own `difumo1024_yeo_labels.csv` unless given. Without one each
            component is a group of its own.

    Raises:
        DataError: a fault in the folder; `check` lists all of them.
        OutputError: see `conversion.convert`.
    """
    report = FolderReport(NAME)
    files = list_files(folder, report)
    if report.faults:
        raise DataError(f"{folder}: {first_faults(report.faults)}; see `neurona data check {folder}`")
    own = folder / LABELS
    table = labels or (own if own.is_file() else None)
    channels = [f"difumo-{k:04d}" for k in range(1, N_COMPONENTS + 1)]
    groups = component_networks(table, NETWORKS, N_COMPONENTS) if table else channels
    observer = folder / "truth" / "oracle.parquet"
    oracle = _oracle(observer)
    # Real data have no such column, and nothing changes for them.
    seen = [observer] if oracle else []
    plan = Plan(
        name=NAME,
        n_recordings=len(files),
        channels=channels,
        groups=groups,
        times=TR_S * np.arange(N_TIMES),
        attrs={"units": "not stated by the source", "sampling_hz": 1 / TR_S, "space": "DiFuMo-1024"},
        rows=lambda first, last: _rows(files[first:last], folder, oracle),
        fingerprint=fingerprint_of([*(file.path for file in files), *seen], folder, groups),
        sources={f"{file.subject}/{file.split}": file.path.parent for file in files},
        truth=next(iter(sorted(folder.glob("truth*"))), None),
        columns={"oracle": pa.float64()} if oracle else {},
    )
    return conversion.convert(plan, out, console)


def _rows(files: Sequence[ImageFile], folder: Path, oracle: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    for file in files:
        row, faults = read_file(file)
        if faults:
            raise DataError(f"{file.path}: {faults[0]}; see `neurona data check {folder}` for all faults")
        if row.simulated and oracle:
            expected = oracle.get(row.id, ())
            if len(expected) != len(row.questions):
                raise DataError(
                    f"{folder / 'truth' / 'oracle.parquet'}: {len(expected)} questions about {row.id}, its file has "
                    f"{len(row.questions)}; simulate the data again, or remove the table"
                )
            pairs = zip(row.questions, expected, strict=True)
            row = row._replace(questions=[{**question, "oracle": value} for question, value in pairs])
        yield row


def _oracle(path: Path) -> dict[str, list[float]]:
    """Recording -> the accuracy to be expected at best for each of its questions, in their order; empty without the table."""
    if not path.is_file():
        return {}
    try:
        table = pd.read_parquet(path, columns=["recording", "expected"])
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); simulate the data again, or remove the table") from error
    return {str(name): rows.expected.tolist() for name, rows in table.groupby("recording", sort=False)}
