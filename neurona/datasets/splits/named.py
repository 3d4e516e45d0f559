"""Splits by the names that configs use."""

from __future__ import annotations

from neurona.datasets.splits.iterators import ByImage, KFold, LeaveOut, Splitter, WithinSubjects
from neurona.datasets.splits.split import Split
from neurona.errors import ConfigError


def splitter(
    name: str,
    *,
    images: Split | None = None,
    folds: int = 5,
    group: str | None = None,
    within_subjects: bool = False,
    seed: int = 0,
) -> Splitter:
    """The splitter of a name.

    Args:
        name: one of `SplitName`.
        images: the split of the images, for names that stand for one; `subject` heeds it, too.
        folds: of the k-fold splits.
        group: what k-fold splits keep whole; `grouped_k_fold` keeps runs where nothing is said.
        within_subjects: whether each subject has folds, and so a decoder, of its own.
        seed: of shuffling.

    Raises:
        ConfigError: settings that contradict each other.
    """
    if group is not None and not name.endswith("k_fold"):
        raise ConfigError(
            f"evaluation.group: {group!r} says what k-fold splits keep whole, but the split is {name!r}; leave it out"
        )
    if within_subjects and "subject" in (name, group):
        raise ConfigError(
            "evaluation.within_subjects: a split by subject goes across subjects; choose another, or leave it out"
        )
    made: Splitter
    if name in _LEFT_OUT:
        made = LeaveOut(_LEFT_OUT[name], images if name == "subject" else None)
    elif name == "stratified_k_fold":
        made = KFold(folds, group, True, seed)
    elif name == "grouped_k_fold":
        made = KFold(folds, group or "run", False, seed)
    elif images is not None:
        made = ByImage(images)
    else:
        raise ConfigError(
            f"evaluation.split: {name} splits images, and there is no such split of these; use leave_one_run_out"
        )
    return WithinSubjects(made) if within_subjects else made


_LEFT_OUT = {"leave_one_run_out": "run", "session": "session", "subject": "subject"}
