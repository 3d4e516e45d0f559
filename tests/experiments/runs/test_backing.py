"""Backing of a run's answers on measured data: entities that carry the answer move it, and of decoders that know no place nothing does."""

from __future__ import annotations

import numpy as np

from neurona.datasets.dataset import Dataset
from neurona.datasets.splits import Fold
from neurona.decoders import fit
from neurona.decoders.fitting import problem_of, settings_of
from neurona.decoders.question_only import QuestionOnlySettings
from neurona.experiments.runs.backing import backing_of
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.runs.predictions import predictions_of
from neurona.experiments.study import Study
from neurona.questions import Asked
from neurona.recordings.entities import fit_entities
from neurona.recordings.entities.settings import default_entities

LABELS = ["face", "house"] * 40


def fitted(kind):
    """Two of thirty channels say which label."""
    signal = np.random.default_rng(0).normal(size=(80, 30))
    signal[:, :2] += 2.5 * np.eye(2)[np.arange(80) % 2]
    dataset = Dataset.from_arrays(signal, LABELS, groups=[k // 10 for k in range(80)])
    ids = dataset.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(dataset.questions, dataset.vocabulary, ids)
    test = np.arange(80) >= 60
    fold = Fold("f", ~test, np.zeros(80, bool), test)
    entities = fit_entities(dataset.recordings, default_entities(dataset.recordings), fold.train, seed=0)
    parts = [asked.take(mask[asked.recording]) for mask in (fold.train, fold.validation, fold.test)]
    problem = problem_of(dataset, entities, parts[0], parts[1], kind, None, 0)
    decoder = fit(problem, kind)
    reading = decoder.read(problem.entities.features[test], ids[60:]) if hasattr(decoder, "read") else None
    return Study(dataset), Fitted(fold, entities, problem, parts[2], decoder, reading)


def backed(kind):
    study, one = fitted(kind)
    return backing_of([one], predictions_of(one), study, 0)


def test_the_entities_that_an_answer_is_grounded_in_move_it_most():
    asked, found = backed(settings_of("linear_evidence"))
    assert len(asked) == len(found.backed)
    assert found.backed.mean() > 0.7
    assert found.moved.mean() > 3 * found.moved_at_random.mean()


def test_nothing_backs_the_answers_of_questions_alone():
    asked, found = backed(QuestionOnlySettings())
    assert len(asked) == len(found.backed) > 0
    assert not found.backed.any()
