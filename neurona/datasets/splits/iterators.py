"""Splits of recordings, as scikit-learn's splitters: `split(X, y, groups)` yields pairs of row numbers, training and test.

Runs, sessions, subjects and labels are looked up in the recordings themselves:

    for train, test in LeaveOut("run").split(dataset.recordings): ...

and, as with scikit-learn's own, may be given for any X (`cross_val_score(estimator, X, y, groups=runs, cv=LeaveOut("run"))`). The
splitting is scikit-learn's. `folds` yields the same with names and with the part that only chooses settings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold

from neurona.datasets.splits.rows import Rows, column, fold_of, groups_of, images_of, part_of, spread
from neurona.datasets.splits.split import Fold, Split
from neurona.errors import DataError


class Splitter(ABC):
    """A way of splitting recordings.

    Attributes:
        apart: coordinates that tell groups apart of which none may stand on both sides.
    """

    @property
    @abstractmethod
    def apart(self) -> tuple[str, ...]: ...

    @property
    def whole(self) -> tuple[str, ...]:
        """Coordinates whose groups are tested one after another, each as a whole: what the split takes for independent of each other."""
        return self.apart

    @abstractmethod
    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """The folds, with names.

        Args:
            X: recordings, or anything with rows where `y` and `groups` say the rest.
            y: labels; those of the recordings when None.
            groups: what is kept together; looked up in the recordings when None.

        Raises:
            DataError: what the split needs is not known, or there are too few groups or labels.
        """

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Rows, Rows]]:
        """Row numbers of training and test, fold by fold; validation recordings are in neither."""
        for fold in self.folds(X, y, groups):
            yield np.flatnonzero(fold.train), np.flatnonzero(fold.test)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many folds there are."""
        return sum(1 for _ in self.folds(X, y, groups))


@dataclass(frozen=True)
class LeaveOut(Splitter):
    """One run, session or subject at a time for testing.

    A session is one subject's. Runs go by name: what several subjects have under one name is left out together.

    Attributes:
        what: `run`, `session`, `subject`, or another coordinate of the recordings.
        images: where images are split, too: then nobody trains with a test image, whoever saw it.
        labelled: how many recordings of what is left out join training, the first ones in their order.
        reserved: how many of the first recordings are not tested, so that folds of different `labelled` are tested on the same recordings; as many as
            are labelled when None. Where images are split, labelled recordings are of training images, and none need be reserved.
    """

    what: str
    images: Split | None = None
    labelled: int = 0
    reserved: int | None = None

    @property
    def apart(self) -> tuple[str, ...]:
        return (*(() if self.labelled else (self.what,)), *(("image",) if self.images else ()))

    @property
    def whole(self) -> tuple[str, ...]:
        return (self.what,)

    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        of = groups_of(X, self.what, groups)
        names = np.unique(of)
        if len(names) < 2:
            raise DataError(f"split: {len(names)} {self.what} ({names[0]}) found, leaving one out needs two or more")
        part = None if self.images is None else self.images.fold(images_of(X))
        for train, test in LeaveOneGroupOut().split(of, groups=of):
            fold = fold_of(str(of[test[0]]), len(of), train, test)
            if part is not None:
                fold = Fold(fold.name, fold.train & part.train, fold.train & part.validation, fold.test & part.test)
            yield self._with_labelled(fold, test if part is None else test[part.train[test]])

    def _with_labelled(self, fold: Fold, candidates: Rows) -> Fold:
        """The fold with the first recordings of what is left out in training."""
        reserved = self.labelled if self.reserved is None else self.reserved
        if self.labelled > reserved:
            raise DataError(
                f"split: {self.labelled} labelled recordings of {reserved} that are reserved; reserve as many at least"
            )
        if reserved and len(candidates) <= reserved - (self.images is not None):
            raise DataError(
                f"split: {self.what} {fold.name} has {len(candidates)} recordings, too few to reserve {reserved}; label or reserve fewer"
            )
        train, tested = fold.train.copy(), fold.test.copy()
        train[candidates[: self.labelled]] = True
        tested[candidates[:reserved]] = False
        return fold._replace(train=train, test=tested)


@dataclass(frozen=True)
class KFold(Splitter):
    """So many folds with the same share of each label, of whole groups, or both.

    Attributes:
        n: folds.
        by: coordinate whose groups stay whole, e.g. `run`; single recordings when None.
        stratified: whether each fold has about the same share of each label.
        seed: of the shuffling.
    """

    n: int = 5
    by: str | None = None
    stratified: bool = True
    seed: int = 0

    @property
    def apart(self) -> tuple[str, ...]:
        return () if self.by is None else (self.by,)

    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        of = None if self.by is None and groups is None else groups_of(X, self.by or "", groups)
        labels = np.asarray(column(X, "label") if y is None else y).astype(str) if self.stratified else None
        rows = (
            len(of) if labels is None and of is not None else len(column(X, "recording") if labels is None else labels)
        )
        if of is not None and len(np.unique(of)) < self.n:
            raise DataError(
                f"split: {self.n} folds of {len(np.unique(of))} {self.by or 'group'}(s); ask for fewer folds"
            )
        if labels is not None:
            kinds, counts = np.unique(labels, return_counts=True)
            if counts.min() < self.n:
                raise DataError(
                    f"split: {self.n} folds, but only {counts.min()} recording(s) of label {str(kinds[counts.argmin()])!r}; ask for fewer "
                    "folds, or for whole groups without stratification"
                )
        nothing = np.zeros(rows)
        if labels is None:
            pairs = GroupKFold(self.n, shuffle=True, random_state=self.seed).split(nothing, groups=of)
        elif of is None:
            pairs = StratifiedKFold(self.n, shuffle=True, random_state=self.seed).split(nothing, labels)
        else:
            pairs = StratifiedGroupKFold(self.n, shuffle=True, random_state=self.seed).split(nothing, labels, of)
        for k, (train, test) in enumerate(pairs, start=1):
            yield fold_of(f"fold-{k}", rows, train, test)


@dataclass(frozen=True)
class ByImage(Splitter):
    """One fold, by a split of the images: a published one, a drawn one, one of combinations."""

    images: Split

    @property
    def apart(self) -> tuple[str, ...]:
        return ("image",)

    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        yield self.images.fold(images_of(X) if groups is None else groups)


@dataclass(frozen=True)
class WithinSubjects(Splitter):
    """Another split within each subject: a decoder sees one subject, in training and in test."""

    inner: Splitter

    @property
    def apart(self) -> tuple[str, ...]:
        return self.inner.apart

    @property
    def whole(self) -> tuple[str, ...]:
        return self.inner.whole

    def folds(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        subjects = groups_of(X, "subject", None)
        for subject in np.unique(subjects):
            rows = np.flatnonzero(subjects == subject)
            part = part_of(X, rows)
            try:
                for fold in self.inner.folds(
                    part, *(None if one is None else np.asarray(one)[rows] for one in (y, groups))
                ):
                    masks = (spread(mask, rows, len(subjects)) for mask in fold[1:])
                    yield Fold(f"{subject}_{fold.name}", *masks)
            except DataError as error:
                raise DataError(f"subject {subject}: {error}") from error
