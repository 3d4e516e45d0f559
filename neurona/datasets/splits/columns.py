"""Splits by what is known of each recording in columns: from one value to another, and by conjunctions of several.

transfer         train = {r : c(r) = a},   test = {r : c(r) = b}                          for values a != b of a column c
conjunctions     held_k = {r : sum_j rank(c_j(r)) = k mod K},  K the fewest values of any column   (a Latin square)
                 train_g = {r not of group g} \\ held_(g mod K),   test_g = {r of group g}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int
from sklearn.model_selection import GroupKFold

from neurona.datasets.splits.iterators import Splitter
from neurona.datasets.splits.rows import column, fold_of, groups_of
from neurona.datasets.splits.split import Fold
from neurona.errors import DataError, nearest_name
from neurona.programs import Vocabulary, expand, parse
from neurona.programs.tree import Describe, names


@dataclass(frozen=True)
class Transfer(Splitter):
    """Learn from recordings of one value of a column and test on those of another: executed to imagined, one position to another.

    Attributes:
        of: the column.
        source, target: its values; every other one in turn when None.
        by: what else no training recording shares with a test recording, e.g. `image`; then each pair of values has folds of groups.
        n: how many.
        seed: of shuffling these groups.
    """

    of: str
    source: str | None = None
    target: str | None = None
    by: str | None = None
    n: int = 5
    seed: int = 0

    @property
    def apart(self) -> tuple[str, ...]:
        return (self.of, *(() if self.by is None else (self.by,)))

    @property
    def whole(self) -> tuple[str, ...]:
        return () if self.by is None else (self.by,)

    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        of = np.array(column(X, self.of))
        for source, target in self._pairs(np.unique(of).tolist()):
            name = f"{source}_to_{target}"
            for k, (train, test) in enumerate(self._sides(X, len(of), groups), start=1):
                rows = [np.flatnonzero(side & (of == value)) for side, value in ((train, source), (test, target))]
                if not all(map(len, rows)):
                    raise DataError(
                        f"split transfer: fold {k} of {name} has {len(rows[0])} recordings to train on and {len(rows[1])} to test"
                    )
                yield fold_of(name if self.by is None else f"{name}_{k}", len(of), rows[0], rows[1])

    def _pairs(self, known: Sequence[str]) -> list[tuple[str, str]]:
        for value in (self.source, self.target):
            if value is not None and value not in known:
                raise DataError(
                    f"split transfer: no recording has {value!r} as its {self.of}{nearest_name(value, known)}"
                )
        sources, targets = ([value] if value is not None else list(known) for value in (self.source, self.target))
        pairs = [(a, b) for a in sources for b in targets if a != b]
        if not pairs:
            raise DataError(f"split transfer: {self.of} has the values {list(known)}; from one to another needs two")
        return pairs

    def _sides(
        self, X: Any, rows: int, groups: Any
    ) -> Iterator[tuple[Bool[np.ndarray, " recording"], Bool[np.ndarray, " recording"]]]:
        """Who may be trained on, and who tested."""
        if self.by is None and groups is None:
            yield np.ones(rows, dtype=bool), np.ones(rows, dtype=bool)
            return
        of = groups_of(X, self.by or "", groups)
        if len(np.unique(of)) < self.n:
            raise DataError(f"split transfer: {self.n} folds of {len(np.unique(of))} {self.by}(s); ask for fewer folds")
        for _, test in GroupKFold(self.n, shuffle=True, random_state=self.seed).split(np.zeros(rows), groups=of):
            tested = np.isin(np.arange(rows), test)
            yield ~tested, tested


@dataclass(frozen=True)
class Conjunctions(Splitter):
    """Conjunctions of columns that training lacks, each word of which it has; tested beside those that it has.

    One group at a time is tested, all of it, so that favouring unseen conjunctions does not pay; from the training of each, the conjunctions
    of one Latin square are left out, of all squares in turn. Every recording is tested once, and every conjunction is held out in as many
    folds as there are groups for each square.

    Attributes:
        of: two columns or more.
        by: what is left out for testing.
    """

    of: tuple[str, ...]
    by: str = "run"

    @property
    def apart(self) -> tuple[str, ...]:
        return (self.by,)

    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        square, squares = _squares([column(X, name) for name in self.of])
        of = groups_of(X, self.by, groups)
        names = np.unique(of).tolist()
        least = (
            3 if len(self.of) == 2 else 2
        )  # of two squares of two columns, training shows each word with one other alone
        if squares < least or len(names) < squares:
            raise DataError(
                f"split conjunctions: {squares} Latin square(s) of {' x '.join(self.of)}, and {len(names)} {self.by}(s) to leave out; "
                f"{least} squares are needed at least, so as many values of each column, and a {self.by} for each square"
            )
        for k, name in enumerate(names):
            train = (of != name) & (square != k % squares)
            yield fold_of(str(name), len(of), np.flatnonzero(train), np.flatnonzero(of == name))


def unseen(X: Any, columns: Sequence[str], fold: Fold) -> Bool[np.ndarray, " recording"]:
    """Of each recording, whether no training recording of the fold has its values in these columns."""
    rows = list(zip(*(column(X, name) for name in columns), strict=True))
    seen = {row for row, trained in zip(rows, fold.train, strict=True) if trained}
    return np.array([row not in seen for row in rows])


def shown_on_both_sides(
    programs: Iterable[str], train: pd.DataFrame, test: pd.DataFrame, vocabulary: Vocabulary
) -> dict[str, bool]:
    """Of each program, whether all words that it is about, or chooses from, are shown by training and by test recordings.

    What was always executed teaches nothing about what is imagined, and asks nothing about what is executed. A word is shown where a recording's
    `exists x. word(x)` is answered by yes; words that are never asked for so count as shown.

    Args:
        programs: in logic syntax.
        train, test: questions, with columns program and answer.
        vocabulary: of the programs.
    """
    simple = {f"exists x. {word}(x)": word for word in vocabulary.concepts}
    asked = {simple[text] for side in (train, test) for text in side.program.unique() if text in simple}
    shown = [
        {simple[text] for text in side.program[side.answer == "yes"].unique() if text in simple}
        for side in (train, test)
    ]
    lost = asked - (shown[0] & shown[1])
    found = {}
    for text in programs:
        query = expand(parse(text, vocabulary), vocabulary)
        chosen = vocabulary.categories[query.category] if isinstance(query, Describe) else ()
        found[text] = not lost & {*names(query), *chosen}
    return found


def _squares(columns: Sequence[Sequence[str]]) -> tuple[Int[np.ndarray, " recording"], int]:
    """The Latin square of each recording, and how many there are."""
    ranks = [np.unique(np.asarray(one), return_inverse=True) for one in columns]
    squares = min((len(known) for known, _ in ranks), default=0)
    return np.sum([rank for _, rank in ranks], axis=0) % max(squares, 1), squares
