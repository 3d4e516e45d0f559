"""Answers to many questions at once: what baselines without a reading share."""

from __future__ import annotations

import numpy as np

from neurona.execution import Answers
from neurona.questions import Asked


def no_answers(asked: Asked) -> Answers:
    """Answers to be filled in: yes/no 0, describe -inf."""
    longest = max(map(len, asked.words), default=0)
    return Answers(np.zeros(len(asked)), np.full((len(asked), max(longest, 1)), -np.inf))  # type: ignore[arg-type]
