"""The rich table of accuracies."""

from __future__ import annotations

import io

import pandas as pd
from rich.console import Console

from neurona.evaluation import accuracy_rich_table, results_table

ROW = {"value": 0.865, "low": 0.78, "high": 0.92, "chance": 0.125, "n": 96}


def shown(*arguments, **options):
    output = io.StringIO()
    Console(width=90, file=output).print(accuracy_rich_table(*arguments, **options))
    return output.getvalue()


def test_every_figure_is_shown():
    text = shown({"describe": ROW, "exists": {**ROW, "balanced": 0.5}, "overall": ROW}, "Haxby")
    for part in ("Haxby", "describe", "0.865", "0.780-0.920", "0.125", "0.500", "96", "balanced"):
        assert part in text


def test_balanced_stands_with_its_chance_only_where_it_says_something_else():
    assert "balanced" not in shown({"describe": ROW})
    assert "balanced" not in shown({"describe": {**ROW, "balanced": 0.865, "balanced_chance": 0.125}})
    assert "0.659/0.641" in shown({"yes/no": {**ROW, "balanced": 0.659, "balanced_chance": 0.641}})


def test_the_majority_rate_stands_beside_chance_where_it_is_higher():
    assert "0.125/0.310" in shown({"describe": {**ROW, "majority": 0.31}})
    assert "majority" not in shown({"describe": {**ROW, "majority": 0.125}})


def test_questions_of_several_forms_have_no_chance():
    row = {name: value for name, value in ROW.items() if name != "chance"}
    assert "0.865" in shown({"overall": row})


def test_p_stands_where_it_was_asked_for():
    assert "< 0.0001" in shown({"describe": {**ROW, "p": 1e-6}})


def test_simulated_data_say_so_and_markup_in_names_is_text():
    text = shown({"a[bold]b": ROW}, "T", simulated=True)
    assert "T (SIMULATED DATA)" in text
    assert "a[bold]b" in text


def test_what_anyone_could_reach_is_shown_where_it_is_known():
    text = shown({"relation": {**ROW, "oracle": 0.95, "of_oracle": 0.865 / 0.95}, "overall": ROW}, "T", simulated=True)
    assert "oracle" in text
    assert "91%" in text
    assert "oracle" not in shown({"describe": ROW})


def test_a_terminal_of_80_columns_shows_every_figure_and_every_name():
    row = {
        **ROW,
        "majority": 0.31,
        "balanced": 0.7,
        "balanced_chance": 0.2,
        "oracle": 0.95,
        "of_oracle": 0.91,
        "n": 13500,
    }
    output = io.StringIO()
    table = accuracy_rich_table({"relation, predicate replaced": row, "overall": row}, "T", simulated=True)
    Console(width=80, file=output).print(table)
    for part in (
        "relation,",
        "replaced",
        "overall",
        "0.865",
        "0.780-0.920",
        "0.125/0.310",
        "0.700/0.200",
        "0.95",
        "91%",
        "13500",
    ):
        assert part in output.getvalue()


def test_any_result_is_shown_with_its_probabilities_and_gaps():
    results = pd.DataFrame(
        {"group": ["a[b]", "c"], "effect": [0.12345, float("nan")], "adjusted_p": [1e-9, 0.04], "n": [7, 8]}
    ).assign(inside=[True, False])
    output = io.StringIO()
    Console(width=90, file=output).print(results_table(results, "T", simulated=True))
    text = output.getvalue()
    for part in ("T (SIMULATED DATA)", "adjusted", "a[b]", "0.123", "< 0.0001", "0.0400", "yes", "no"):
        assert part in text
    assert "nan" not in text


def test_intervals_stand_in_one_column_and_calibration_fits_80_columns():
    row = {
        "error": 0.1234,
        "bound": 0.0567,
        "slope": 1.3,
        "low": 0.72,
        "high": 1.88,
        "perfect_low": 0.6,
        "perfect_high": float("inf"),
    }
    results = pd.DataFrame(
        [
            {"group": "attribute", **row, "brier": 0.191, "log_loss": 0.562, "n": 1476},
            {"group": "all", **dict.fromkeys(row, float("nan"))},
        ]
    )
    output = io.StringIO()
    Console(width=80, file=output).print(results_table(results, "calibration"))
    text = output.getvalue()
    for part in ("attribute", "0.123", "0.057", "1.300", "0.720-1.880", "0.600-inf", "0.191", "0.562", "1476"):
        assert part in text
    assert "high" not in text
    assert "nan" not in text
