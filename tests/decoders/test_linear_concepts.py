"""Linear concepts: words are found one by one, and who does what to whom is not."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from small_problem import small_problem

from neurona.decoders.linear_concepts import LinearSettings, fit_linear
from neurona.programs import parse


def as_asked(asked, program, vocabulary, places):
    """The questions at some places, with this program instead."""
    some = asked.take(places)
    query = parse(program, vocabulary)
    return dataclasses.replace(some, queries=(query,) * len(some), words=((),) * len(some))


@pytest.mark.parametrize("method", ["ridge", "logistic"])
def test_words_are_read_from_the_recording(method):
    problem, asked = small_problem()
    decoder = fit_linear(problem, LinearSettings(method=method, penalties=(0.1,)))
    plain = asked.take((asked.table.type == "object").to_numpy())
    # Areas under the curve, since rare words are rarely believed in: the order says what was read.
    found, blind = (
        roc_auc_score(plain.target, decoder.answer(features, plain).yes_no)
        for features in (problem.entities.features, np.roll(problem.entities.features, 1, axis=0))
    )
    assert found > blind + 0.08


def test_a_relation_and_its_swap_get_one_answer():
    problem, asked = small_problem()
    decoder = fit_linear(problem, LinearSettings(penalties=(1.0,)))
    a, b, r = *problem.vocabulary.concepts[:2], problem.vocabulary.relations[0]
    places = np.arange(20)
    one, other = (
        decoder.answer(
            problem.entities.features,
            as_asked(asked, f"exists x. {x}(x) & {r}(x, the y. {y}(y))", problem.vocabulary, places),
        ).yes_no
        for x, y in ((a, b), (b, a))
    )
    np.testing.assert_array_equal(one, other)
    assert np.ptp(one) > 0


def test_the_least_score_of_the_words_decides_or_their_sum():
    problem, asked = small_problem()
    a, b = problem.vocabulary.concepts[:2]
    places = np.arange(20)

    def score(program, combine):
        decoder = fit_linear(problem, LinearSettings(combine=combine, penalties=(1.0,)))
        given = as_asked(asked, program, problem.vocabulary, places)
        return np.asarray(decoder.answer(problem.entities.features, given).yes_no)

    alone = [score(f"exists x. {word}(x)", "min") for word in (a, b)]
    both = f"exists x. {a}(x) & {b}(x)"
    np.testing.assert_allclose(score(both, "min"), np.minimum(*alone), rtol=1e-5)
    np.testing.assert_allclose(score(both, "sum"), np.add(*alone), rtol=1e-5, atol=1e-6)


def test_without_validation_the_largest_penalty_is_taken():
    problem = small_problem()[0]
    blind = dataclasses.replace(problem, validation=problem.validation.take(np.zeros(0, np.int64)))
    assert fit_linear(blind, LinearSettings(penalties=(0.1, 10.0, 1.0))).penalty == 10.0
