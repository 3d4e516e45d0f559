"""Tables of a report."""

from __future__ import annotations

import pandas as pd

from neurona.report.tables import Strip, accuracy_section, effects_table, plain_table

ROW = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 96, "chance": 0.5, "balanced": 0.9}


def test_a_value_has_its_place_on_the_scale_and_never_leaves_it():
    strip = Strip(0.0, -0.1, 0.1, ends=(-0.2, 0.2))
    assert [strip.at(value) for value in (-0.2, 0.0, 0.1, 7.0)] == [0.0, 50.0, 75.0, 100.0]


def test_columns_that_tell_nothing_are_left_out_and_peers_stand_below():
    table = accuracy_section({"object": ROW, "colour": {**ROW, "balanced": 0.7}}, {"lda": ROW}, "image")
    assert [row[0] for row in table.rows] == [
        "by type",
        "object",
        "colour",
        "classical decoders, same features and folds",
        "lda",
    ]
    assert table.heads[-2:] == ("balanced", "n")
    assert [row[-2] for row in table.rows if len(row) > 1] == ["", "0.700", ""]
    assert "oracle" not in " ".join(table.heads)


def test_differences_share_one_scale():
    rows = [
        {
            "group": name,
            "first": 0.9,
            "second": 0.8,
            "effect": 0.1,
            "low": low,
            "high": 0.2,
            "p": 0.01,
            "q": 0.02,
            "n": 9,
            "left_out": 3,
        }
        for name, low in (("a", 0.0), ("b", -0.4))
    ]
    table = effects_table(pd.DataFrame(rows), ("x", "y"), "run")
    strips = [cell for row in table.rows for cell in row if isinstance(cell, Strip)]
    assert {strip.ends for strip in strips} == {(-0.4, 0.4)}
    assert "3 questions that only one of them was asked are left out" in table.note


def test_numbers_are_flushed_right_and_nothing_is_a_truth_value():
    table = plain_table(pd.DataFrame({"group": ["a"], "p": [1e-9], "ok": [True], "data": ["SIMULATED DATA"]}), "T")
    assert table.rows == (("a", "< 0.0001", "yes"),)
    assert table.numeric == (False, True, False)
