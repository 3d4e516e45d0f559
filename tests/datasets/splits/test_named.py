from typing import get_args

import pytest

from neurona.datasets.splits import (
    ByImage,
    Conjunctions,
    KFold,
    LeaveOut,
    Split,
    SplitName,
    Transfer,
    WithinSubjects,
    splitter,
)
from neurona.errors import ConfigError

IMAGES = Split("mine", ("a", "b"), ("c",))


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("leave_one_run_out", {}, LeaveOut("run")),
        ("session", {}, LeaveOut("session")),
        ("subject", {"images": IMAGES}, LeaveOut("subject", IMAGES)),
        ("subject", {"labelled": 5, "reserved": 9}, LeaveOut("subject", None, 5, 9)),
        ("leave_one_group_out", {"group": "site", "labelled": 5}, LeaveOut("site", None, 5)),
        ("stratified_k_fold", {"folds": 3, "seed": 2}, KFold(3, None, True, 2)),
        ("grouped_k_fold", {}, KFold(5, "run", False, 0)),
        ("grouped_k_fold", {"group": "image"}, KFold(5, "image", False, 0)),
        ("transfer", {"columns": ("mode",), "train_on": "executed"}, Transfer("mode", "executed")),
        ("conjunctions", {"columns": ("object", "position")}, Conjunctions(("object", "position"))),
        ("published", {"images": IMAGES}, ByImage(IMAGES)),
        ("leave_one_run_out", {"within_subjects": True}, WithinSubjects(LeaveOut("run"))),
    ],
)
def test_a_name_stands_for_a_splitter(name, options, expected):
    assert splitter(name, **options) == expected


@pytest.mark.parametrize("name", get_args(SplitName))
def test_every_name_has_a_splitter(name):
    columns = {"transfer": ("mode",), "conjunctions": ("object", "position")}.get(name, ())
    group = "site" if name == "leave_one_group_out" else None
    assert splitter(name, images=IMAGES, columns=columns, group=group).apart is not None


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("leave_one_run_out", {"group": "run"}, "evaluation.group: 'run' is of leave_one_group_out, "),
        ("leave_one_group_out", {}, "evaluation.group: nothing, but leave_one_group_out leaves"),
        ("transfer", {"columns": ("a", "b")}, r"evaluation.columns: \['a', 'b'\]; split transfer takes one column"),
        ("subject", {"columns": ("a",)}, r"evaluation.columns: \['a'\]; split subject takes none"),
        ("conjunctions", {"columns": ("a",)}, "split conjunctions takes two columns or more"),
        ("subject", {"test_on": "a"}, "train_on and test_on are of the split transfer, but this one is 'subject'"),
        ("subject", {"within_subjects": True}, "goes across subjects"),
        ("grouped_k_fold", {"group": "subject", "within_subjects": True}, "goes across subjects"),
        ("stratified_k_fold", {"labelled": 5}, "leaves nothing out as a whole; choose one of leave_one_run_out"),
        ("unseen", {}, "unseen splits images, and there is no such split of these"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(name, options, message):
    with pytest.raises(ConfigError, match=message):
        splitter(name, **options)
