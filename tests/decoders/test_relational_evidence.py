"""Relational evidence: who does what to whom, read from recordings as worlds of independent facts."""

import dataclasses
from functools import lru_cache

import numpy as np
import pytest
from held_out import accuracy, read
from label_problem import LABELS, label_problem
from scipy.special import expit
from small_problem import small_problem

from neurona.decoders.relational_evidence import RelationalEvidenceSettings, fit_relational_evidence
from neurona.errors import DataError
from neurona.readings import open_reading

SETTINGS = RelationalEvidenceSettings(worlds=256, facts=400)


@lru_cache(maxsize=2)
def fitted(name="scenes"):
    problem, test = small_problem(images=400) if name == "scenes" else label_problem()
    return fit_relational_evidence(problem, SETTINGS), problem, test


@lru_cache(maxsize=2)
def reading_of(name="scenes"):
    return read(*fitted(name))


def of_type(test, kind):
    return test.take((test.table.type == kind).to_numpy())


@lru_cache(maxsize=1)
def said():
    reading, place = reading_of()
    return reading.ask_each(fitted()[2].queries, place)


@pytest.mark.parametrize(
    ("kind", "least"), [("object", 0.75), ("attribute", 0.55), ("relation", 0.55), ("action", 0.2)]
)
def test_facts_are_read_from_recordings(kind, least):
    table = fitted()[2].table
    right = np.array(said().answer) == table.answer.to_numpy(str)
    assert right[table.type.to_numpy(str) == kind].mean() > least


def test_recordings_of_other_images_tell_nothing_of_objects():
    decoder, problem, test = fitted()
    features = np.roll(problem.entities.features, 7, axis=0)
    entities = dataclasses.replace(problem.entities, features=features)
    swapped = dataclasses.replace(problem, entities=entities)
    assert abs(accuracy(decoder, swapped, of_type(test, "object")) - 0.5) < 0.1


def test_single_facts_have_the_sigmoid_of_their_evidence_and_prior():
    decoder, _, _ = fitted()
    reading, _ = reading_of()
    by, noun = reading.sampled.evidence, decoder.space.nouns[0]
    lift = np.array([by.lift(row, np.zeros(1, np.int64))[0] for row in range(len(reading.recordings))])
    found = reading.ask(f"exists x. {noun}(x)")
    # Of facts that worlds hold, the share is fitted to the exact probability.
    np.testing.assert_allclose(found.probability, expit(lift), atol=0.03)


def test_shares_of_entities_and_bias_add_up_to_a_things_evidence():
    decoder, _, _ = fitted()
    reading, _ = reading_of()
    carriers, by = reading.entity_evidence, reading.sampled.evidence
    for noun in decoder.space.nouns[:5]:
        k = carriers.words.index(noun)
        total = carriers.evidence[:, :, k].sum(axis=1) + carriers.bias[k]
        own = by.support[:, decoder.space.noun_columns[decoder.space.nouns.index(noun)]]
        np.testing.assert_allclose(total, own, atol=1e-3)


def test_probabilities_obey_their_laws():
    decoder, _, _ = fitted()
    reading, _ = reading_of()
    a, b = decoder.space.nouns[:2]
    r = decoder.space.relations[0]

    def p(query):
        return reading.ask(query).probability.to_numpy()

    fact = f"exists x. {a}(x) & {r}(x, the y. {b}(y))"
    np.testing.assert_allclose(p(f"exists x. {r}(x, the y. {b}(y)) & {a}(x)"), p(fact), atol=1e-6)
    np.testing.assert_allclose(p(f"~({fact})"), 1 - p(fact), atol=1e-6)
    assert (p(fact) <= p(f"exists x. {a}(x)") + 1e-6).all()
    np.testing.assert_allclose(p(f"(exists x. {a}(x)) | ~(exists x. {a}(x))"), 1, atol=1e-6)


def test_one_question_alone_gets_the_bits_of_all():
    _, _, test = fitted()
    reading, place = reading_of()
    together = said()
    for k in range(0, len(test), 97):
        alone = reading.ask_each([test.queries[k]], place[k : k + 1])
        assert alone.answer[0] == together.answer[k]
        assert alone.probability[0] == together.probability[k]


def test_a_reading_that_was_stored_answers_the_same(tmp_path):
    _, _, test = fitted()
    reading, place = reading_of()
    opened = open_reading(reading.save(tmp_path / "reading"))
    one, other = said(), opened.ask_each(test.queries, place)
    assert one.answer == other.answer
    for name in ("probability", "prior", "asked"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_labels_exclude_each_other():
    decoder, problem, test = fitted("labels")
    assert accuracy(decoder, problem, of_type(test, "describe")) > 0.6
    reading, _ = reading_of("labels")
    each = [reading.ask(f"exists x. {word}(x)").probability for word in LABELS]
    np.testing.assert_allclose(np.sum(each, axis=0), 1, atol=1e-6)
    assert (reading.ask("exists x. cat(x) & face(x)").probability == 0).all()


def test_groundings_are_shares_of_each_words_pattern():
    decoder, _, _ = fitted()
    words, shares = decoder.groundings()
    assert {*decoder.space.nouns, *decoder.space.relations} <= set(words)
    total = shares.sum(axis=1)
    np.testing.assert_allclose(total[total > 0], 1, atol=1e-4)


def test_answers_that_tell_no_fact_are_refused():
    problem, _ = small_problem()
    nothing = dataclasses.replace(problem, train=problem.train.take(np.zeros(0, np.int64)))
    with pytest.raises(DataError, match="tells a fact"):
        fit_relational_evidence(nothing, SETTINGS)


def test_programs_on_independent_facts_have_no_error():
    reading, _ = reading_of()
    a, b = reading.things[:2]
    table = reading.ask([f"(exists x. {a}(x)) & (exists y. {b}(y))", f"exists x. {a}(x)", f"exists x. {b}(x)"])
    assert (table.error == 0).all()
    both, first, second = (part.probability.to_numpy() for _, part in table.groupby("query", sort=False))
    np.testing.assert_allclose(both, first * second, atol=1e-12)
