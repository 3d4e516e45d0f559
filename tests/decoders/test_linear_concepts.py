"""Linear concepts: words are found one by one, and who does what to whom is not."""

import dataclasses
from functools import lru_cache

import numpy as np
import pytest
from held_out import accuracy
from label_problem import label_problem
from sklearn.metrics import roc_auc_score
from small_problem import small_problem

from neurona.decoders.linear_concepts import LinearSettings, fit_linear
from neurona.readings import open_reading


@lru_cache(maxsize=4)
def fitted(**settings):
    return fit_linear(small_problem()[0], LinearSettings(**settings))


def reading_of(features=None, **settings):
    problem = small_problem()[0]
    features = problem.entities.features if features is None else features
    return fitted(**settings).read(features, [str(k) for k in range(len(features))])


@pytest.mark.parametrize("method", ["ridge", "logistic"])
def test_words_are_read_from_the_recording(method):
    problem, asked = small_problem()
    plain = asked.take((asked.table.type == "object").to_numpy())
    # Areas under the curve, since rare words are rarely believed in: the order says what was read.
    found, blind = (
        roc_auc_score(
            plain.target,
            reading_of(features, method=method, penalties=(0.1,)).ask_each(plain.queries, plain.recording).probability,
        )
        for features in (problem.entities.features, np.roll(problem.entities.features, 1, axis=0))
    )
    assert found > blind + 0.08


def test_a_relation_and_its_swap_get_one_answer():
    problem, _ = small_problem()
    a, b, r = *problem.vocabulary.concepts[:2], problem.vocabulary.relations[0]
    ask = [f"exists x. {x}(x) & {r}(x, the y. {y}(y))" for x, y in ((a, b), (b, a))]
    one, other = reading_of(penalties=(1.0,)).ask(ask).probability.to_numpy().reshape(2, -1)
    np.testing.assert_array_equal(one, other)
    assert np.ptp(one) > 0


def test_programs_are_composed_by_their_connectives():
    problem, _ = small_problem()
    a, b = problem.vocabulary.concepts[:2]
    reading = reading_of(penalties=(1.0,))

    def p(query):
        return reading.ask(query).probability.to_numpy()

    alone = p(f"exists x. {a}(x)"), p(f"exists x. {b}(x)")
    np.testing.assert_allclose(p(f"exists x. {a}(x) & {b}(x)"), np.minimum(*alone), rtol=1e-5)
    np.testing.assert_allclose(p(f"exists x. {a}(x) | {b}(x)"), np.maximum(*alone), rtol=1e-5)
    np.testing.assert_allclose(p(f"~(exists x. {a}(x))"), 1 - alone[0], rtol=1e-5)
    np.testing.assert_allclose(p(f"exists x. {a}(x) & {a}(x)"), alone[0], rtol=1e-5)
    np.testing.assert_allclose(p(f"forall x. {a}(x) -> ~{b}(x)"), 1 - np.minimum(*alone), rtol=1e-5)


def test_a_denied_word_is_answered_by_the_denial():
    problem, test = label_problem(1.0)
    decoder = fit_linear(problem, LinearSettings())
    for kind in ("exists", "not", "describe"):
        assert accuracy(decoder, problem, test.take((test.table.type == kind).to_numpy())) > 0.75


def test_entities_add_up_to_the_words_logit():
    reading = reading_of()
    carriers, k = reading.entity_evidence, 3
    total = carriers.evidence[:, :, k].sum(axis=1) + carriers.bias[k] + carriers.prior_log_odds[k]
    p = reading.ask(f"exists x. {carriers.words[k]}(x)").probability.to_numpy()
    np.testing.assert_allclose(total, np.log(p / (1 - p)), atol=1e-3)


def test_a_reading_that_was_stored_answers_the_same(tmp_path):
    _, asked = small_problem()
    reading = reading_of()
    opened = open_reading(reading.save(tmp_path / "reading"))
    one, other = (r.ask_each(asked.queries, asked.recording) for r in (reading, opened))
    assert one.answer == other.answer
    np.testing.assert_array_equal(one.asked, other.asked)


def test_without_validation_the_largest_penalty_is_taken():
    problem = small_problem()[0]
    blind = dataclasses.replace(problem, validation=problem.validation.take(np.zeros(0, np.int64)))
    assert fit_linear(blind, LinearSettings(penalties=(0.1, 10.0, 1.0))).penalty == 10.0
