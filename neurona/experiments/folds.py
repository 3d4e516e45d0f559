"""Folds: which recordings to learn from, to choose by and to test on; and the problem that a fold sets a decoder."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from neurona.datasets.splits import Split
from neurona.decoders import Answerer, Decoder
from neurona.decoders.fitting import held_for_validation, problem_of
from neurona.errors import ConfigError, DataError
from neurona.experiments.schema import Config
from neurona.experiments.study import Study
from neurona.questions import Asked, Problem
from neurona.readings import Reading
from neurona.recordings.entities import FittedEntities, fit_entities


class Fold(NamedTuple):
    """Masks over the recordings."""

    name: str
    train: Bool[np.ndarray, " recording"]
    validation: Bool[np.ndarray, " recording"]
    test: Bool[np.ndarray, " recording"]


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
    data, chosen = study.dataset.recordings.data, config.evaluation.split
    images = np.array(study.dataset.images, dtype=object)
    if study.split is not None:
        folds = [_by_image(study.split, images)]
    elif chosen == "leave_one_run_out":
        folds = _leave_out(data.run.values.astype(str), "run", study.dataset.name)
    elif chosen == "session":
        if "session" not in data.coords:
            raise ConfigError(
                f"evaluation.split: {study.dataset.name} says nothing about sessions; use leave_one_run_out"
            )
        sessions = [f"{who} {when}" for who, when in zip(data.subject.values, data.session.values, strict=True)]
        folds = _leave_out(np.array(sessions), "session", study.dataset.name)
    else:
        folds = []
    if chosen == "subject":
        folds = _by_subject(data.subject.values.astype(str), folds, study.dataset.name)
    if study.split is None:
        folds = [_with_validation(fold, images, config) for fold in folds]
    if config.evaluation.n_train is not None:
        folds = [_fewer(fold, images, config.evaluation.n_train, config.seed) for fold in folds]
    return folds


def questions_of(study: Study, asked: Asked, fold: Fold) -> tuple[Asked, Asked, Asked]:
    """Questions to learn from, to choose by and to test in a fold.

    Questions about held combinations are none of training's, and those about words that training never asks for are not tested.

    Raises:
        DataError: nothing is left to train on or to test.
    """
    parts = [asked.take(mask[asked.recording]) for mask in (fold.train, fold.validation, fold.test)]
    if study.split is not None and (study.split.held or study.split.held_objects):
        chosen = study.split.select(asked.table)
        kept = [set(rows.question) for rows in (chosen.train, chosen.validation, chosen.test)]
        parts = [part.take(part.table.question.isin(names).to_numpy()) for part, names in zip(parts, kept, strict=True)]
    train, validation, test = parts
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
    train, validation, test = questions_of(study, asked, fold)
    seen = fold.train | fold.validation
    entities = fit_entities(study.dataset.recordings, config.entities, seen, seed=config.seed)
    problem = problem_of(study.dataset, entities, train, validation, config.decoder, study.facts, config.seed)
    return entities, problem, test


def _by_image(split: Split, images: np.ndarray) -> Fold:
    part = np.array([split.parts.get(image, "") for image in images])
    return Fold(split.name, part == "train", part == "validation", part == "test")


def _leave_out(of: np.ndarray, what: str, dataset: str) -> list[Fold]:
    names = np.unique(of)
    if len(names) < 2:
        raise ConfigError(
            f"evaluation.split: {dataset} has {len(names)} {what}, leaving one out needs two; choose another split"
        )
    none = np.zeros(len(of), dtype=bool)
    return [Fold(str(name), of != name, none, of == name) for name in names]


def _by_subject(subjects: np.ndarray, of_images: list[Fold], dataset: str) -> list[Fold]:
    """One subject for testing; where images are split too, on test images that no other subject trained with."""
    folds = _leave_out(subjects, "subject", dataset)
    if not of_images:
        return folds
    image = of_images[0]
    return [
        Fold(one.name, one.train & image.train, one.train & image.validation, one.test & image.test) for one in folds
    ]


def _with_validation(fold: Fold, images: np.ndarray, config: Config) -> Fold:
    """A share of the training images becomes validation."""
    validation = held_for_validation(images, fold.train, config.evaluation.validation, config.seed)
    return fold._replace(train=fold.train & ~validation, validation=validation)


def _fewer(fold: Fold, images: np.ndarray, n_train: int, seed: int) -> Fold:
    """The first training images of a random order, so that smaller sets are parts of larger ones."""
    known = np.unique(images[fold.train])
    if n_train > len(known):
        raise ConfigError(f"evaluation.n_train: {n_train} of {len(known)} training images; choose at most that many")
    chosen = np.random.default_rng(seed).permutation(known)[:n_train]
    return fold._replace(train=fold.train & np.isin(images, chosen))
