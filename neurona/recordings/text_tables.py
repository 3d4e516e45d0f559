"""Tables of text, as BIDS has them: events, confounds, channels, electrodes, participants, scans; and tables of questions.

A cell is what stands in the file: no type is guessed, no word but `n/a` stands for a missing value, and a tab-separated table has
no quotation marks and no index column, so a row whose number of fields is not the header's is an error, never a shifted column.
Comma-separated tables (.csv) may quote fields, as RFC 4180 has it. Numbers are read from a column when they are asked for.

https://bids-specification.readthedocs.io/en/stable/common-principles.html#tabular-files
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from neurona.errors import DataError, nearest_name
from neurona.files import require_content

MISSING = "n/a"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", " ": "spaces"}


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are text.

    Attributes:
        path: of the file.
        columns: name -> a cell a row, as written.
        lines: the line of each row in the file, the header's being 1.
        separator: between fields.
    """

    path: Path
    columns: Mapping[str, tuple[str, ...]]
    lines: tuple[int, ...]
    separator: str = "\t"

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def cells(self, name: str) -> tuple[str, ...]:
        """A column as it is written.

        Raises:
            DataError: there is none; the nearest name is told.
        """
        if name in self.columns:
            return self.columns[name]
        hint = nearest_name(name, self.columns)
        if len(self.columns) == 1:
            only = next(iter(self.columns))
            others = [words for mark, words in _SEPARATORS.items() if mark in only.strip() and mark != self.separator]
            if others:
                hint = f"; found {others[0]} between columns, expected {_SEPARATORS[self.separator]}"
        raise DataError(f"{self.path}: no column {name!r}{hint}")

    def texts(self, name: str) -> list[str | None]:
        """A column, None where it says `n/a`.

        Raises:
            DataError: there is no such column, or a cell is empty.
        """
        cells = self.cells(name)
        for row, cell in enumerate(cells):
            if cell.strip() in ("", MISSING) and cell != MISSING:
                raise self.fault(row, name, "a word, or n/a where there is none")
        return [None if cell == MISSING else cell for cell in cells]

    def numbers(self, name: str, what: str = "a number") -> Float[np.ndarray, " row"]:
        """A column of numbers, NaN where it says `n/a`.

        Args:
            name: of the column.
            what: is expected, for messages.

        Raises:
            DataError: there is no such column, or a cell is neither a number nor `n/a`.
        """
        found = np.empty(len(self))
        for row, cell in enumerate(self.cells(name)):
            text = cell.strip(" ")
            found[row] = math.nan if text == MISSING else float(text) if _NUMBER.fullmatch(text) else math.inf
            if math.isinf(found[row]):
                raise self.fault(row, name, what)
        return found

    def fault(self, row: int, name: str, expected: str) -> DataError:
        """What is wrong with one cell, for raising."""
        return DataError(
            f"{self.path}: line {self.lines[row]}, column {name!r}: found {self.columns[name][row]!r}, expected {expected}"
        )


def read_text_table(path: Path) -> TextTable:
    """Read a table: commas between the fields of a .csv file, tabs in every other.

    Empty lines, and rows that are empty in every field, are no rows.

    Raises:
        DataError: the file is missing or not fetched, is no UTF-8 text, has no header, names a column twice, or has a row with
            another number of fields.
    """
    text = _decoded(require_content(path))
    separator = "," if path.suffix.lower() == ".csv" else "\t"
    rows = [(line, row) for line, row in _rows(path, text, separator) if any(row)]
    if not rows:
        raise DataError(f"{path}: is empty; expected a table whose first line names the columns")
    (_, names), body = rows[0], rows[1:]
    for line, row in body:
        if len(row) != len(names):
            raise DataError(f"{path}: line {line} has {len(row)} fields, the header {len(names)}; {_mend(row, names)}")
    columns: dict[str, tuple[str, ...]] = {}
    for k, name in enumerate(names):
        cells = tuple(row[k] for _, row in body)
        if name in columns:
            raise DataError(f"{path}: {names.count(name)} columns are named {name!r}; give each a name of its own")
        if name:
            columns[name] = cells
        elif any(cells):
            raise DataError(f"{path}: column {k + 1} has no name; name it in the first line")
    return TextTable(path, columns, tuple(line for line, _ in body), separator)


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path}: is text in UTF-16; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}: line {line} holds a byte that is not UTF-8; save the file as UTF-8 text") from error
    if "\0" in text:
        raise DataError(
            f"{path}: line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a NUL byte; it is no text"
        )
    return text


def _rows(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number, cut into fields."""
    if separator != ",":
        # Not str.splitlines, which ends a line at characters that a cell may hold.
        for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
            yield number, line.split(separator)
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for row in reader:
            yield number, row
            number = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{path}: line {number}: {error}; close quotation marks, and double those inside a field"
        ) from error


def _mend(row: list[str], names: list[str]) -> str:
    if len(row) == len(names) + 1 and not row[-1]:
        return "the last is empty: delete the separator (tab) at the end of the line, or end the header with one"
    if len(row) < len(names):
        return "write n/a where there is no value"
    return "name every column, and keep separators out of the cells"
