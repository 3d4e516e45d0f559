import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy.stats import ttest_1samp

from neurona.errors import DataError
from neurona.evaluation.metrics.groups import group_table, groups_rich_table, over_groups

RIGHT = {"01": (9, 10), "02": (3, 4), "03": (1, 2)}
"""Right answers and questions of each subject."""


@pytest.fixture
def predictions():
    rows = [
        {
            "question": f"{who}-{k}",
            "recording": f"{who}-{k}",
            "image": f"i{k}",
            "type": "exists",
            "program": "exists x. face(x)",
            "score": 0.0,
            "answer": "yes" if k % 2 else "no",
            "predicted": ("yes" if k % 2 else "no") if k < right else ("no" if k % 2 else "yes"),
            "subject": who,
            "chance": np.nan,
        }
        for who, (right, asked) in RIGHT.items()
        for k in range(asked)
    ]
    return pd.DataFrame(rows)


def test_each_subject_counts_the_same_and_the_interval_is_that_of_a_t_test(predictions):
    row = over_groups(predictions)["overall"]
    shares = {who: right / asked for who, (right, asked) in RIGHT.items()}
    assert row["groups"] == pytest.approx(shares)
    expected = ttest_1samp(list(shares.values()), 0.5).confidence_interval(0.95)
    assert row["value"] == pytest.approx(np.mean(list(shares.values())))
    assert (row["low"], row["high"]) == pytest.approx((expected.low, 1.0))
    assert expected.high > 1
    assert row["chance"] == pytest.approx(0.5)


def test_one_subject_has_no_interval(predictions):
    row = over_groups(predictions[predictions.subject == "01"].reset_index(drop=True))["overall"]
    assert row["value"] == pytest.approx(0.9)
    assert np.isnan(row["low"])


def test_the_table_names_the_number_of_subjects_and_their_range(predictions):
    console = Console(width=100, record=True)
    console.print(groups_rich_table(over_groups(predictions), simulated=True))
    text = console.export_text()
    assert "SIMULATED" in text
    assert "0.500" in text
    assert "0.900" in text


def test_groups_stand_beside_the_worst_and_the_gap(predictions):
    sets = [
        ("yes", "no") if who == "01" else (said,)
        for who, said in zip(predictions.subject, predictions.predicted, strict=True)
    ]
    table = group_table(predictions, "subject", sets).set_index("group")
    assert table.accuracy[["01", "02", "03"]].tolist() == pytest.approx([0.9, 0.75, 0.5])
    assert table.accuracy[["worst group", "gap"]].tolist() == pytest.approx([0.5, 0.4])
    assert table.coverage[["01", "02", "worst group", "gap"]].tolist() == pytest.approx([1.0, 0.75, 0.5, 0.5])
    assert table.n.tolist() == [10, 4, 2, 2, 12]
    own, worst = table.loc["03"], table.loc["worst group"]
    assert worst.low < own.low < own.high < worst.high  # it was chosen as the worst


def test_intervals_of_the_gap_hold_zero_where_groups_are_alike():
    rng, missed = np.random.default_rng(0), 0
    for _ in range(30):
        right = rng.random(240) < 0.7
        rows = pd.DataFrame(
            {"question": range(240), "recording": range(240), "image": range(240), "type": "t", "program": "p"}
        )
        rows = rows.assign(score=0.0, chance=np.nan, answer="yes", sex=np.tile(list("abcd"), 60))
        gap = group_table(rows.assign(predicted=np.where(right, "yes", "no")), "sex").set_index("group").loc["gap"]
        missed += not gap.low <= 0 <= gap.high
    assert missed <= 4


def test_a_column_that_is_missing_is_named(predictions):
    with pytest.raises(DataError, match="sex"):
        group_table(predictions, "sex")
