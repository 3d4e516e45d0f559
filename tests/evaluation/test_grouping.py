"""Groups of questions: which there are, and what they hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from neurona.evaluation import question_groups
from neurona.evaluation.grouping import told_apart


def described(asked, **columns):
    return asked([1, 1], truth=["hold", "on"], type=["action", "position"], chance=0.25, **columns)


def test_types_then_yes_no_describe_and_overall(asked):
    table = pd.concat([asked([1, 0]), asked([1, 0], type="relation"), described(asked)], ignore_index=True)
    groups = question_groups(table)
    assert list(groups) == ["action", "object", "position", "relation", "yes/no", "describe", "overall"]
    np.testing.assert_array_equal(groups["yes/no"], [1, 1, 1, 1, 0, 0])
    np.testing.assert_array_equal(groups["describe"], [0, 0, 0, 0, 1, 1])


def test_a_group_of_one_type_is_told_once(asked):
    assert list(question_groups(asked([1, 0]))) == ["object", "yes/no", "overall"]
    assert list(told_apart(question_groups(asked([1, 0])))) == ["object", "overall"]


def test_hops_are_those_of_yes_no_questions(asked):
    table = pd.concat([asked([1, 0], hops=[1, 2]), described(asked, hops=[3, 3])], ignore_index=True)
    groups = question_groups(table)
    assert [name for name in groups if "hop" in name] == ["1 hop", "2 hops"]
    np.testing.assert_array_equal(groups["2 hops"], [0, 1, 0, 0])
    assert not any("hop" in name for name in question_groups(asked([1, 0], hops=[1, 1])))


def test_pairs_of_two_seeds_with_one_name_are_two_pairs(asked):
    first = asked([1, 1], pair="p", negative=["", "roles swapped"], seed=0)
    second = asked([1, 1], pair="p", negative=["", "absent"], seed=1)
    groups = question_groups(pd.concat([first, second], ignore_index=True))
    np.testing.assert_array_equal(groups["object, roles swapped"], [1, 1, 0, 0])
    np.testing.assert_array_equal(groups["object, absent"], [0, 0, 1, 1])
