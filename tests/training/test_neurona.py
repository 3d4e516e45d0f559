"""NEURONA's decoder from features: laid out by parcels, trained, answering, and saying where it found its words."""

import numpy as np
import pytest
import tiny

from neurona.decoders.neurona_settings import NeuronaSettings, build_neurona
from neurona.decoders.problem import Asked
from neurona.recordings.entities import Entities
from neurona.training import TrainingSettings
from neurona.training.neurona import _evidence, fit_neurona
from neurona.training.trained_decoder import Layout

ROWS = np.arange(8)


def test_inputs_are_times_by_channels_standardised_on_training_recordings():
    entities = tiny.problem().entities
    layout = Layout.of(entities, ROWS)
    found = layout(entities.features)
    assert found.shape == (40, tiny.TIMES, tiny.CHANNELS)
    np.testing.assert_allclose(found[ROWS].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(found[ROWS].std(0), 1, atol=1e-5)
    assert layout.parcels == ((0, 3), (1, 4), (2, 5))
    one = (entities.features[:, 3] - entities.features[ROWS, 3].mean()) / entities.features[ROWS, 3].std()
    np.testing.assert_allclose(found[:, 1, 1], one, atol=1e-5)


def test_where_windows_are_entities_every_feature_is_a_channel():
    features = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    features[:, 0] = 5
    layout = Layout.of(Entities(features, np.array([0, 1, 0, 1]), ("early", "late"), "window", n_times=2), ROWS)
    assert layout(features).shape == (8, 1, 4)
    assert layout.parcels == ((0, 2), (1, 3))
    assert not layout(features)[:, 0, 0].any()


@pytest.fixture(scope="module")
def decoder():
    settings = NeuronaSettings(embedding=8, pair_scores="bilinear", rank=2)
    training = TrainingSettings(epochs=2, recordings_per_step=16)
    return fit_neurona(tiny.problem(), settings, training)


def test_it_answers_any_questions_in_any_order(decoder):
    told = tiny.problem()
    found = decoder.answer(told.entities.features, told.validation)
    assert np.isfinite(found.yes_no).all()
    assert np.isfinite(found.describe).all(1).tolist() == told.validation.is_describe.tolist()
    order = np.random.default_rng(0).permutation(len(told.validation))
    again = decoder.answer(told.entities.features, told.validation.take(order))
    np.testing.assert_allclose(again.yes_no, found.yes_no[order], atol=1e-4)


def test_groundings_are_scores_of_recordings_with_the_word_against_those_without(decoder):
    told = tiny.problem()
    words, found = decoder.groundings()
    assert words == (*tiny.WORDS.concepts, *tiny.WORDS.relations)
    assert found.shape == (5, tiny.ENTITIES)
    scores = decoder.scores(told.entities.features).scores
    there = _evidence(told.train, words, np.arange(40))[:, 0]
    expected = scores[there > 0, 0].mean(0) - scores[there < 0, 0].mean(0)
    np.testing.assert_allclose(found[0], expected, atol=1e-4)


def test_answers_say_what_is_there():
    rows = [
        ("a", "r0", "exists x. cat(x) & hold(x, the y. dog(y))", "yes", "relation"),
        ("b", "r1", "exists x. cat(x) & red(x)", "no", "attribute"),
        ("c", "r1", "exists x. dog(x)", "no", "object"),
        ("d", "r2", "describe Action(the x. cat(x), the y. dog(y))", "ride", "action"),
        ("e", "r2", "~(exists x. red(x))", "yes", "object"),
    ]
    table = tiny.table(0, np.random.default_rng(0)).reindex(range(5))
    table[:] = rows
    asked = Asked.of(table, tiny.WORDS, ["r0", "r1", "r2"])
    words = (*tiny.WORDS.concepts, *tiny.WORDS.relations)
    found = _evidence(asked, words, np.arange(3)).tolist()
    assert found == [[1, 1, 0, 1, 0], [0, -1, 0, 0, 0], [1, 1, 0, 0, 1]]


@pytest.mark.parametrize(("fault", "rows"), [(True, (0, 1)), (False, None)])
def test_settings_say_what_is_built(fault, rows):
    settings = NeuronaSettings(hypothesis="H3", logic="product", describe_fault=fault, ground_concept_relation=False)
    built = build_neurona(settings, [[0, 1], [2]], 5, tiny.WORDS, 0)
    assert built.grounding.described_rows == rows
    assert (built.grounding.rank, built.grounding.relation_in_concepts) == (0, False)
    assert (built.logic.name, built.hypothesis.object) == ("product", False)
