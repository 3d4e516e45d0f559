"""Question-only: counts where a program was asked often, words where it never was, and no recording."""

import numpy as np
import pandas as pd
import pytest

from neurona.decoders.question_only import QuestionOnlySettings, fit_question_only
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities

VOCABULARY = Vocabulary(("cat", "dog"), ("on", "under"), categories={"Position": ("on", "under")})
OFTEN, RARELY = "exists x. cat(x)", "exists x. dog(x)"
WHERE = "describe Position(the x. cat(x), the y. dog(y))"


def asked(rows) -> Asked:
    table = pd.DataFrame(rows, columns=["program", "answer"])
    table = table.assign(question=[f"q{k}" for k in range(len(table))], recording="r0", type="object")
    return Asked.of(table, VOCABULARY, ["r0"])


def problem(rows) -> Problem:
    entities = Entities(np.zeros((1, 1), np.float32), np.zeros(1, np.int64), ("all",), "parcel")
    return Problem(entities, VOCABULARY, asked(rows), asked([]))


def probability_of_yes(rows, program, pull=5.0) -> float:
    decoder = fit_question_only(problem(rows), QuestionOnlySettings(pull=pull))
    return float(1 / (1 + np.exp(-decoder.answer(np.zeros((1, 1)), asked([(program, "no")])).yes_no[0])))


def test_a_program_asked_often_gets_the_share_of_its_own_answers():
    rows = [(OFTEN, "yes")] * 90 + [(OFTEN, "no")] * 10 + [(RARELY, "no")] * 100
    assert probability_of_yes(rows, OFTEN) == pytest.approx(0.9, abs=0.02)
    assert probability_of_yes(rows, RARELY) < 0.05


def test_a_program_never_asked_is_answered_by_its_words():
    rows = [(OFTEN, "yes")] * 30 + [(RARELY, "no")] * 30
    assert probability_of_yes(rows, "exists x. cat(x) & on(x, the y. cat(y))") > 0.6
    assert probability_of_yes(rows, "exists x. dog(x) & on(x, the y. dog(y))") < 0.4


def test_pull_weighs_the_words_against_the_counts():
    rows = [(OFTEN, "yes"), *[("exists x. cat(x) & on(x, the y. dog(y))", "no")] * 30]
    assert probability_of_yes(rows, OFTEN, pull=0.1) > 0.85
    assert probability_of_yes(rows, OFTEN, pull=1000.0) < 0.6


def test_a_category_that_was_never_asked_leaves_its_words_alike():
    decoder = fit_question_only(problem([(OFTEN, "yes")]), QuestionOnlySettings())
    scores = np.asarray(decoder.answer(np.zeros((1, 1)), asked([(WHERE, "on")])).describe)
    np.testing.assert_allclose(np.exp(scores), [[0.5, 0.5]])
