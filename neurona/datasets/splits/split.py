"""Splits of a data set into training, validation and test, as objects that can be saved in a table and checked.

A split lists ids: of images, or of recordings. Some splits hold out more than images: combinations of a predicate and its
arguments that no training question may be about (`combinations.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool

from neurona.errors import DataError
from neurona.programs import parse
from neurona.programs.facts import Fact
from neurona.programs.tree import names
from neurona.scenes.facts import fact_of


class Fold(NamedTuple):
    """Which recordings are for what: masks over the recordings, no two of which overlap."""

    name: str
    train: Bool[np.ndarray, " recording"]
    validation: Bool[np.ndarray, " recording"]
    test: Bool[np.ndarray, " recording"]


class SplitQuestions(NamedTuple):
    """The questions of each part; why and how many others were left out."""

    train: pd.DataFrame
    test: pd.DataFrame
    validation: pd.DataFrame
    removed: dict[str, int]


@dataclass(frozen=True)
class Split:
    """Which ids are for training, for testing, and for choosing (validation).

    Attributes:
        name: of the split, e.g. `image`, `subject-03`, `unseen`.
        train, test, validation: ids, no id twice.
        held: combinations that only test questions may be about; where there are any, test questions are about no others.
        held_objects: nouns that are no object in training, see `role_transfer`.
    """

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    validation: tuple[str, ...] = ()
    held: frozenset[Fact] = field(default=frozenset(), repr=False)
    held_objects: frozenset[str] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        if not self.train or not self.test:
            raise DataError(
                f"split {self.name!r}: {len(self.train)} ids for training and {len(self.test)} for testing; both need some"
            )
        if twice := [name for name, times in Counter((*self.train, *self.test, *self.validation)).items() if times > 1]:
            raise DataError(f"split {self.name!r}: {len(twice)} id(s) stand twice or on two sides, e.g. {twice[0]!r}")

    @cached_property
    def parts(self) -> dict[str, str]:
        """Id -> `train`, `test` or `validation`."""
        sides = (("train", self.train), ("test", self.test), ("validation", self.validation))
        return {name: side for side, ids in sides for name in ids}

    def fold(self, ids: Sequence[str]) -> Fold:
        """The split of recordings whose ids (or images) these are."""
        part = np.array([self.parts.get(str(name), "") for name in ids])
        return Fold(self.name, part == "train", part == "validation", part == "test")

    def holds_out(self, fact: Fact) -> bool:
        """Whether no training question may be about the fact."""
        return fact in self.held or (len(fact.arguments) == 2 and fact.arguments[1] in self.held_objects)

    def select(self, questions: pd.DataFrame, by: str = "image") -> SplitQuestions:
        """The questions of each part, without those that would leak or that training says nothing about.

        Whole programs are left out, so yes/no questions that were balanced program by program stay so.

        Args:
            questions: columns program, answer and the one named by `by`.
            by: column of the ids that the split lists.

        Raises:
            DataError: no such column, or nothing is left to train on or to test.
            QueryError: a program that cannot be parsed.
        """
        for column in (by, "program", "answer"):
            if column not in questions:
                raise DataError(f"questions: no column {column!r}; found {list(questions.columns)}")
        part = questions[by].map(self.parts)
        removed = {"of no part": int(part.isna().sum())}
        rows = {side: questions[part == side] for side in ("train", "test", "validation")}
        if self.held or self.held_objects:
            rows["train"] = _keep(rows["train"], self._may_train, "training: about held combinations", removed)
            rows["validation"] = _keep(
                rows["validation"], self._may_train, "validation: about held combinations", removed
            )
            rows["test"] = _keep(rows["test"], self._may_test, "test: not about held combinations", removed)
        words = _words(rows["train"])
        rows["test"] = _keep(
            rows["test"],
            lambda program, answer: words >= _words_of(program, answer),
            "test: words never asked about in training",
            removed,
        )
        for side in ("train", "test"):
            if rows[side].empty:
                raise DataError(f"split {self.name!r}: no questions for {side}; left out: {removed}")
        return SplitQuestions(rows["train"], rows["test"], rows["validation"], {k: n for k, n in removed.items() if n})

    def _may_train(self, program: str, answer: str) -> bool:
        fact = fact_of(program, answer)
        return fact is not None and not self.holds_out(fact)

    def _may_test(self, program: str, answer: str) -> bool:
        fact = fact_of(program, answer)
        return fact is not None and self.holds_out(fact)


def by_image(images: Sequence[str], *, test: float = 0.2, validation: float = 0.0, seed: int = 0) -> Split:
    """A share of the images for testing; all recordings of an image go to one side.

        train, test, validation: a random partition of the set of images

    Args:
        images: of each recording or scene; repeats count once.
        test, validation: shares.
        seed: of the draw.
    """
    unique = sorted(set(images))
    order = np.random.default_rng(seed).permutation(len(unique))
    shuffled = [unique[k] for k in order]
    n_test, n_validation = round(test * len(unique)), round(validation * len(unique))
    chosen, rest = shuffled[:n_test], shuffled[n_test:]
    return Split("image", tuple(sorted(rest[n_validation:])), tuple(sorted(chosen)), tuple(sorted(rest[:n_validation])))


def as_published(parts: Mapping[str, str], *, validation: float = 0.0, seed: int = 0) -> Split:
    """The test images that a data set was published with; validation images are a share of all, drawn from the training images.

    Args:
        parts: image -> `train` or `test`.
        validation: share of all images that are for training.
        seed: of the draw.
    """
    train = sorted(name for name, part in parts.items() if part == "train")
    order = np.random.default_rng(seed).permutation(len(train))
    chosen = {train[k] for k in order[: round(validation * len(train))]}
    test = tuple(name for name, part in parts.items() if part == "test")
    return Split("published", tuple(name for name in train if name not in chosen), test, tuple(sorted(chosen)))


def _keep(rows: pd.DataFrame, good: Callable[[str, str], bool], why: str, removed: dict[str, int]) -> pd.DataFrame:
    """The good rows; each program and answer is judged once."""
    judged: dict[tuple[str, str], bool] = {}
    for key in zip(rows.program, rows.answer, strict=True):
        if key not in judged:
            judged[key] = good(*key)
    kept = [judged[key] for key in zip(rows.program, rows.answer, strict=True)]
    removed[why] = len(rows) - sum(kept)
    return rows[np.asarray(kept, dtype=bool)]


def _words(rows: pd.DataFrame) -> set[str]:
    return set().union(
        *(_words_of(program, answer) for program, answer in set(zip(rows.program, rows.answer, strict=True)))
    )


def _words_of(program: str, answer: str) -> set[str]:
    """Concepts and relations of a question; the answer of a describe question is one of them."""
    fact = fact_of(program, answer)
    return {fact.name, *fact.arguments} if fact else set(names(parse(program)))
