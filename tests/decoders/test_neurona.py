"""NEURONA's decoder: trained on answers, read, asked, and where it found its words."""

from dataclasses import replace

import jax
import numpy as np
import pytest
import tiny
from on_disk import on_disk
from problem import signal_of
from tiny_neurona import IDS, TRAINING, trained

from neurona.decoders import Context, Decoder, Grounded, fit
from neurona.decoders.neurona_settings import NeuronaSettings, build_neurona
from neurona.decoders.told_words import told_words
from neurona.encoders.shallow_fbcsp import ShallowFBCSPSettings
from neurona.errors import ConfigError
from neurona.programs.facts import Fact
from neurona.readings import open_reading
from neurona.recordings.entities import Entities
from neurona.scenes.facts import SceneFacts
from neurona.stored import load_stored, save_stored


@pytest.fixture(scope="module")
def decoder():
    return trained()


@pytest.fixture(scope="module")
def reading(decoder):
    return decoder.read(tiny.problem().entities.features, IDS)


def test_it_reads_and_grounds(decoder):
    assert isinstance(decoder, Decoder)
    assert isinstance(decoder, Grounded)


def test_one_recording_gets_the_same_reading_as_many(decoder, reading):
    alone = decoder.read(tiny.problem().entities.features[[7]], ["r7"])
    for a, b in zip(jax.tree.leaves(alone.members), jax.tree.leaves(reading.members), strict=True):
        np.testing.assert_array_equal(a[0], b[7])


