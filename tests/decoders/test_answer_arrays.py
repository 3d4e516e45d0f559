"""Items: one for a yes/no question, one for each word of a describe question, and their scores in the right recording."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from neurona.decoders.answer_arrays import gathered, items_of, log_odds, no_answers
from neurona.decoders.problem import Asked
from neurona.programs import Vocabulary

VOCABULARY = Vocabulary(("cat", "dog"), ("on", "under", "by"), categories={"Position": ("on", "under", "by")})
ASK = {"exists x. cat(x)": "yes", "describe Position(the x. cat(x), the y. dog(y))": "under"}


def asked(programs, recordings) -> Asked:
    table = pd.DataFrame({"program": programs, "recording": recordings})
    table = table.assign(answer=table.program.map(ASK), question=[f"q{k}" for k in range(len(table))], type="t")
    return Asked.of(table, VOCABULARY, ["r0", "r1"])


def columns(question, word):
    return [("on", "under", "by").index(word)] if word else [3, 4]


@given(st.lists(st.tuples(st.sampled_from(sorted(ASK)), st.sampled_from(["r0", "r1"])), min_size=1, max_size=12))
def test_every_item_finds_the_score_of_its_word_in_its_recording(pairs):
    questions = asked(*zip(*pairs, strict=True))
    scores = np.arange(10.0).reshape(2, 5)  # column + 5 x recording
    items = items_of(questions, columns, 2)
    found = gathered(scores, questions, items, missing=-1.0)
    assert sorted(items.question) == sorted(k for k, words in enumerate(questions.words) for _ in words or [0])
    for question, word, values in zip(items.question, items.word, found, strict=True):
        base = 5.0 * questions.recording[question]
        assert values.tolist() == ([base + word, -1.0] if questions.words[question] else [base + 3, base + 4])


def test_no_questions_have_no_items_and_blank_answers_fit_the_longest_choice():
    none = asked([], [])
    assert items_of(none, columns, 2).columns.shape == (0, 2)
    blank = no_answers(asked(list(ASK), ["r0", "r1"]))
    assert blank.yes_no.tolist() == [0, 0]
    assert np.asarray(blank.describe).tolist() == [[-np.inf] * 3] * 2


def test_log_odds_stay_finite_at_certainty():
    found = log_odds(np.array([0.0, 0.25, 0.5, 1.0]))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[1:3], [-np.log(3), 0.0], atol=1e-12)
