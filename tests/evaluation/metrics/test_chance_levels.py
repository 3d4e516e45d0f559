"""Levels of chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from neurona.evaluation import chance_of, guessing_range


def test_yes_no_take_the_more_frequent_answer_and_describe_its_own(asked):
    table = pd.concat(
        [
            asked([1] * 4, truth=["yes", "no", "no", "no"]),
            asked([1, 1], truth=["on", "on"], type="position", chance=0.2),
        ]
    )
    np.testing.assert_allclose(chance_of(table), [0.75] * 4 + [0.2] * 2)


def test_guessing_ranges_from_fair_guesses_to_the_most_frequent_answer(asked):
    table = pd.concat(
        [
            asked([1] * 4, truth=["yes", "no", "no", "no"]),
            asked([1, 1], truth=["on", "by"], type="position", chance=0.2),
        ]
    )
    fair, frequent = guessing_range(table)
    np.testing.assert_allclose(fair, [0.5] * 4 + [0.2] * 2)
    np.testing.assert_allclose(frequent, [0.75] * 4 + [0.5] * 2)
    # Words that are rarer than a fair guess leave the guess.
    rare = asked([1] * 4, truth=["a", "b", "c", "d"], type="position", chance=0.5)
    np.testing.assert_allclose(guessing_range(rare)[1], 0.5)
