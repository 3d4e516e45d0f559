"""Null data: the marginals of simulated data without what should be decoded.

    shuffled         each subject's responses are dealt out anew among the images of its part (train, test): the same
                     responses, the same questions and answers, no link between them
    arguments_only   relationships have no response; things and attributes have theirs, at the same SNR

On shuffled data nothing can be decoded; whatever a decoder gains there it owes to the questions or to a leak. With the
arguments alone, questions about replaced predicates, swapped roles and `describe` stay at chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int


def shuffled_scenes(parts: Sequence[str], subjects: int, rng: np.random.Generator) -> Int[np.ndarray, "subject image"]:
    """Whose scene's response each subject shows at each image: a permutation within each part.

    Args:
        parts: part of each image.
        subjects: each gets a permutation of its own.
        rng: of the draws.
    """
    order = np.tile(np.arange(len(parts)), (subjects, 1))
    for part in sorted(set(parts)):
        members = np.flatnonzero(np.array(parts) == part)
        for subject in range(subjects):
            order[subject, members] = rng.permutation(members)
    return order
