"""What sets of answers hold."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.evaluation.metrics.abstention import coverage_table


def test_sets_are_counted_and_withheld_answers_left_out(asked):
    table = asked(np.array([True, False, True, True]), truth=["yes", "no", "no", "yes"])
    sets = [("yes",), ("yes",), ("no", "yes"), ("yes", "no")]
    row = coverage_table(table, sets, 0.9).set_index("group").loc["object"]
    assert row["coverage"] == pytest.approx(0.75)
    assert row["size"] == pytest.approx(1.5)
    assert row["answered"] == pytest.approx(0.5)
    assert row["accuracy"] == pytest.approx(0.5)
    assert row["all_accuracy"] == pytest.approx(0.75)
