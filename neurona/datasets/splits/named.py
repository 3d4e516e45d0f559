"""Splits by the names that configs use."""

from __future__ import annotations

from neurona.datasets.splits.columns import Conjunctions, Transfer
from neurona.datasets.splits.iterators import ByImage, KFold, LeaveOut, Splitter, WithinSubjects
from neurona.datasets.splits.split import Split
from neurona.errors import ConfigError


def splitter(
    name: str,
    *,
    images: Split | None = None,
    folds: int = 5,
    group: str | None = None,
    columns: tuple[str, ...] = (),
    train_on: str | None = None,
    test_on: str | None = None,
    within_subjects: bool = False,
    labelled: int = 0,
    reserved: int | None = None,
    seed: int = 0,
) -> Splitter:
    """The splitter of a name.

    Args:
        name: one of `SplitName`.
        images: the split of the images, for names that stand for one; `subject` heeds it, too.
        folds: of the k-fold splits, and of `transfer` with a group.
        group: a column, whose groups `leave_one_group_out` tests one at a time, and k-fold splits keep whole (`grouped_k_fold` runs where nothing is
            said); what `transfer` keeps apart besides its column; what `conjunctions` leave out, runs where nothing is said.
        columns: of `transfer` (one) and `conjunctions` (two or more).
        train_on, test_on: values of the column of `transfer`; every other one in turn when None.
        within_subjects: whether each subject has folds, and so a decoder, of its own.
        labelled, reserved: recordings of what is left out that join training, and that are not tested (`LeaveOut`).
        seed: of shuffling.

    Raises:
        ConfigError: settings that contradict each other.
    """
    if group is not None and name not in _GROUPED:
        raise ConfigError(
            f"evaluation.group: {group!r} is of {', '.join(_GROUPED)}, but the split is {name!r}; leave it out"
        )
    if name == "leave_one_group_out" and group is None:
        raise ConfigError(
            "evaluation.group: nothing, but leave_one_group_out leaves the groups of a column out; name one, e.g. group: site"
        )
    needed = {"transfer": "one column", "conjunctions": "two columns or more"}.get(name)
    if (needed is None) != (not columns) or (name == "transfer") != (len(columns) == 1):
        raise ConfigError(
            f"evaluation.columns: {list(columns)}; split {name} takes {needed or 'none'}, e.g. columns: [object, position]"
        )
    if name != "transfer" and (train_on, test_on) != (None, None):
        raise ConfigError(
            f"evaluation.train_on and test_on are of the split transfer, but this one is {name!r}; leave them out"
        )
    if within_subjects and "subject" in (name, group):
        raise ConfigError(
            "evaluation.within_subjects: a split by subject goes across subjects; choose another, or leave it out"
        )
    left_out = _LEFT_OUT.get(name) or (group if name == "leave_one_group_out" else None)
    if (labelled or reserved) and left_out is None:
        raise ConfigError(
            f"evaluation.labelled: recordings of what is left out join training, and the split {name!r} leaves nothing out as a whole; choose "
            f"one of {', '.join((*_LEFT_OUT, 'leave_one_group_out'))}"
        )
    made: Splitter
    if left_out is not None:
        made = LeaveOut(left_out, images if name == "subject" else None, labelled, reserved)
    elif name == "stratified_k_fold":
        made = KFold(folds, group, True, seed)
    elif name == "grouped_k_fold":
        made = KFold(folds, group or "run", False, seed)
    elif name == "transfer":
        made = Transfer(columns[0], train_on, test_on, group, folds, seed)
    elif name == "conjunctions":
        made = Conjunctions(columns, group or "run")
    elif images is not None:
        made = ByImage(images)
    else:
        raise ConfigError(
            f"evaluation.split: {name} splits images, and there is no such split of these; use leave_one_run_out"
        )
    return WithinSubjects(made) if within_subjects else made


_GROUPED = ("leave_one_group_out", "stratified_k_fold", "grouped_k_fold", "transfer", "conjunctions")
_LEFT_OUT = {"leave_one_run_out": "run", "session": "session", "subject": "subject"}
