"""The one regression of a few weights: it is a logistic regression where there are two answers, and stays at its start without questions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from neurona.readings.choice import fit_choice, yes_or_no


def drawn(seed, n=400, signals=3):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, signals))
    return values, rng.random(n) < 1 / (1 + np.exp(-values @ np.arange(1, signals + 1) / 2))


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), pull=st.sampled_from([0.1, 1.0, 10.0]))
def test_yes_or_no_is_logistic_regression(seed, pull):
    values, yes = drawn(seed)
    found = fit_choice(*yes_or_no(values, yes), np.zeros(3), pull)
    other = LogisticRegression(C=1 / pull, fit_intercept=False, tol=1e-8).fit(values, yes).coef_[0]
    np.testing.assert_allclose(found, other, atol=1e-3)


def test_weights_stay_where_nothing_is_asked_and_move_with_questions():
    start = np.array([1.0, -1.0, 0.0])
    none = np.zeros(0, np.int64)
    np.testing.assert_array_equal(fit_choice(np.zeros((0, 3)), none, none > 0, start), start)
    values, yes = drawn(0, 2000)
    assert np.abs(fit_choice(*yes_or_no(values, yes), start) - [0.5, 1.0, 1.5]).max() < 0.3


def test_the_order_of_items_and_of_questions_does_not_matter():
    values, yes = drawn(1)
    items, question, right = yes_or_no(values, yes)
    order = np.random.default_rng(0).permutation(len(items))
    first = fit_choice(items, question, right, np.zeros(3))
    np.testing.assert_allclose(first, fit_choice(items[order], question[order], right[order], np.zeros(3)), atol=1e-4)


def test_a_word_is_chosen_by_its_signals():
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(600, 4, 2))
    p = np.exp(signals @ [2.0, 0.0])
    answer = np.array([rng.choice(4, p=row / row.sum()) for row in p])
    right = np.arange(4)[None, :] == answer[:, None]
    found = fit_choice(signals.reshape(-1, 2), np.repeat(np.arange(600), 4), right.reshape(-1), np.zeros(2))
    assert found == pytest.approx([2.0, 0.0], abs=0.25)
    kept = fit_choice(
        signals.reshape(-1, 2), np.repeat(np.arange(600), 4), right.reshape(-1), np.zeros(2), least=np.array([0.0, 0.5])
    )
    assert kept[1] >= 0.5
