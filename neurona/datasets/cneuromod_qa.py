"""CNeuroMod-QA: films and series seen by a few subjects (Algonauts 2025 layout), with questions from a table of annotations.

    <folder>/**/sub-XX...h5             see `parcel_series`
    <folder>/annotations.parquet        (or .csv, .tsv), one question a row:

        chunk        what was shown, as in the HDF5 keys (`s01e02a`); `film` is read as well
        onset_s      of the moment asked about, seconds from the run's first volume
        duration_s   of that moment
        program      any surface of the query language; `query` is read as well
        answer       yes, no, or a word
        subject      sub-XX, optional: without it the question is asked of everybody who saw the chunk
        split        train or test, optional; without it there is no published split
        type, negative, pair, hops      optional

A recording is the window of volumes that answers one moment, later by the delay of the haemodynamic response:

    volumes ceil((onset_s + delay) / TR) and the following n,     n = max(1, round(shortest duration_s / TR))

so all recordings are equally long; of longer moments the first n volumes are used. The delay's default, 4.5 s (three volumes), puts the
window around the peak of the canonical response. HDF5 files with the attribute `simulated` were measured by nobody.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import annotated_types
import numpy as np
from jaxtyping import Float
from rich.console import Console
from rich.progress import track

from neurona.datasets import conversion
from neurona.datasets.conversion import Converted, Plan, Row, fingerprint_of
from neurona.datasets.film_moments import Annotated, Moment, read_layout
from neurona.datasets.folder_report import FolderReport, first_faults
from neurona.datasets.parcel_series import N_PARCELS, TR_S, Series, is_layout, read_series
from neurona.datasets.question_words import QuestionWords
from neurona.errors import DataError

__all__ = ["NAME", "check", "convert", "is_layout"]

NAME = "cneuromod_qa"
HRF_DELAY_S = 4.5


@dataclass(frozen=True)
class CneuromodSettings:
    """What a check or conversion may be told.

    Attributes:
        delay_s: of the haemodynamic response, in seconds.
        n_volumes: of a recording; from the shortest duration when None.
    """

    kind: Literal["cneuromod_qa"] = "cneuromod_qa"
    delay_s: typing.Annotated[float, annotated_types.Ge(0)] = HRF_DELAY_S
    n_volumes: typing.Annotated[int, annotated_types.Ge(1)] | None = None


def check(folder: Path, console: Console, delay_s: float = HRF_DELAY_S, n_volumes: int | None = None) -> FolderReport:
    """Read every run and every annotation and say everything that is wrong, and what there is. Nothing is converted.

    Raises:
        DataError: there is no such folder.
    """
    report = FolderReport(NAME)
    found = read_layout(folder, report, delay_s, n_volumes)
    words = QuestionWords()
    series = list(dict.fromkeys(moment.series for moment in found.moments))
    for one in track(series, "checking runs", console=console, transient=True):
        try:
            read_series(one)
        except DataError as error:
            report.add(one.place, str(error).removeprefix(f"{one.path}: {one.key}: "))
        report.count("runs with questions")
    for moment in found.moments:
        report.count(f"{moment.split or 'unsplit'} recordings")
        report.count(f"{moment.split or 'unsplit'} questions", len(moment.rows))
        for k in moment.rows:
            words.add(found.questions[k]["program"], found.questions[k]["answer"], moment.split)
    if not found.moments and report.sound:
        report.add(folder.name, "no question about any run")
    report.simulated = any(moment.series.simulated for moment in found.moments)
    report.notes += words.notes()
    return report


def convert(
    folder: Path, out: Path, console: Console, delay_s: float = HRF_DELAY_S, n_volumes: int | None = None
) -> Converted:
    """Convert the folder to a data set; after a kill or a full disk the same call goes on where it stopped.

    Args:
        folder: of the .h5 files and annotations.
        out: the data set's folder to be.
        console: for the progress.
        delay_s: of the haemodynamic response.
        n_volumes: of a recording; from the shortest duration unless given.

    Raises:
        DataError: a fault in the folder; `check` lists all of them.
        OutputError: see `conversion.convert`.
    """
    report = FolderReport(NAME)
    found = read_layout(folder, report, delay_s, n_volumes)
    if report.faults or not found.moments:
        what = first_faults(report.faults) or "no question about any run"
        raise DataError(f"{folder}: {what}; see `neurona data check {folder}`")
    parcels = [f"schaefer-{k:04d}" for k in range(1, N_PARCELS + 1)]
    plan = Plan(
        name=NAME,
        n_recordings=len(found.moments),
        channels=parcels,
        groups=parcels,
        times=delay_s + TR_S * np.arange(found.n_volumes),
        attrs={"units": "not stated by the source", "sampling_hz": 1 / TR_S, "space": "Schaefer-1000"},
        rows=lambda first, last: _rows(found, found.moments[first:last]),
        fingerprint=fingerprint_of(found.files, folder, delay_s, found.n_volumes),
        sources={path.relative_to(folder).as_posix(): path for path in found.files},
        truth=next(iter(sorted(folder.glob("truth*"))), None),
    )
    return conversion.convert(plan, out, console)


def _rows(found: Annotated, moments: Sequence[Moment]) -> Iterator[Row]:
    run: tuple[Series, Float[np.ndarray, "volume parcel"]] | None = None
    for moment in moments:
        one = moment.series
        if run is None or run[0] != one:
            run = one, read_series(one)
        values = run[1][moment.first : moment.first + found.n_volumes]
        # The same moment of the same chunk is one stimulus, whoever saw it: splits by image keep it together.
        stimulus = f"{one.chunk}_{moment.onset_s:08.2f}"
        coordinates = {
            "subject": one.subject,
            "run": one.key.rsplit("/", 1)[-1],
            "split": moment.split,
            "label": one.chunk,
            "image": stimulus,
            "session": one.session,
        }
        identity = f"{one.subject}_{coordinates['run']}_{moment.onset_s:08.2f}"
        yield Row(identity, values.T, coordinates, [found.questions[k] for k in moment.rows], one.simulated)
