"""What sets of answers hold."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.evaluation.metrics.abstention import confidence, coverage_table, risk_coverage


def test_sets_are_counted_and_withheld_answers_left_out(asked):
    table = asked(np.array([True, False, True, True]), truth=["yes", "no", "no", "yes"])
    sets = [("yes",), ("yes",), ("no", "yes"), ("yes", "no")]
    row = coverage_table(table, sets, 0.9).set_index("group").loc["object"]
    assert row["coverage"] == pytest.approx(0.75)
    assert row["size"] == pytest.approx(1.5)
    assert row["answered"] == pytest.approx(0.5)
    assert row["accuracy"] == pytest.approx(0.5)
    assert row["all_accuracy"] == pytest.approx(0.75)


def test_the_surest_answers_stand_for_the_first_shares(asked):
    right = np.array([True] * 10 + [False] * 10)
    table = asked(right, truth=["yes", "no"] * 10)
    sure = np.linspace(3, 0.1, 20)
    table["score"] = np.where(table.predicted == "yes", sure, -sure)
    assert confidence(table) == pytest.approx(1 / (1 + np.exp(-sure)))
    curve = risk_coverage(table, shares=(0.25, 0.5, 1.0))
    assert curve.accuracy.tolist() == [1.0, 1.0, 0.5]
    assert curve.n.tolist() == [5, 10, 20]
    assert curve.least.is_monotonic_decreasing


def test_counts_state_nothing_and_make_no_curve(asked):
    table = asked(np.array([True, False]), truth=["2", "3"])
    table["chance"] = np.nan
    assert len(risk_coverage(table)) == 0
