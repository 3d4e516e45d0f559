"""Calibration: the expected calibration error of made-up answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neurona.evaluation import expected_calibration_error, reliability, yes_no_reliability


def test_honest_confidence_has_a_small_error_and_overconfidence_its_gap():
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 1, 20_000)
    assert expected_calibration_error(confidence, random.random(20_000) < confidence) < 0.02
    sure = np.full(1000, 0.95)
    assert expected_calibration_error(sure, np.arange(1000) < 600) == pytest.approx(0.35)


def test_bins_hold_their_answers_and_empty_ones_are_nan():
    diagram = reliability(np.array([0.0, 0.55, 0.59, 1.0]), np.array([False, True, False, True]), bins=10)
    assert diagram.count.tolist() == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert diagram.accuracy[5] == 0.5
    assert diagram.confidence[5] == pytest.approx(0.57)
    assert np.isnan(diagram.accuracy[1])


def test_no_answers_have_no_error():
    assert np.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, bool)))


def test_confidence_must_be_a_probability():
    for bad in (1.2, -0.1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            reliability(np.array([bad]), np.array([True]))


def test_yes_no_questions_are_read_from_their_logits():
    table = pd.DataFrame(
        {"answer": ["yes", "no", "no", "face"], "score": [30.0, -30.0, 30.0, 5.0], "chance": [None, None, None, 0.5]}
    )
    diagram = yes_no_reliability(table)
    assert diagram.count.sum() == 3
    assert diagram.expected_error == pytest.approx(1 / 3)
