from .columns import Conjunctions, Transfer, shown_on_both_sides, unseen
from .combinations import COMBINATIONS
from .iterators import ByImage, KFold, LeaveOut, Splitter, WithinSubjects
from .named import splitter
from .names import SplitName
from .split import Fold, Split, SplitQuestions, as_published, by_image

__all__ = [
    "COMBINATIONS",
    "ByImage",
    "Conjunctions",
    "Fold",
    "KFold",
    "LeaveOut",
    "Split",
    "SplitName",
    "SplitQuestions",
    "Splitter",
    "Transfer",
    "WithinSubjects",
    "as_published",
    "by_image",
    "shown_on_both_sides",
    "splitter",
    "unseen",
]
