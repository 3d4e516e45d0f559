"""Made-up predictions tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def made_up(right, images=None, truth="balanced", **columns) -> pd.DataFrame:
    """A predictions table of yes/no questions, answered rightly where `right` says so.

    Args:
        right: one value a question.
        images: of each question; all different when None.
        truth: `balanced`, answers yes and no in turn; or the answers.
        columns: more of them, or other values.
    """
    right = np.asarray(right, dtype=bool)
    n = len(right)
    answer = np.array(["yes", "no"] * n)[:n] if isinstance(truth, str) else np.asarray(truth)
    other = np.where(answer == "yes", "no", "yes")
    images = np.arange(n) if images is None else np.asarray(images)
    table = {
        "question": [f"q{k}" for k in range(n)],
        "recording": [f"r{image}" for image in images],
        "image": [f"i{image}" for image in images],
        "type": "object",
        "program": "exists x. cat(x)",
        "answer": answer,
        "predicted": np.where(right, answer, other),
        "score": 0.0,
        "chance": np.nan,
    }
    return pd.DataFrame(table | columns)


@pytest.fixture(scope="session")
def asked():
    """The builder of made-up predictions tables."""
    return made_up
