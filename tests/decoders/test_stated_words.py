"""What answers say of words: what a yes states, what a no leaves open, and what nobody said."""

import numpy as np
import pandas as pd
import pytest

from neurona.decoders.problem import Asked
from neurona.decoders.stated_words import names_of, stated, stated_words
from neurona.programs import Vocabulary, parse

VOCABULARY = Vocabulary(("cat", "dog", "red"), ("on", "under"), categories={"Position": ("on", "under")})


@pytest.mark.parametrize(
    ("program", "answer", "says"),
    [
        ("exists x. cat(x)", "yes", {("cat", True)}),
        ("exists x. cat(x)", "no", {("cat", False)}),
        ("~(exists x. cat(x))", "yes", {("cat", False)}),
        ("exists x. cat(x) & red(x)", "yes", {("cat", True), ("red", True)}),
        ("exists x. cat(x) & red(x)", "no", set()),  # either may fail
        ("exists x. cat(x) & ~red(x)", "yes", {("cat", True)}),  # something else may be red
        ("exists x. cat(x) | dog(x)", "no", {("cat", False), ("dog", False)}),
        ("exists x. cat(x) | dog(x)", "yes", set()),
        ("exists x. cat(x) & on(x, the y. dog(y))", "yes", {("cat", True), ("on", True), ("dog", True)}),
        ("exists x. cat(x) & on(x, the y. dog(y))", "no", set()),
        ("describe Position(the x. cat(x), the y. dog(y))", "under", {("under", True), ("cat", True), ("dog", True)}),
    ],
)
def test_an_answer_states_no_more_than_it_must(program, answer, says):
    assert set(stated(parse(program, VOCABULARY), answer)) == says


def test_a_yes_outweighs_a_no_in_whatever_order_and_what_nobody_said_is_unknown():
    rows = [
        ("r0", "exists x. cat(x)", "no"),
        ("r0", "exists x. cat(x) & red(x)", "yes"),
        ("r1", "exists x. dog(x)", "no"),
    ]
    for order in (rows, rows[::-1]):
        table = pd.DataFrame(order, columns=["recording", "program", "answer"]).assign(type="object")
        table["question"] = [f"q{k}" for k in range(len(table))]
        found = stated_words(Asked.of(table, VOCABULARY, ["r0", "r1"]), VOCABULARY, 2)
        nan = np.nan
        np.testing.assert_array_equal(found, [[1, nan, 1, nan, nan], [nan, 0, nan, nan, nan]])


def test_words_of_a_program_stand_once_in_reading_order():
    assert names_of(parse("exists x. dog(x) & on(x, the y. dog(y) & red(y))", VOCABULARY)) == ("dog", "on", "red")
