"""Predictions tables: clusters, keys and complaints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.evaluation import clusters, right_answers
from neurona.evaluation.predictions import canonical_answers, check_unique


def test_questions_about_one_image_are_one_cluster_and_each_seed_has_its_own():
    table = pd.DataFrame({"image": ["a", "a", "b", "a"], "recording": ["1", "2", "3", "1"], "seed": [0, 0, 0, 1]})
    assert clusters(table).tolist() == [0, 0, 1, 2]
    assert clusters(table, by=("image",)).tolist() == [0, 0, 1, 0]


def test_the_recording_stands_for_an_image_that_is_not_told():
    table = pd.DataFrame({"recording": ["1", "2", "1"]})
    assert clusters(table).tolist() == [0, 1, 0]
    with pytest.raises(DataError, match="none of the columns"):
        clusters(table, by=("session",))


def test_a_missing_prediction_is_wrong():
    table = pd.DataFrame({"answer": ["yes", 2, True], "predicted": [None, 2.0, "yes"], "chance": np.nan})
    np.testing.assert_array_equal(right_answers(table), [False, True, True])


def test_rows_that_cannot_be_told_apart_are_refused(asked):
    table = pd.concat([asked([1, 0]), asked([1, 0])])
    with pytest.raises(DataError, match=r"'explain': question 'q0' stands twice \(2 rows .*column `seed`"):
        check_unique(table, "explain", ["question"])


def test_words_are_read_alike_whatever_type_their_column_has():
    words = ["Yes", "no", "hold", None, "TRUE", "2"]
    expected = ["yes", "no", "hold", "yes", "2"]
    for dtype in (object, "string", "category"):
        found = canonical_answers(pd.Series(words, dtype=dtype, index=range(3, 9)))
        assert found.index.tolist() == [3, 4, 5, 6, 7, 8]
        assert [word for word, given in zip(found, words, strict=True) if given] == expected
        assert found[6] not in ("yes", "no")
    assert canonical_answers(pd.Series([True, 1, 1.0, False, "x"], dtype=object)).tolist() == [
        "yes",
        "1",
        "1",
        "no",
        "x",
    ]
