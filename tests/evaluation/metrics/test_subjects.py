import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy.stats import ttest_1samp

from neurona.evaluation.metrics.subjects import over_subjects, subjects_rich_table

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
    row = over_subjects(predictions)["overall"]
    shares = {who: right / asked for who, (right, asked) in RIGHT.items()}
    assert row["subjects"] == pytest.approx(shares)
    expected = ttest_1samp(list(shares.values()), 0.5).confidence_interval(0.95)
    assert row["value"] == pytest.approx(np.mean(list(shares.values())))
    assert (row["low"], row["high"]) == pytest.approx((expected.low, 1.0))
    assert expected.high > 1
    assert row["chance"] == pytest.approx(0.5)


def test_one_subject_has_no_interval(predictions):
    row = over_subjects(predictions[predictions.subject == "01"].reset_index(drop=True))["overall"]
    assert row["value"] == pytest.approx(0.9)
    assert np.isnan(row["low"])


def test_the_table_names_the_number_of_subjects_and_their_range(predictions):
    console = Console(width=100, record=True)
    console.print(subjects_rich_table(over_subjects(predictions), simulated=True))
    text = console.export_text()
    assert "SIMULATED" in text
    assert "0.500" in text
    assert "0.900" in text
