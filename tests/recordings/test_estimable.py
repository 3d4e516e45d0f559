import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neurona.recordings.estimable import confused_single_trials, confused_trials

RNG = np.random.default_rng(0)
DESIGN = RNG.normal(size=(40, 9))
"""Five trials and four other columns."""


def test_independent_columns_are_told_apart():
    assert not confused_trials(DESIGN, 5).any()
    assert not confused_single_trials(DESIGN, 5).any()


def test_a_repeated_trial_is_confused_with_its_copy_alone():
    twice = np.column_stack([DESIGN[:, 0], DESIGN])
    assert confused_trials(twice, 6).tolist() == [True, True] + [False] * 4
    near = twice + np.eye(40, 10) * 1e-5
    assert confused_trials(near, 6).tolist() == [True, True] + [False] * 4


def test_confounds_that_repeat_one_another_confuse_no_trial():
    more = np.column_stack([DESIGN, DESIGN[:, 7], np.zeros(40), 1e7 * DESIGN[:, 8]])
    assert not confused_trials(more, 5).any()
    assert not confused_single_trials(more, 5).any()


def test_a_trial_in_the_span_of_other_columns_is_confused():
    hidden = DESIGN.copy()
    hidden[:, 2] = hidden[:, 5:] @ [1, 2, 3, 4]
    assert confused_trials(hidden, 5).tolist() == [False, False, True, False, False]
    assert confused_single_trials(hidden, 5).tolist() == [False, False, True, False, False]


def test_two_equal_trials_are_confused_in_a_model_of_one_and_the_rest():
    pair = np.column_stack([DESIGN[:, 0], DESIGN[:, 0], DESIGN[:, 5:]])
    assert confused_single_trials(pair, 2).all()
    assert not confused_single_trials(np.column_stack([DESIGN[:, 0], DESIGN[:, 5:]]), 1).any()


def test_an_empty_trial_has_no_estimate():
    empty = DESIGN * np.r_[0, np.ones(8)]
    assert confused_trials(empty, 5)[0]
    assert confused_single_trials(empty, 5)[0]


@given(seed=st.integers(0, 10**6), scale=st.floats(1e-3, 1e3))
def test_neither_scale_nor_order_matters(seed, scale):
    rng = np.random.default_rng(seed)
    design = rng.integers(-1, 2, size=(12, 6)).astype(float)
    order = rng.permutation(4)
    for confused in (confused_trials, confused_single_trials):
        expected = confused(design, 4)
        moved = np.column_stack([design[:, order], scale * design[:, 4:]])
        np.testing.assert_array_equal(confused(moved, 4), expected[order])
    full = [np.linalg.matrix_rank(np.delete(design, k, axis=1)) < np.linalg.matrix_rank(design) for k in range(4)]
    np.testing.assert_array_equal(~confused_trials(design, 4), full)
