"""Accuracy by concept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.evaluation import accuracy_by_concept
from neurona.programs import Vocabulary

VOCABULARY = Vocabulary(
    concepts=("cat", "dog", "red"), relations=("hold", "on"), categories={"Position": ("hold", "on")}
)
RELATION = "exists x. cat(x) & on(x, the y. dog(y))"


def test_a_question_counts_for_every_word_it_asks_about(asked):
    table = pd.concat(
        [
            asked(np.ones(20), program="exists x. cat(x)"),
            asked(np.arange(20) < 10, program=RELATION, type="relation"),
            asked(np.ones(4), program="exists x. red(x)"),
        ]
    )
    found = accuracy_by_concept(table, VOCABULARY).set_index("word")
    assert found.n.to_dict() == {"cat": 40, "dog": 20, "on": 20}
    assert found.accuracy.to_dict() == {"cat": 0.75, "dog": 0.5, "on": 0.5}
    assert found.kind.to_dict() == {"cat": "concept", "dog": "concept", "on": "relation"}
    assert found.above.to_dict() == {"cat": True, "dog": False, "on": False}
    assert (found.low <= found.accuracy).all()
    assert (found.accuracy <= found.high).all()


def test_the_words_of_a_describe_question_are_those_it_names(asked):
    table = asked(
        np.ones(12),
        truth=["on", "hold"] * 6,
        type="position",
        chance=0.5,
        program="describe Position(the x. cat(x), the y. dog(y))",
    )
    found = accuracy_by_concept(table, VOCABULARY)
    assert set(found.word) == {"cat", "dog"}
    assert (found.chance == 0.5).all()


def test_few_words_are_found_where_nothing_is(asked):
    rng = np.random.default_rng(0)
    words = [f"w{k}" for k in range(20)]
    vocabulary = Vocabulary(concepts=tuple(words), relations=(), categories={})
    discoveries = 0
    for _ in range(10):
        tables = [asked(rng.random(24) < 0.5, np.repeat(np.arange(12), 2), program=f"exists x. {w}(x)") for w in words]
        discoveries += accuracy_by_concept(pd.concat(tables), vocabulary).above.any()
    assert discoveries <= 3


def test_too_few_questions_are_an_error(asked):
    with pytest.raises(DataError, match="no word has 10 questions"):
        accuracy_by_concept(asked([1, 0]), VOCABULARY)
