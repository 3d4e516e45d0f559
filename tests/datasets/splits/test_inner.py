import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.datasets.splits.inner import inner_folds


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=8, max_size=40), st.integers(2, 6))
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_each_recording_is_held_out_once_and_groups_stay_whole(rows, n):
    classes, groups = np.array(rows).T
    for of in (groups, None):
        folds = inner_folds(classes, of, n)
        assert sorted(np.concatenate([held for _, held in folds])) == list(range(len(rows)))
        for train, held in folds:
            assert set(train) | set(held) == set(range(len(rows)))
            assert not set(train) & set(held)
            if of is not None and len(set(of)) > 1:
                assert not set(of[train]) & set(of[held])


def test_groups_that_show_half_of_the_classes_are_held_out_with_those_that_show_the_others():
    groups = np.repeat(np.arange(8), 10)
    classes = np.tile(["a", "b"], 40)
    classes[groups % 2 == 1] = np.tile(["c", "d"], 20)
    for _, held in inner_folds(classes, groups, 4):
        assert sorted(set(classes[held])) == ["a", "b", "c", "d"]


def test_classes_that_are_rarer_than_folds_are_no_hindrance():
    classes = np.array(["a"] * 20 + ["b", "c", "d", "d", "e", "e", "e"])
    assert len(inner_folds(classes, None, 5)) == 5
    assert len(inner_folds(np.arange(12), np.arange(12) // 2, 4)) == 4
