"""Calibration of made-up statements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from neurona.evaluation import calibration_table, reliability, statements
from neurona.evaluation.metrics.calibration import (
    calibration_slope,
    error_of_perfect,
    log_loss,
    slope_interval,
    slopes_of_perfect,
)


def test_honest_statements_are_calibrated_and_those_too_sure_are_not():
    random = np.random.default_rng(0)
    p = random.uniform(0.02, 0.98, 5000)
    true = random.random(5000) < p
    assert reliability(p, true).expected_error < error_of_perfect(p)
    assert calibration_slope(p, true) == pytest.approx(1, abs=0.1)
    sure = expit(2 * logit(p))
    assert reliability(sure, true).expected_error > 3 * error_of_perfect(sure)
    assert calibration_slope(sure, true) == pytest.approx(0.5, abs=0.05)
    assert log_loss(p, true) < log_loss(sure, true)


def test_one_in_twenty_perfect_decoders_exceeds_the_error_that_is_told():
    random = np.random.default_rng(1)
    p = random.uniform(0, 1, 200)
    least = error_of_perfect(p)
    above = [reliability(p, random.random(200) < p).expected_error > least for _ in range(1000)]
    assert 0.03 < np.mean(above) < 0.07


def test_the_slope_is_that_of_an_unpenalised_logistic_regression():
    random = np.random.default_rng(2)
    for n, sureness in ((40, 1.0), (400, 0.4), (400, 3.0)):
        x = random.normal(0, 2, n)
        true = random.random(n) < expit(0.3 + sureness * x)
        by_sklearn = LogisticRegression(C=np.inf, tol=1e-8).fit(x[:, None], true).coef_[0, 0]
        assert calibration_slope(expit(x), true) == pytest.approx(by_sklearn, rel=1e-3)
    assert calibration_slope(expit(x), x > 0.1) == np.inf
    assert calibration_slope(expit(x), x < 0.1) == -np.inf


def test_nineteen_in_twenty_perfect_decoders_have_a_slope_inside_what_is_told():
    random = np.random.default_rng(3)
    p = expit(random.normal(0, 2, 150))
    low, high = slopes_of_perfect(p)
    inside = [low < calibration_slope(p, random.random(150) < p) < high for _ in range(400)]
    assert 0.92 < np.mean(inside) < 0.98


def test_the_slopes_interval_is_of_clusters():
    random, images = np.random.default_rng(4), np.arange(60)
    x = random.normal(0, 1.5, 60)
    covered, wide, narrow = [], [], []
    for _ in range(200):
        once = random.random(60) < expit(x)
        # Three questions about an image that are all answered alike say no more than one.
        p, true, image = np.repeat(expit(x), 3), np.repeat(once, 3), np.repeat(images, 3)
        low, high = slope_interval(p, true, image)
        covered.append(low < 1 < high)
        wide.append(high - low)
        narrow.append(np.subtract(*slope_interval(p, true, np.arange(180))[::-1]))
    assert 0.89 < np.mean(covered) <= 0.98
    assert np.mean(wide) > 1.5 * np.mean(narrow)
    assert np.isnan(slope_interval(p, true, np.zeros(180, np.int64))).all()


def test_bins_hold_their_statements_and_empty_ones_are_nan():
    diagram = reliability(np.array([0.0, 0.55, 0.59, 1.0]), np.array([False, True, False, True]), bins=10)
    assert diagram.count.tolist() == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert diagram.true[5] == 0.5
    assert diagram.stated[5] == pytest.approx(0.57)
    assert np.isnan(diagram.true[1])
    assert np.isnan(reliability(np.zeros(0), np.zeros(0, bool)).expected_error)


def test_a_probability_lies_between_0_and_1():
    for bad in (1.2, -0.1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            reliability(np.array([bad]), np.array([True]))


def test_yes_is_stated_and_the_word_that_was_given(asked):
    yes_no = asked(np.array([True, True, False]), truth=["yes", "no", "no"]).assign(score=[3.0, -3.0, 3.0])
    word = yes_no.head(1).assign(question="w", type="kind", answer="face", predicted="face", score=1.0, chance=0.5)
    p, true = statements(pd.concat([yes_no, word], ignore_index=True))
    assert p == pytest.approx(expit([3.0, -3.0, 3.0, 1.0]))
    assert true.tolist() == [True, False, False, True]


def test_the_table_has_a_row_for_each_type_and_form(asked):
    random = np.random.default_rng(0)
    yes_no = asked(random.random(60) < 0.7).assign(type=["object", "relation"] * 30, score=random.normal(size=60))
    word = yes_no.assign(
        question=[f"w{k}" for k in range(60)], type="kind", answer="face", predicted="face", chance=0.5
    )
    table = calibration_table(pd.concat([yes_no, word], ignore_index=True)).set_index("group")
    assert set(table.index) == {"object", "relation", "kind", "yes/no", "describe"} - ({"describe"} - set(table.index))
    assert table.n["yes/no"] == 60
    known = table.loc["yes/no"]
    assert known.low < known.slope < known.high
    assert known.perfect_low < 1 < known.perfect_high
    assert np.isnan(table.loc["object", ["slope", "low", "high"]].to_numpy(dtype=float)).all()  # all are answered yes
    assert (table.error > 0).all()