def test_recordings_on_disk_are_trained_on_and_read_as_those_in_memory(decoder, reading):
    features = tiny.problem().entities.features
    with on_disk(rows=3, values=features.shape[1]):
        apart = trained()
        found = apart.read(features, IDS)
    for a, b in zip(jax.tree.leaves(found.members), jax.tree.leaves(reading.members), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.entity_evidence.evidence, reading.entity_evidence.evidence, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(apart.grounded, decoder.grounded, rtol=1e-3, atol=1e-4)


def _ensemble_of(decoder):
    """The decoder, and one whose scores are half of it."""
    half = {name: value / 2 for name, value in decoder.weights[0].items()}
    return replace(decoder, weights=(*decoder.weights, half))


@pytest.mark.parametrize(
    "made",
    [
        _ensemble_of,
        pytest.param(lambda _: trained(training=replace(TRAINING, members=2)), id="trained", marks=pytest.mark.slow),
    ],
)
def test_all_members_of_an_ensemble_are_in_its_reading(made, decoder):
    told = tiny.problem()
    reading = made(decoder).read(told.entities.features, IDS)
    assert len(reading.members) == 2
    asked = told.train.take(~told.train.is_describe)
    both = reading.answers(asked.queries, asked.recording)
    each = [replace(reading, members=(one,)).answers(asked.queries, asked.recording) for one in reading.members]
    mean = np.mean([1 / (1 + np.exp(-np.asarray(one.yes_no, np.float64))) for one in each], axis=0)
    np.testing.assert_allclose(1 / (1 + np.exp(-np.asarray(both.yes_no, np.float64))), mean, atol=1e-5)


def test_a_stored_reading_gives_the_same_answers(reading, tmp_path):
    asked = tiny.problem().validation
    again = open_reading(reading.save(tmp_path / "reading"))
    first, second = (one.ask_each(asked.queries, asked.recording) for one in (reading, again))
    assert first.answer == second.answer
    np.testing.assert_array_equal(first.probability, second.probability)
    np.testing.assert_array_equal(first.as_asked, second.as_asked)
    np.testing.assert_array_equal(reading.entity_evidence.evidence, again.entity_evidence.evidence)


def test_what_entities_add_makes_up_the_log_odds_of_a_word(reading):
    found = reading.carriers("r3", tiny.WORDS.concepts)
    p = reading.ask([f"exists x. {word}(x)" for word in found.words], "r3").probability.to_numpy()
    total = found.prior_log_odds + found.bias + found.evidence.sum(axis=0)
    np.testing.assert_allclose(total, np.log(p / (1 - p)), atol=1e-4)
    every = reading.entity_evidence.of(int(reading.rows(["r3"])[0]), tiny.WORDS.concepts)
    np.testing.assert_array_equal(found.evidence, every.evidence)


def test_probabilities_of_random_answers_are_near_a_half(decoder):
    """Nothing can be learned of validation answers that were drawn at random: the temperature takes the confidence out."""
    told = tiny.problem()
    asked = told.validation.take(~told.validation.is_describe)
    found = decoder.read(told.entities.features, IDS).ask_each(asked.queries, asked.recording)
    target = asked.target
    loss = -np.mean(np.log(np.where(target == 1, found.probability, 1 - found.probability)))
    assert loss < 0.72


def test_groundings_are_scores_of_recordings_with_the_word_against_those_without(decoder, reading):
    told = tiny.problem()
    words, found = decoder.groundings()
    assert words == (*tiny.WORDS.concepts, *tiny.WORDS.relations)
    assert found.shape == (5, tiny.ENTITIES)
    there = told_words(told.train, tiny.WORDS, words, 40)
    scores = np.asarray(reading.members[0].unary)
    of_train = np.isin(np.arange(40), told.train_rows)
    for k in range(len(tiny.WORDS.concepts)):
        without = there[:, k] == 0 if (there[:, k] == 0).any() else of_train
        expected = scores[there[:, k] == 1, k].mean(0) - scores[without, k].mean(0)
        np.testing.assert_allclose(found[k], expected, atol=1e-4)


@pytest.mark.slow
def test_with_scenes_it_learns_from_them_and_says_so(reading):
    told = tiny.problem()
    rng = np.random.default_rng(0)
    facts = tuple(
        SceneFacts(name, frozenset({Fact(str(rng.choice(["cat", "dog"])))}), frozenset(), True) for name in IDS
    )
    found = trained(replace(told, facts=facts)).read(told.entities.features, IDS)
    assert found.about.supervision == "scenes"
    assert reading.about.supervision == "answers"
    assert (np.asarray(found.members[0].unary) != np.asarray(reading.members[0].unary)).any()


@pytest.mark.parametrize(("fault", "rows"), [(True, (0, 1)), (False, None)])
def test_settings_say_what_is_built(fault, rows):
    settings = NeuronaSettings(hypothesis="H3", logic="product", describe_fault=fault, ground_concept_relation=False)
    built = build_neurona(settings, signal_of([[0, 1], [2]], 5), tiny.WORDS, 0)
    assert built.grounding.described_rows == rows
    assert (built.grounding.rank, built.grounding.relation_in_concepts) == (0, False)
    assert (built.logic.name, built.hypothesis.object) == ("product", False)


def test_only_a_logic_that_takes_the_strongest_entity_can_be_given_another_pooling():
    with pytest.raises(ConfigError, match=r"decoder\.pooling: attention needs .* found product"):
        NeuronaSettings(pooling="attention", logic="product")
    assert (
        build_neurona(NeuronaSettings(pooling="attention"), signal_of([[0, 1], [2]], 5), tiny.WORDS, 0).grounding.gate
        is not None
    )


def test_any_encoder_can_stand_in_it_and_moments_of_batches_are_kept_with_it(tmp_path):
    told, rng = tiny.problem(), np.random.default_rng(0)
    owner = np.repeat(np.arange(6) % 3, 40)
    features = rng.normal(size=(40, 6 * 40)).astype(np.float32)
    told = replace(told, entities=Entities(features, owner, tuple("pqs"), "sensor group", n_times=40))
    settings = NeuronaSettings(
        embedding=4, encoder=ShallowFBCSPSettings(filters_time=2, filters_space=2, kernel=9, pool=16, stride=8)
    )
    fitted = fit(told, settings, Context(TRAINING))
    moments = fitted.weights[0]["encoder.norm.variance"]
    assert (moments != 1).all()
    again = load_stored(save_stored(fitted, tmp_path / "decoder"), type(fitted))
    among, alone = fitted.read(features, IDS), again.read(features[5:6], IDS[5:6])
    np.testing.assert_array_equal(alone.members[0].unary[0], among.members[0].unary[5])
    assert among.members[0].unary.shape == (40, 3, 3)
    assert np.isfinite(fitted.groundings()[1][:2]).all()
