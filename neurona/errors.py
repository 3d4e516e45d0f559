"""The errors a user can mend, and the helper that suggests the nearest valid name.

Every error here is meant to be read by a person: it names the file, field or column, what was found, what
was expected and how to mend it. The command line prints the message alone and exits with code 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


class NeuronaError(Exception):
    """Base of all errors that the user can mend."""


class ConfigError(NeuronaError):
    """A config file or an override is wrong."""


class DataError(NeuronaError):
    """A data file or folder is missing, damaged or inconsistent."""


class OutputError(NeuronaError):
    """Results cannot be written."""


class QueryError(NeuronaError):
    """A query cannot be understood.

    Attributes:
        line, column: where, counted from 1.
        text: the whole query.
        reason: the message without position and caret.
    """

    def __init__(self, reason: str, text: str = "", line: int = 1, column: int = 1):
        self.reason, self.text, self.line, self.column = reason, text, line, column
        super().__init__(self._message())

    def _message(self) -> str:
        lines = self.text.split("\n")
        source = lines[min(self.line, len(lines)) - 1]
        if not source:
            return f"line {self.line}, column {self.column}: {self.reason}"
        # A window around the column keeps the caret in sight when a query is very long.
        start = max(0, self.column - 60)
        window = "".join(c if c.isprintable() else " " for c in source[start : start + 110])
        caret = " " * (self.column - 1 - start) + "^"
        return f"line {self.line}, column {self.column}: {self.reason}\n  {window}\n  {caret}"


class AmbiguousError(QueryError):
    """A query can be meant in several ways."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """A phrase naming the known word nearest to `name`: `"; did you mean 'face'?"`, or the known words."""
    names = sorted({str(word) for word in known})
    if (near := nearest(name, names)) is not None:
        return f"; did you mean {near!r}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"; known: {shown}" if names else ""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that `name` may be a slip of, if any: a few letters wrong, the two begin alike, or the first part of a compound is meant.

    A slip is a letter left out, put in, replaced or swapped with its neighbour (optimal string alignment distance, Damerau 1964): one
    in a short word, one in three letters of a long one at most.
    """
    written, known = name[:80].lower(), sorted(names)
    first = re.split(r"[^a-z0-9]", written)[0]
    for word in dict.fromkeys((written, first)):
        most = max(len(word), 3) // 3
        # A thousand recordings are not all compared letter by letter: words differ by as many slips as their lengths, or more.
        slips = {one: _slips(word, one.lower()) for one in known if abs(len(one) - len(word)) <= most}
        one = min(slips, key=slips.__getitem__, default=None)
        if one is not None and slips[one] < len(word) and slips[one] <= most:
            return one
    return next((one for one in known if _begin_alike(one.lower(), written)), None)


def _begin_alike(one: str, other: str) -> bool:
    """Whether most of the shorter word is the beginning of the other: learning and learning_rate, query and queries."""
    alike = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return alike >= max(4, 0.75 * min(len(one), len(other)))


def _slips(one: str, other: str) -> int:
    """Optimal string alignment distance of two words."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]
