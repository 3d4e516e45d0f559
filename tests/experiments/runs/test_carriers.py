"""Which words recordings show, by scenes or by answers; and the test of them in a fold's entities."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from neurona import blocks
from neurona.datasets.dataset import Dataset
from neurona.datasets.splits import Fold
from neurona.errors import DataError
from neurona.experiments.runs.carriers import carriers_of, shown_words
from neurona.experiments.study import Study
from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts

LABELS = np.array(["face", "house", "shoe"])[np.random.default_rng(0).integers(0, 3, 120)]


def labelled():
    """Recordings of one label each; the second channel responds to houses."""
    rng = np.random.default_rng(1)
    signal = rng.normal(size=(120, 5))
    signal[:, 1] += 2.0 * (LABELS == "house")
    return Dataset.from_arrays(signal, LABELS, groups=[k // 10 for k in range(120)], simulated=True), signal


def test_answers_tell_what_is_shown():
    dataset, _ = labelled()
    words = dataset.vocabulary.concepts
    np.testing.assert_array_equal(
        shown_words(Study(dataset), words), (LABELS[:, None] == np.array(words)).astype(float)
    )


def test_scenes_tell_it_where_they_are_known_and_no_more_than_they_know():
    dataset, _ = labelled()
    whole = SceneFacts("a", frozenset([Fact("dog")]), frozenset(), complete=True)
    part = SceneFacts("b", frozenset([Fact("on", ("dog", "mat"))]), frozenset([Fact("cat")]), complete=False)
    scenes = {image: part if k else whole for k, image in enumerate(dict.fromkeys(dataset.images))}
    shown = shown_words(Study(dataset, facts=scenes), ("dog", "cat", "on"))
    np.testing.assert_array_equal(shown[:2], [[1, 0, 0], [np.nan, 0, 1]])


def test_the_recordings_of_a_fold_say_what_their_entities_carry(monkeypatch):
    dataset, signal = labelled()
    names = tuple(f"e{k}" for k in range(5))
    entities = SimpleNamespace(features=signal, entity_of_feature=np.arange(5), names=names)
    runs = tuple(dataset.recordings.data.run.values.astype(str))
    seen, nothing = np.ones(120, bool), np.zeros(120, bool)
    fitted = SimpleNamespace(
        fold=Fold("f", seen, nothing, nothing), problem=SimpleNamespace(entities=entities, runs=runs)
    )
    found = carriers_of(fitted, Study(dataset), 0)
    carried = found.carried(dataset.vocabulary.concepts, names)
    assert carried[dataset.vocabulary.concepts.index("house")].tolist() == [False, True, False, False, False]
    monkeypatch.setattr(blocks, "memory", lambda: 1.0)
    with pytest.raises(DataError, match="carriers: holds 600 values"):
        carriers_of(fitted, Study(dataset), 0)
