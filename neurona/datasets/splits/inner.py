"""Folds of training recordings, by which a decoder or a peer chooses its settings."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Shaped
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

InnerFolds = list[tuple[Int[np.ndarray, " _train"], Int[np.ndarray, " _held"]]]


def inner_folds(
    classes: Shaped[np.ndarray, " part"], groups: Shaped[np.ndarray, " part"] | None = None, n: int = 5, seed: int = 0
) -> InnerFolds:
    """Rows to train on and rows to hold out; each row is held out once.

    Groups stay whole where there are several, and each part holds every class about as often. Where a run shows one half of the classes, leaving out any
    run leaves its classes rarer in training, so that the truest evidence seems to mislead; runs that make up for one another are left out together.

    Args:
        classes: what each recording shows; those that are rarer than there are folds count as one.
        groups: of each recording.
        n: folds, at most; fewer where there are fewer groups.
        seed: of the shuffling of recordings without groups.
    """
    number, count = np.unique(classes, return_inverse=True, return_counts=True)[1:]
    number = number.reshape(-1)
    several = 0 if groups is None else len(np.unique(groups))
    n = min(n, several) if several > 1 else min(n, len(number))
    rare = count[number] < n
    known = np.where(rare, len(count), number)
    if 0 < rare.sum() < n:
        known[rare] = count.argmax()
    if several < 2:
        return list(StratifiedKFold(n, shuffle=True, random_state=seed).split(known, known))
    found = list(StratifiedGroupKFold(n).split(known, known, groups))
    if all(len(held) for _, held in found):
        return found
    return list(GroupKFold(n).split(known, groups=groups))
