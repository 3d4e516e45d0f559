"""The names of splits in configs."""

from __future__ import annotations

from typing import Literal

SplitName = Literal[
    "leave_one_run_out",
    "session",
    "subject",
    "leave_one_group_out",
    "stratified_k_fold",
    "grouped_k_fold",
    "transfer",
    "conjunctions",
    "published",
    "image",
    "unseen",
    "argument_swap",
    "predicate_transfer",
    "role_transfer",
]
"""One run, session, subject or group of a column at a time; k folds; from one value of a column to another; conjunctions of columns that training lacks, tested
beside those that it has; the published part; drawn images; combinations that training lacks."""
