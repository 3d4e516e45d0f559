"""Decoding by explaining, on SIMULATED recordings."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from held_out import accuracy, read
from sklearn.metrics import average_precision_score

from neurona.decoders.explain import ExplainSettings, fit_explain
from neurona.errors import DataError
from neurona.programs import Vocabulary, parse
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities, fit_entities
from neurona.scenes.facts import scene_facts
from neurona.scenes.names import NameTable
from neurona.simulation import simulate
from neurona.simulation.settings import SimulationSettings
from neurona.worlds.sampler import SamplerSettings

QUICK = SamplerSettings(error=0.03)
"""Chains walk half as far."""


def simulated(null: str = "none", snr: float = 1.0):
    """SIMULATED: 207 training, 23 validation and 50 test scenes of 20 nouns, 96 components in 8 parcels."""
    settings = SimulationSettings(
        subjects=1, images=280, nouns=20, adjectives=4, components=96, parcels=8, snr=snr, questions=6,
        test_share=50 / 280, null=null,
    )  # fmt: skip
    made = simulate(settings, seed=0)
    data = made.dataset()
    ids = data.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(data.questions, data.vocabulary, ids)
    test = data.recordings.data.split.values[asked.recording] == "test"
    validation = ~test & (asked.recording % 10 == 0)
    facts = tuple(scene_facts(made.scenes, NameTable.read()))
    problem = Problem(
        fit_entities(data.recordings, "groups").apply(data.recordings),
        data.vocabulary,
        asked.take(~test & ~validation),
        asked.take(validation),
        facts,
        simulated=True,
    )
    return problem, asked.take(test), made


@pytest.fixture(scope="module")
def fitted():
    problem, test, made = simulated()
    return problem, test, made, fit_explain(problem, ExplainSettings(supervision="scenes", worlds=QUICK))


@pytest.fixture(scope="module")
def reading(fitted):
    problem, test, _, decoder = fitted
    return read(decoder, problem, test)


def test_it_answers_far_better_than_the_prior_alone(fitted, reading):
    test = fitted[1]
    found, place = reading
    said = found.ask_each(test.queries, place)
    right = np.array(said.answer) == test.table.answer.to_numpy(str)
    objects = (test.table.type == "object").to_numpy()
    assert right[objects].mean() > 0.9
    by_prior = (said.prior > 0.5) == (test.target == 1)
    assert by_prior[objects].mean() < 0.6
    assert right[test.is_describe].mean() > 2 * np.nanmean(test.chance)


def test_its_probabilities_are_calibrated(fitted, reading):
    test = fitted[1]
    found, place = reading
    yes_no = ~test.is_describe
    said = found.ask_each(test.queries, place)
    assert abs(said.as_asked[yes_no].mean() - test.target[yes_no].mean()) < 0.08


def test_a_noun_is_as_probable_as_it_is_frequent(fitted, reading):
    problem, test, _, _ = fitted
    found, _ = reading
    rows = np.unique(test.recording)
    nouns = [parse(f"exists x. {noun}(x)", problem.vocabulary) for noun in found.things]
    said = found.ask_each(nouns * len(rows), np.repeat(np.arange(len(rows)), len(nouns)))
    true = np.mean(
        [
            [any(fact.name == noun and not fact.arguments for fact in problem.facts[row].true) for noun in found.things]
            for row in rows.tolist()
        ]
    )
    assert said.probability.mean() == pytest.approx(true, rel=0.2)


@pytest.mark.slow
def test_answers_alone_teach_it_nearly_as_much(fitted):
    problem, test, _, _ = fitted
    without = dataclasses.replace(problem, facts=None)
    objects = test.take((test.table.type == "object").to_numpy())
    assert accuracy(fit_explain(without, ExplainSettings()), without, objects) > 0.7


def test_it_finds_the_parcels_that_carry_a_concept(fitted):
    problem, _, made, decoder = fitted
    words, carried = decoder.groundings()
    order = [made.brain.parcels.index(name) for name in problem.entities.names]
    planted = made.truth.patterns.planted[[made.truth.patterns.words.index(word) for word in words]][:, order]
    assert average_precision_score(planted.ravel(), carried.ravel()) > 0.8
    assert carried.min() >= 0
    assert carried.sum(axis=1).max() <= 1 + 1e-5


def test_programs_of_any_form_are_answered_on_worlds(fitted, reading):
    found, _ = reading
    a, b = found.things[:2]
    asked = found.ask([f"exists x. {a}(x) | {b}(x)", f"~(exists x. {a}(x) | {b}(x))"], found.recordings[0])
    assert asked.probability.sum() == pytest.approx(1, abs=1e-9)
    assert (found.sampled.drawn.rhat < 1.2).mean() > 0.9
    assert np.isfinite(asked.error).all()


def test_a_recording_alone_has_the_worlds_that_it_has_among_others(fitted, reading):
    problem, test, _, decoder = fitted
    found, _ = reading
    row = int(np.unique(test.recording)[3])
    alone = decoder.read(problem.entities.features[[row]], ["alone"])
    np.testing.assert_array_equal(alone.worlds.share[0], found.worlds.share[3])
    np.testing.assert_array_equal(alone.sampled.drawn.probability[0], found.sampled.drawn.probability[3])


@pytest.mark.slow
def test_shuffled_recordings_leave_it_at_chance():
    problem, test, _ = simulated(null="shuffled")
    yes_no = test.take(~test.is_describe)
    found = accuracy(fit_explain(problem, ExplainSettings(rounds=4)), problem, yes_no)
    assert abs(found - 0.5) < 1.96 * 0.5 / np.sqrt(len(yes_no)) + 0.02


def test_one_label_a_recording_is_answered_by_the_exact_posterior_over_labels():
    rng = np.random.default_rng(0)
    labels = np.array(["face", "house", "cat"])[np.arange(60) % 3]
    patterns = {name: rng.normal(size=12) for name in ("face", "house", "cat")}
    values = np.stack([patterns[label] for label in labels]) + rng.normal(size=(60, 12))
    vocabulary = Vocabulary(
        ("face", "house", "cat"), categories={"Seen": ("face", "house", "cat")}, exclusive=("Seen",)
    )
    rows = []
    for k, label in enumerate(labels):
        rows.append((f"q{k}d", f"r{k}", "describe Seen", label, "describe"))
        rows += [
            (f"q{k}{word}", f"r{k}", f"exists x. {word}(x)", "yes" if word == label else "no", "exists")
            for word in patterns
        ]
    table = pd.DataFrame(rows, columns=["question", "recording", "program", "answer", "type"])
    asked = Asked.of(table, vocabulary, [f"r{k}" for k in range(60)])
    entities = Entities(values.astype(np.float32), np.repeat([0, 1], 6), ("left", "right"), "parcel")
    problem = Problem(entities, vocabulary, asked.take(asked.recording < 45), asked.take(np.zeros(0, np.int64)))
    decoder = fit_explain(problem, ExplainSettings())
    test = asked.take(asked.recording >= 45)
    found, place = read(decoder, problem, test)
    assert accuracy(decoder, problem, test) > 0.9
    assert found.sampled is None
    of_words = found.ask_each(test.queries, place).probability[~test.is_describe].reshape(-1, 3)
    np.testing.assert_allclose(of_words.sum(axis=1), 1, atol=1e-9)


def test_questions_that_tell_no_fact_are_refused(fitted):
    problem, *_ = fitted
    a, b = fitted[3].inverted.space.nouns[:2]
    table = pd.DataFrame(
        {
            "question": ["q"],
            "recording": ["0"],
            "program": [f"exists x. {a}(x) | {b}(x)"],
            "answer": ["yes"],
            "type": ["or"],
        }
    )
    train = Asked.of(table, problem.vocabulary, ["0"])
    with pytest.raises(DataError, match="no answer of the training questions tells a fact"):
        fit_explain(dataclasses.replace(problem, train=train, facts=None), ExplainSettings())
