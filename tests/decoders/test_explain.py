"""Decoding by explaining, on SIMULATED recordings."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from neurona.decoders.explain import ExplainSettings, fit_explain
from neurona.errors import DataError
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.recordings.parcels import group_entities
from neurona.scenes.facts import scene_facts
from neurona.scenes.names import NameTable
from neurona.simulation import simulate
from neurona.simulation.settings import SimulationSettings


def simulated(null: str = "none", snr: float = 1.0):
    """SIMULATED: 208 training, 52 validation and 100 test scenes of 20 nouns, 96 components in 8 parcels."""
    settings = SimulationSettings(
        subjects=1, images=360, nouns=20, adjectives=4, components=96, parcels=8, snr=snr, questions=6,
        test_share=100 / 360, null=null,
    )  # fmt: skip
    made = simulate(settings, seed=0)
    data = made.dataset()
    ids = data.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(data.questions, data.vocabulary, ids)
    test = data.recordings.data.split.values[asked.recording] == "test"
    validation = ~test & (asked.recording % 5 == 0)
    facts = tuple(scene_facts(made.scenes, NameTable.read()))
    problem = Problem(
        group_entities(data.recordings),
        data.vocabulary,
        asked.take(~test & ~validation),
        asked.take(validation),
        facts,
        simulated=True,
    )
    return problem, asked.take(test), made


def right(answers, asked: Asked) -> np.ndarray:
    return np.where(asked.is_describe, answers.describe.argmax(axis=1), answers.yes_no > 0) == asked.target


@pytest.fixture(scope="module")
def fitted():
    problem, test, made = simulated()
    return problem, test, made, fit_explain(problem)


@pytest.fixture(scope="module")
def answers(fitted):
    problem, test, _, decoder = fitted
    return decoder.answer(problem.entities.features, test)


def test_it_answers_far_better_than_the_prior_alone(fitted, answers):
    _, test, _, decoder = fitted
    prior = decoder.prior_answer(test)
    objects = (test.table.type == "object").to_numpy()
    assert right(answers, test)[objects].mean() > 0.8
    assert right(prior, test)[objects].mean() < 0.6
    assert right(answers, test)[test.is_describe].mean() > right(prior, test)[test.is_describe].mean() + 0.05


def test_its_probabilities_are_calibrated(fitted, answers):
    test = fitted[1]
    yes_no = ~test.is_describe
    probability = 1 / (1 + np.exp(-answers.yes_no[yes_no]))
    assert abs(probability.mean() - test.target[yes_no].mean()) < 0.08


@pytest.mark.slow
def test_answers_alone_teach_it_nearly_as_much(fitted):
    problem, test, _, _ = fitted
    decoder = fit_explain(dataclasses.replace(problem, facts=None))
    objects = (test.table.type == "object").to_numpy()
    assert right(decoder.answer(problem.entities.features, test), test)[objects].mean() > 0.7


def test_it_finds_the_parcels_that_carry_a_concept(fitted):
    problem, _, made, decoder = fitted
    words, carried = decoder.groundings()
    order = [made.brain.parcels.index(name) for name in problem.entities.names]
    planted = made.truth.patterns.planted[[made.truth.patterns.words.index(word) for word in words]][:, order]
    assert average_precision_score(planted.ravel(), carried.ravel()) > 0.8
    assert carried.min() >= 0
    assert carried.sum(axis=1).max() <= 1 + 1e-5


def test_programs_of_any_form_are_answered_on_worlds(fitted):
    problem, test, _, decoder = fitted
    nouns = sorted(set(problem.vocabulary.concepts))[:2]
    recording = int(test.recording[0])
    programs = [f"exists x. {nouns[0]}(x) | {nouns[1]}(x)", f"~(exists x. {nouns[0]}(x) | {nouns[1]}(x))"]
    table = pd.DataFrame(
        {"question": ["q0", "q1"], "recording": ["r"] * 2, "program": programs, "answer": "yes", "type": "or"}
    )
    asked = dataclasses.replace(Asked.of(table, problem.vocabulary, ["r"]), recording=np.full(2, recording))
    logits = decoder.answer(problem.entities.features, asked).yes_no
    assert logits[0] == pytest.approx(-logits[1])
    assert {"largest split R-hat", "Monte Carlo error"} <= set(decoder.diagnostics)


@pytest.mark.slow
def test_shuffled_recordings_leave_it_at_chance():
    problem, test, _ = simulated(null="shuffled")
    decoder = fit_explain(problem, ExplainSettings(rounds=4))
    yes_no = ~test.is_describe
    found = right(decoder.answer(problem.entities.features, test), test)[yes_no]
    assert abs(found.mean() - 0.5) < 1.96 * 0.5 / np.sqrt(len(found)) + 0.02


def test_one_label_a_recording_is_answered_by_the_exact_posterior_over_labels():
    rng = np.random.default_rng(0)
    labels = np.array(["face", "house", "cat"])[np.arange(60) % 3]
    patterns = {name: rng.normal(size=12) for name in ("face", "house", "cat")}
    values = np.stack([patterns[label] for label in labels]) + rng.normal(size=(60, 12))
    vocabulary = Vocabulary(("face", "house", "cat"), categories={"Seen": ("face", "house", "cat")})
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
    decoder = fit_explain(problem)
    test = asked.take(asked.recording >= 45)
    answers = decoder.answer(entities.features, test)
    assert right(answers, test).mean() > 0.9
    of_one = answers.yes_no[~test.is_describe][:3]
    assert (1 / (1 + np.exp(-of_one))).sum() == pytest.approx(1, abs=1e-6)
    words, carried = decoder.groundings()
    assert set(words) == {"face", "house", "cat"}
    assert carried.shape == (3, 2)


def test_questions_that_tell_no_fact_are_refused():
    vocabulary = Vocabulary(("face", "cat"))
    table = pd.DataFrame(
        {
            "question": ["q"],
            "recording": ["r"],
            "program": ["exists x. face(x) | cat(x)"],
            "answer": ["no"],
            "type": ["or"],
        }
    )
    asked = Asked.of(table, vocabulary, ["r"])
    entities = Entities(np.zeros((1, 2), np.float32), np.array([0, 1]), ("a", "b"), "parcel")
    with pytest.raises(DataError, match="no answer of the training questions tells a fact"):
        fit_explain(Problem(entities, vocabulary, asked, asked.take(np.zeros(0, np.int64))))
