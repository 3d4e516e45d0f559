"""The metric `lapses`: planted noise stands out among a run's test recordings, and decoders without a reading say why they cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from neurona.datasets.dataset import Dataset
from neurona.datasets.splits import Fold
from neurona.decoders import fit
from neurona.decoders.fitting import problem_of
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.errors import DataError
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.runs.lapses import lapses_of
from neurona.experiments.study import Study
from neurona.questions import Asked
from neurona.recordings.entities import fit_entities
from neurona.recordings.entities.settings import default_entities

LABELS = ["face", "house", "cat"] * 40
LAPSED = np.arange(120) % 5 == 4


@pytest.fixture(scope="module")
def found():
    """Three channels say which of three labels; of every fifth recording they do not."""
    signal = np.random.default_rng(0).normal(size=(120, 12))
    signal[:, :3] += 3.0 * np.eye(3)[np.arange(120) % 3] * ~LAPSED[:, None]
    dataset = Dataset.from_arrays(signal, LABELS, groups=[k // 20 for k in range(120)])
    ids = dataset.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(dataset.questions, dataset.vocabulary, ids)
    test = np.arange(120) >= 60
    fold = Fold("f", ~test, np.zeros(120, bool), test)
    entities = fit_entities(dataset.recordings, default_entities(dataset.recordings), fold.train, seed=0)
    train, validation, held = (asked.take(mask[asked.recording]) for mask in (fold.train, fold.validation, fold.test))
    settings = LinearEvidenceSettings(decays=(0.1,))
    problem = problem_of(dataset, entities, train, validation, settings, None, 0)
    decoder = fit(problem, settings)
    reading = decoder.read(problem.entities.features[test], ids[60:])
    return Study(dataset), Fitted(fold, entities, problem, held, decoder, reading)


def test_noise_says_less_than_recordings_and_they_say_more_than_exchanged_ones(found):
    study, one = found
    table = lapses_of([one], study, 0)
    assert len(table) == 60
    lapsed = LAPSED[[int(name.rsplit("-", 1)[1]) for name in table.recording]]
    assert table.information[lapsed].mean() < 0 < table.information[~lapsed].mean()
    assert lapsed[:12].mean() > 3 * lapsed.mean()
    assert (table.p[~lapsed] <= 0.05).mean() > 0.9
    assert table.equals(lapses_of([one], study, 0))


def test_planted_lapses_are_named_where_the_recordings_know_them(found):
    study, one = found
    told = study.dataset.recordings.data.assign_coords(lapsed=("recording", np.where(LAPSED, "yes", "no")))
    recordings = replace(study.dataset.recordings, data=told)
    table = lapses_of([one], replace(study, dataset=replace(study.dataset, recordings=recordings)), 0)
    assert table.lapsed.sum() == LAPSED[60:].sum()
    assert "of planted lapses" in table.attrs["said"]


def test_without_a_reading_it_is_said_why(found):
    study, one = found
    with pytest.raises(DataError, match="without a reading"):
        lapses_of([one._replace(reading=None)], study, 0)
