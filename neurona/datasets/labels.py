"""Labels as people hand them over, a column or a table of columns -> words, and what each recording shows.

A column of true and false is a concept. Any other is a category, of whose words a recording shows exactly one. Labels are taken as they
are written: "01" is not "1", and what is no name is mapped to one (`concept_names`), one to one, and the mapping is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from neurona.datasets.concept_names import concept_name, concept_names
from neurona.datasets.label_questions import Shown
from neurona.errors import DataError, QueryError
from neurona.programs import Vocabulary, expand, parse

Missing = Literal["error", "drop"]
UNNAMED = "label"
"""What a column without a name is called."""
_TRUE = "True"


@dataclass(frozen=True)
class LabelColumn:
    """One column of labels.

    Attributes:
        name: of the column.
        word: the concept that it says is there, or the category that its words are of.
        words: label -> word; None where it says yes or no.
        labels: of each recording, as text; None where it is missing.
    """

    name: str
    word: str
    words: Mapping[str, str] | None
    labels: tuple[str | None, ...]


@dataclass(frozen=True)
class Labels:
    """Labels of N recordings.

    Attributes:
        columns: in their order.
    """

    columns: tuple[LabelColumn, ...]

    @property
    def mapping(self) -> dict[str, str]:
        """Label -> word; where there are several columns, `column=label` -> word. Of yes and no, the column -> its concept."""
        before = "{}=" if len(self.columns) > 1 else ""
        found = {}
        for column in self.columns:
            if column.words is None:
                found[column.name] = column.word
            else:
                found |= {before.format(column.name) + label: word for label, word in column.words.items()}
        return found

    @property
    def texts(self) -> list[str]:
        """The labels of each recording, as one text."""
        return [
            ", ".join(label for label in row if label is not None)
            for row in zip(*(column.labels for column in self.columns), strict=True)
        ]

    @property
    def missing(self) -> dict[str, int]:
        """How many labels are missing in each column, where some are."""
        counts = Counter({column.name: sum(label is None for label in column.labels) for column in self.columns})
        return {name: number for name, number in counts.items() if number}

    @cached_property
    def shown(self) -> list[Shown]:
        """What is known of each recording."""
        found: list[Shown] = []
        for row in zip(*(column.labels for column in self.columns), strict=True):
            true: set[str] = set()
            unknown: set[str] = set()
            for column, label in zip(self.columns, row, strict=True):
                own = {column.word} if column.words is None else set(column.words.values())
                if label is None:
                    unknown |= own
                elif column.words is None:
                    true |= own if label == _TRUE else set()
                else:
                    true.add(column.words[label])
            found.append(Shown(frozenset(true), frozenset(unknown)))
        return found

    def vocabulary(self, definitions: Mapping[str, str] | None = None) -> Vocabulary:
        """Concepts and exclusive categories, and what an ontology defines by them.

        Args:
            definitions: see `with_definitions`.

        Raises:
            DataError: names that cannot be, or a definition that cannot be read.
        """
        categories = {c.word: tuple(c.words.values()) for c in self.columns if c.words is not None}
        alone = [column.word for column in self.columns if column.words is None]
        concepts = (*(word for members in categories.values() for word in members), *alone)
        own = Vocabulary(concepts, categories=categories, exclusive=tuple(categories))
        return with_definitions(own, definitions or {})


def read_labels(y: Any, count: int, missing: Missing = "error") -> Labels:
    """Labels of recordings.

    Args:
        y: a column (list, array, Series), or a table (DataFrame, array of two dimensions, dict of columns).
        count: N, how many recordings there are.
        missing: NaN, None and the like are an error, or nothing is asked of that label (`drop`).

    Raises:
        DataError: other numbers of labels than recordings, missing ones, numbers that are no classes, columns of one label alone.
    """
    table = _table(y)
    if len(table) != count:
        raise DataError(f"y: {len(table)} labels for {count} recordings; give one for each, in the same order")
    if not len(table.columns):
        raise DataError("y: a table without columns; give a column of labels")
    names = [str(name) for name in table.columns]
    if len(set(names)) < len(names):
        raise DataError(f"y: column {max(names, key=names.count)!r} stands twice; rename one")
    found = [_column(name, table.iloc[:, k], missing) for k, name in enumerate(names)]
    words = Counter(word for column in found for word in (column.words or {"": column.word}).values())
    # A word of two columns says which it is of: side_left, hand_left.
    return Labels(tuple(_told_apart(column, words) for column in found))


def with_definitions(vocabulary: Vocabulary, definitions: Mapping[str, str]) -> Vocabulary:
    """The vocabulary with concepts that an ontology defines.

    Args:
        vocabulary: the words to define by.
        definitions: `animate` or `animate(x)` -> a formula over x, e.g. `face(x) | cat(x)`.

    Raises:
        DataError: one that cannot be read, or that uses words which are none.
    """
    found = {name.strip().removesuffix("(x)").strip(): text for name, text in definitions.items()}
    made = replace(vocabulary, definitions={**vocabulary.definitions, **found})
    for name, text in found.items():
        try:
            expand(parse(f"exists x. {name}(x)", made), made)
            parse(f"exists x. {text}", made)
        except QueryError as error:
            raise DataError(f"definitions: {name!r} as {text!r}: {error}") from error
    return made


def _table(y: Any) -> pd.DataFrame:
    if isinstance(y, pd.DataFrame):
        return y
    if isinstance(y, pd.Series):
        return y.to_frame(UNNAMED if y.name is None else y.name)
    if isinstance(y, Mapping):
        return pd.DataFrame(dict(y))
    values = y if isinstance(y, np.ndarray) else np.asarray(_objects(y))
    if values.ndim == 1:
        return pd.DataFrame({UNNAMED: values})
    if values.ndim == 2:
        return pd.DataFrame({f"{UNNAMED}{k}": values[:, k] for k in range(values.shape[1])})
    raise DataError(f"y: an array of shape {values.shape}; expected one label for each recording, or a table")


def _objects(y: Any) -> np.ndarray:
    """A sequence whose values keep their types: NumPy would make texts of numbers that stand beside texts."""
    items = list(y)
    rows = [list(item) if isinstance(item, list | tuple | np.ndarray) else item for item in items]
    nested = bool(rows) and all(isinstance(row, list) for row in rows)
    found = np.empty((len(rows), len(rows[0])) if nested else len(rows), dtype=object)
    for k, row in enumerate(rows):
        found[k] = row
    return found


def _column(name: str, column: pd.Series, missing: Missing) -> LabelColumn:
    gone = column.isna().to_numpy(dtype=bool)
    if gone.any() and missing == "error":
        rows = np.flatnonzero(gone)
        raise DataError(
            f"y: column {name!r}: {len(rows)} label(s) are missing, first in row {rows[0]}; fill them in, or leave them out with "
            "missing='drop'"
        )
    values = column.tolist()
    known = [value for value, absent in zip(values, gone, strict=True) if not absent]
    yes_no = bool(known) and all(isinstance(value, bool | np.bool_) for value in known)
    labels = tuple(None if absent else label_text(value, name) for value, absent in zip(values, gone, strict=True))
    kinds = sorted({label for label in labels if label is not None})
    if len(kinds) < 2:
        raise DataError(f"y: column {name!r} holds only {kinds}; decoding needs two classes or more")
    word = concept_name(name, what="column")
    words = None if yes_no else concept_names(kinds, what=f"column {name!r}: label")
    return LabelColumn(name, word, words, labels)


def _told_apart(column: LabelColumn, words: Counter[str]) -> LabelColumn:
    if column.words is None or max(words[word] for word in column.words.values()) < 2:
        return column
    own = {label: f"{column.word}_{word.lstrip('_')}" for label, word in column.words.items()}
    return LabelColumn(column.name, column.word, own, column.labels)


def label_text(value: Any, name: str = UNNAMED) -> str:
    """A label as it is written; of numbers, whole ones alone.

    Raises:
        DataError: it is a number on a scale, or no label at all.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real) and float(value).is_integer():
        return str(int(float(value)))
    if isinstance(value, Real):
        raise DataError(
            f"y: column {name!r}: {value!r} is no class, but a number on a scale; make classes of it, e.g. with pandas.cut"
        )
    raise DataError(
        f"y: column {name!r}: {value!r} is a {type(value).__name__}; expected texts, whole numbers, or true and false"
    )
