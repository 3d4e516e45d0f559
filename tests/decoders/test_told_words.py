"""What answers tell of words: a yes outweighs a no, in whatever order and however it is written."""

import numpy as np
import pandas as pd

from neurona.decoders.told_words import told_words
from neurona.programs import Vocabulary
from neurona.questions import Asked

VOCABULARY = Vocabulary(("cat", "dog", "red"), ("on", "under"), categories={"Position": ("on", "under")})
WORDS = (*VOCABULARY.concepts, *VOCABULARY.relations)


def told(rows, recordings=("r0", "r1")):
    table = pd.DataFrame(rows, columns=["recording", "program", "answer"]).assign(type="object")
    table["question"] = [f"q{k}" for k in range(len(table))]
    return told_words(Asked.of(table, VOCABULARY, recordings), VOCABULARY, WORDS, len(recordings))


def test_a_yes_outweighs_a_no_in_whatever_order_and_what_nobody_said_is_unknown():
    rows = [
        ("r0", "exists x. cat(x)", "no"),
        ("r0", "exists x. cat(x) & red(x)", "yes"),
        ("r1", "exists x. dog(x)", "no"),
    ]
    nan = np.nan
    for order in (rows, rows[::-1]):
        np.testing.assert_array_equal(told(order), [[1, nan, 1, nan, nan], [nan, 0, nan, nan, nan]])


def test_answers_of_one_meaning_tell_the_same():
    one = told([("r0", "exists x. cat(x) & red(x)", "yes"), ("r1", "exists x. dog(x)", "no")])
    other = told([("r0", "forall x. ~red(x) | ~cat(x)", "no"), ("r1", "~(exists y. dog(y))", "yes")])
    np.testing.assert_array_equal(one, other)
