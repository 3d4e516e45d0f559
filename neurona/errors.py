"""The errors a user can mend, and the helper that suggests the nearest valid name.

Every error here is meant to be read by a person: it names the file, field or column, what was found, what
was expected and how to mend it. The command line prints the message alone and exits with code 2.
"""

from __future__ import annotations

import difflib
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
    close = difflib.get_close_matches(name[:80], names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"; known: {shown}" if names else ""
