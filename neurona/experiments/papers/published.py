"""`published.yaml`: the numbers of a paper, each with its source, and whether anybody who wrote it down saw that source."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from neurona.errors import ConfigError, nearest_name
from neurona.validated import Section, read_yaml_as

UNSTATED = "unstated"
"""Where a number is published without the data set that it is of."""
UNKNOWN = "not known"
"""The place of a number that was handed on."""


class Source(Section):
    """Where numbers come from.

    Attributes:
        title, authors, year, where: of the publication; `where` is the venue.
        identifier: arXiv number or DOI.
        note: how the numbers came here.
    """

    title: str
    authors: str
    year: int
    where: str
    identifier: str
    note: str = ""


class Figure(Section):
    """One published number.

    Attributes:
        table, row: of the reproduction's tables (`tables.yaml`); the row's label.
        measure: type of question, as in accuracy tables, or `consistency`.
        dataset: of `datasets`, or `unstated`.
        value: an accuracy between 0 and 1.
        about: whether it was stated roughly (read off a plot, "about 0.62").
        source: key of the source.
        place: table and page in the source, as far as known.
        note: what is not the same there: people, protocol.
        seen: whether the place was looked at; false where the number was handed on.
    """

    table: str
    row: str
    measure: str
    dataset: str
    value: Annotated[float, Field(ge=0, le=1)]
    about: bool = False
    source: str
    place: str = UNKNOWN
    note: str = ""
    seen: bool

    @model_validator(mode="after")
    def _check(self) -> Figure:
        if self.seen and self.place == UNKNOWN:
            raise ValueError("place: name table and page of a number that was seen there, or say `seen: false`")
        return self

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.table, self.row, self.measure, self.dataset


class Published(Section):
    """All published numbers of a paper.

    Attributes:
        sources: where they come from, by name.
        datasets: data sets of the paper: name, as a converted set has it -> what the paper calls it.
        figures: the numbers.
        left_out: which numbers stand in the sources and not here, and why; for the reader.
    """

    sources: dict[str, Source]
    datasets: dict[str, str] = {}
    figures: tuple[Figure, ...] = ()
    left_out: str = ""

    @model_validator(mode="after")
    def _check(self) -> Published:
        if not self.figures and not self.left_out:
            raise ValueError("no figures: say in `left_out` why there are none")
        for figure in self.figures:
            if figure.source not in self.sources:
                raise ValueError(f"figure {figure.key}: source {figure.source!r} is none of {sorted(self.sources)}")
            if figure.dataset not in (*self.datasets, UNSTATED):
                hint = nearest_name(figure.dataset, (*self.datasets, UNSTATED))
                raise ValueError(f"figure {figure.key}: data set {figure.dataset!r} is none of `datasets`{hint}")
        for key, times in Counter(figure.key for figure in self.figures).items():
            if times > 1:
                raise ValueError(f"figure {key} stands {times} times")
        return self

    def find(self, table: str, row: str, measure: str, dataset: str) -> Figure | None:
        """The number, if there is one; one of an unstated data set where there is none of this."""
        found = {figure.key: figure for figure in self.figures}
        return found.get((table, row, measure, dataset)) or found.get((table, row, measure, UNSTATED))

    def called(self, dataset: str) -> str:
        """What the paper calls a data set."""
        return self.datasets.get(dataset, "data set not stated")

    def cite(self, figure: Figure | None) -> str:
        """Where a number comes from, in a line; nothing where there is none."""
        if figure is None:
            return ""
        about, seen = " (about)" if figure.about else "", "" if figure.seen else "; source not seen"
        place = "" if figure.place == UNKNOWN else f", {figure.place}"
        note = f" ({figure.note})" if figure.note else ""
        return f"{figure.source}{place}, {self.called(figure.dataset)}{about}{note}{seen}"

    def rows(self, table: str) -> list[str]:
        """Labels of a table's rows, in the order of the file."""
        return list(dict.fromkeys(figure.row for figure in self.figures if figure.table == table))


def read_published(path: Path) -> Published:
    """Read and check `published.yaml`.

    Raises:
        ConfigError: missing, no YAML, or a key or value that does not fit.
    """
    return read_yaml_as(Published, path, ConfigError)
