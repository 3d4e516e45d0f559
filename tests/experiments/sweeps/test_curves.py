"""Which sweeps have curves, and what stands in them."""

import pandas as pd
import pytest

from neurona.experiments.sweeps.curves import draw_curves


def summary(**columns):
    return pd.DataFrame(columns).assign(
        mean=0.7,
        low=0.6,
        high=0.8,
        chance=0.5,
        seeds=1,
        n=40,
        simulated=False,
        used_of_tested_people="nothing",
        over="subject",
    )


@pytest.mark.parametrize(
    ("columns", "files"),
    [
        ({"labelled": [0, 5, 10], "type": ["describe"] * 3}, ["curve_describe.png"]),
        (
            {"labelled": [0, 5, 0, 5], "align": ["null", "null", "zscore", "zscore"], "type": ["yes/no"] * 4},
            ["curve_yes_no.png"],
        ),
        ({"labelled": [0, 5], "type": ["overall"] * 2}, ["curve.png"]),
        ({"decoder": ["explain", "linear"], "type": ["overall"] * 2}, []),
        ({"labelled": [0, 5], "epochs": [10, 20], "type": ["overall"] * 2}, []),  # which of the two would be the axis?
    ],
)
def test_one_number_makes_a_curve_for_each_type_of_question(columns, files, tmp_path):
    table = summary(**columns)
    made = draw_curves(tmp_path, table, [name for name in columns if name != "type"], "study")
    assert [path.name for path in made] == files == sorted(path.name for path in tmp_path.iterdir())
