"""Folds: which recordings to learn from, to choose by and to test on; and the problem that a fold sets a decoder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console

from neurona.datasets.leakage import LeakageReport, check_leakage
from neurona.datasets.splits import Fold, Splitter, shown_on_both_sides, splitter
from neurona.datasets.splits.rows import groups_of
from neurona.decoders import Answerer, Decoder
from neurona.decoders.fitting import held_for_validation, problem_of
from neurona.errors import ConfigError, DataError
from neurona.evaluation.predictions import UNITS
from neurona.experiments.schema import Config
from neurona.experiments.study import Study
from neurona.questions import Asked, Problem
from neurona.readings import Reading
from neurona.recordings.entities import FittedEntities, fit_entities

logger = logging.getLogger(__name__)

_GROUPS = ("run", "session", "subject")
"""Of what is recorded in one piece, from the smallest to the largest."""


class Fitted(NamedTuple):
    """A fold with its entities and decoder, and what that says about the test recordings: its reading, None where it has none."""

    fold: Fold
    entities: FittedEntities
    problem: Problem
    test: Asked
    decoder: Decoder | Answerer
    reading: Reading | None


def folds_of(config: Config, study: Study) -> list[Fold]:
    """The folds of the config's split.

    Raises:
        ConfigError: the data set has no such split: no published one, a single run, session or subject.
    """
    chosen, dataset = config.evaluation, study.dataset
    images = np.array(dataset.images, dtype=object)
    try:
        folds = list(splitter_of(config, study).folds(dataset))
    except DataError as error:
        raise ConfigError(f"evaluation.split {chosen.split}: {dataset.name}: {error}") from error
    if study.split is None:
        folds = [_with_validation(fold, images, config) for fold in folds]
    if chosen.n_train is not None:
        labels = dataset.recordings.data.label.values.astype(str) if "label" in dataset.recordings.data.coords else None
        folds = [_fewer(fold, images, labels, chosen.n_train, config.seed) for fold in folds]
    return folds


def splitter_of(config: Config, study: Study) -> Splitter:
    """The config's splitter.

    Raises:
        ConfigError: settings of the split contradict each other.
    """
    chosen = config.evaluation
    return splitter(
        chosen.split,
        images=study.split,
        folds=chosen.folds,
        group=chosen.group,
        columns=chosen.columns,
        train_on=chosen.train_on,
        test_on=chosen.test_on,
        within_subjects=chosen.within_subjects,
        labelled=chosen.labelled,
        reserved=chosen.reserved,
        seed=config.seed,
    )


def unit_of(config: Config, study: Study, folds: Sequence[Fold]) -> str:
    """What is independent of each other among the test questions, one of `neurona.evaluation.predictions.UNITS`.

    The largest of people, sessions and runs that the split tests as wholes. Where it names none, as from executed to imagined movements, the largest that
    stand on one side alone in every fold, if several are tested. Else images.
    """
    whole = splitter_of(config, study).whole
    named = [name for name in reversed(UNITS) if name in whole]
    return next(chain(named, (name for name in reversed(_GROUPS) if _apart_in_fact(name, study, folds))), "image")


def _apart_in_fact(unit: str, study: Study, folds: Sequence[Fold]) -> bool:
    data = study.dataset.recordings.data
    columns = {name: data[name].values.astype(str) for name in UNITS[unit] if name in data.coords}
    if unit not in columns:
        return False
    group = pd.DataFrame(columns).groupby(list(columns)).ngroup().to_numpy()
    tested = {one for fold in folds for one in group[fold.test].tolist()}
    sides = ((group[fold.train | fold.validation], group[fold.test]) for fold in folds)
    return len(tested) > 1 and not any(np.isin(seen, told).any() for seen, told in sides)


def leakage_of(config: Config, study: Study, folds: Sequence[Fold], console: Console) -> list[LeakageReport]:
    """What the leakage check sees in each fold; near-duplicates across the sides are printed.

    Raises:
        DataError: a group that the split keeps together, or a copy, stands on both sides.
    """
    recordings = study.dataset.recordings
    # Where no image is known, each recording is its own.
    apart = [name for name in splitter_of(config, study).apart if name in recordings.data.coords or name != "image"]
    reports = check_leakage(folds, recordings, apart=apart)
    near = [report for report in reports if report.near]
    if near:
        worst = max(near, key=lambda report: report.highest)
        console.print(
            f"note: {sum(report.near for report in near)} pair(s) of recordings correlate above 0.99 across training and test, e.g. "
            f"{' and '.join(worst.pair)} ({worst.highest:.4f}, fold {worst.fold}); if one was made from the other, the test is none",
            highlight=False,
        )
    return reports


def questions_of(config: Config, study: Study, asked: Asked, fold: Fold) -> tuple[Asked, Asked, Asked]:
    """Questions to learn from, to choose by and to test in a fold.

    Questions about held combinations are none of training's, and those about words that training never asks for are not tested; nor, where
    folds go from one value of a column to another, those about words that one of the sides never shows.

    Raises:
        DataError: nothing is left to train on or to test.
    """
    parts = [asked.take(mask[asked.recording]) for mask in (fold.train, fold.validation, fold.test)]
    if study.split is not None and (study.split.held or study.split.held_objects):
        chosen = study.split.select(asked.table)
        kept = [set(rows.question) for rows in (chosen.train, chosen.validation, chosen.test)]
        parts = [part.take(part.table.question.isin(names).to_numpy()) for part, names in zip(parts, kept, strict=True)]
    train, validation, test = parts
    if config.evaluation.split == "transfer":
        known = shown_on_both_sides(test.table.program.unique(), train.table, test.table, study.dataset.vocabulary)
        asked_of = test.table.program.map(known).to_numpy(dtype=bool)
        logger.info(
            "fold %s: %d test questions left out, about words that one side never shows", fold.name, (~asked_of).sum()
        )
        test = test.take(asked_of)
    for name, part in (("train on", train), ("test", test)):
        if not len(part):
            raise DataError(f"fold {fold.name}: no questions to {name}; see evaluation.split and evaluation.n_train")
    return train, validation, test


def fold_problem(config: Config, study: Study, asked: Asked, fold: Fold) -> tuple[FittedEntities, Problem, Asked]:
    """The entities of a fold, what a decoder learns from in it, and what it is tested on.

    Raises:
        ConfigError: scenes are to be learned from, and the data set has none.
        DataError: see `questions_of` and `fit_entities`.
    """
    train, validation, test = questions_of(config, study, asked, fold)
    seen = fold.train | fold.validation
    entities = fit_entities(study.dataset.recordings, config.entities, seen, align=config.align, seed=config.seed)
    dataset, groups = study.dataset, _left_out(config, study)
    problem = problem_of(dataset, entities, train, validation, config.decoder, study.facts, config.seed, groups)
    return entities, problem, test


def _left_out(config: Config, study: Study) -> list[str] | None:
    """The group of each recording that the split leaves out; None where it leaves none out, or images, which are many."""
    whole = [name for name in splitter_of(config, study).whole if name != "image"]
    return groups_of(study.dataset, whole[0], None).tolist() if whole else None


def _with_validation(fold: Fold, images: np.ndarray, config: Config) -> Fold:
    """A share of the training images becomes validation."""
    validation = held_for_validation(images, fold.train, config.evaluation.validation, config.seed)
    return fold._replace(train=fold.train & ~validation, validation=validation)


def _fewer(fold: Fold, images: np.ndarray, labels: np.ndarray | None, n_train: int, seed: int) -> Fold:
    """The first training images of a random order, so that smaller sets are parts of larger ones; labels take turns, so that each keeps its share."""
    known, first = np.unique(images[fold.train], return_index=True)
    if n_train > len(known):
        raise ConfigError(f"evaluation.n_train: {n_train} of {len(known)} training images; choose at most that many")
    order = np.random.default_rng(seed).permutation(len(known))
    if labels is not None:
        label = pd.Series(labels[fold.train][first][order])
        share = (label.groupby(label).cumcount() + 0.5) / label.groupby(label).transform("size")
        order = order[np.argsort(share, kind="stable")]
    chosen = known[order[:n_train]]
    return fold._replace(train=fold.train & np.isin(images, chosen))
