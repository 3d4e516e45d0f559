"""Carriers whose parts disagree are refused."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.graphs import Carriers

GOOD = {
    "words": ("face",),
    "entities": ("V1", "FFA"),
    "evidence": np.ones((2, 1)),
    "bias": np.zeros(1),
    "prior_log_odds": np.zeros(1),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"evidence": np.ones((3, 1))}, "2 entities and 1 words"),
        ({"words": ("face", "house")}, "2 entities and 2 words"),
        ({"evidence": np.full((2, 1), np.nan)}, "finite"),
        ({"entities": ("V1", "V1")}, "entity names stand more than once: \\['V1'\\]"),
    ],
)
def test_parts_must_agree(change, message):
    Carriers(**GOOD)
    with pytest.raises(ValueError, match=message):
        Carriers(**{**GOOD, **change})
