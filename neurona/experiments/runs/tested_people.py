"""What a run uses of the people that it is tested on: nothing, recordings without labels, or labelled ones. It stands over the run's table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurona.datasets.splits import Fold
from neurona.recordings.alignment import Alignment, Uses
from neurona.recordings.recordings import Recordings

_SAID: dict[Uses, str] = {
    "past": "the recordings before each, unlabelled",
    "unlabelled": "all of its recordings that are read together, unlabelled",
}


def used_of_tested_people(folds: Sequence[Fold], recordings: Recordings, align: Alignment | None) -> str:
    """In words.

    Args:
        folds: of the run.
        recordings: all.
        align: how they are aligned.
    """
    subject = recordings.data.subject.values.astype(str)
    labelled = [_labelled(fold, subject) for fold in folds]
    said = []
    if max(labelled):
        span = f"{min(labelled)}" if min(labelled) == max(labelled) else f"{min(labelled)} to {max(labelled)}"
        said.append(f"{span} labelled recordings in training")
    if align is not None and align.uses in _SAID:
        said.append(f"of each {align.by} {_SAID[align.uses]}")
    return ", and ".join(said) or "nothing"


def _labelled(fold: Fold, subject: np.ndarray) -> int:
    """The most recordings that one of a fold's test subjects has in training or validation."""
    seen = fold.train | fold.validation
    return max(int((seen & (subject == who)).sum()) for who in np.unique(subject[fold.test]))
