"""Accuracy tables: values, chance, balance, intervals and complaints."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.evaluation import accuracy_table, wilson_interval


def predictions(rows):
    """A predictions table from (recording, type, answer, predicted, chance)."""
    table = pd.DataFrame(rows, columns=["recording", "type", "answer", "predicted", "chance"])
    return table.assign(question=[f"q{i}" for i in range(len(rows))], program="exists x. face(x)", score=0.0)


def test_describe_takes_the_stated_chance_and_wilson_for_one_question_a_recording():
    table = accuracy_table(
        predictions([(f"r{i}", "describe", "face", "face" if i < 6 else "cat", 0.125) for i in range(8)])
    )
    low, high = wilson_interval(6, 8)
    assert table["describe"] == {"value": 0.75, "low": low, "high": high, "chance": 0.125, "n": 8}
    assert table["overall"] == table["describe"]


def test_always_saying_no_is_at_chance_and_balanced_accuracy_shows_it():
    rows = [(f"r{i}", "exists", "yes" if i == 0 else "no", "no", 0.5) for i in range(10)]
    row = accuracy_table(predictions(rows))["exists"]
    assert row["value"] == row["chance"] == 0.9
    assert row["balanced"] == 0.5


def test_questions_about_one_recording_are_resampled_together():
    rows = [(f"r{i // 8}", "exists", "yes", "yes" if (i // 8) % 2 else "no", 0.5) for i in range(96)]
    row = accuracy_table(predictions(rows))["exists"]
    low, high = wilson_interval(48, 96)
    assert row["high"] - row["low"] > 2 * (high - low)


def test_overall_weighs_the_types_by_their_questions():
    rows = [(f"r{i}", "describe", "face", "face", 0.25) for i in range(3)]
    rows += [("r9", "exists", "yes", "no", 0.5)]
    table = accuracy_table(predictions(rows))
    assert list(table) == ["describe", "exists", "overall"]
    assert table["overall"]["value"] == 0.75
    assert table["overall"]["chance"] == pytest.approx((3 * 0.25 + 1) / 4)


def test_truth_values_and_case_of_yes_and_no_do_not_matter():
    rows = [
        ("r0", "exists", True, "yes", 0.5),
        ("r1", "exists", "no", False, 0.5),
        ("r2", "exists", "Yes", "yes", 0.5),
    ]
    assert accuracy_table(predictions(rows))["exists"]["value"] == 1.0


def test_a_missing_prediction_is_wrong_and_a_missing_chance_is_the_majority():
    rows = [("r0", "count", 2, 2, None), ("r1", "count", 2, None, None), ("r2", "count", 3, 3, None)]
    row = accuracy_table(predictions(rows))["count"]
    assert (row["value"], row["chance"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_the_table_is_plain_json_and_decided_by_the_seed():
    rows = [(f"r{i % 5}", "exists", "yes", "yes" if i % 3 else "no", 0.5) for i in range(50)]
    first = accuracy_table(predictions(rows), seed=4)
    assert json.loads(json.dumps(first)) == accuracy_table(predictions(rows), seed=4)


def test_complaints_name_the_fault():
    good = predictions([("r0", "exists", "yes", "yes", 0.5)])
    with pytest.raises(DataError, match=r"'predicted' is missing.*did you mean 'prediction'"):
        accuracy_table(good.rename(columns={"predicted": "prediction"}))
    with pytest.raises(DataError, match="no questions"):
        accuracy_table(good.iloc[:0])
    with pytest.raises(DataError, match="'q0' has no answer"):
        accuracy_table(good.assign(answer=None))
    with pytest.raises(DataError, match="overall"):
        accuracy_table(good.assign(type="overall"))


def paired(negative, pair, answer, predicted, **more):
    columns = {"question": "q", "recording": "r", "type": "relation", "program": "p", "score": 0.0, "chance": np.nan}
    return {**columns, "negative": negative, "pair": pair, "answer": answer, "predicted": predicted, **more}


def test_each_kind_of_denied_question_is_judged_on_whole_pairs():
    rows = [
        paired("", "1", "yes", "yes"),
        paired("roles swapped", "1", "no", "yes"),
        paired("", "2", "yes", "yes"),
        paired("predicate replaced", "2", "no", "no"),
        paired("", "3", "yes", "no"),  # its negative was left out, so it counts for no kind
    ]
    table = accuracy_table(pd.DataFrame(rows))
    assert table["relation, roles swapped"]["value"] == 0.5
    assert table["relation, roles swapped"]["chance"] > 0
    assert table["relation, predicate replaced"]["value"] == 1.0
    assert table["relation"]["n"] == 5
    assert list(table)[-1] == "overall"


def test_simulated_data_tell_the_share_of_what_anyone_could_reach():
    rows = [paired("", "", "yes", "yes", ideal=0.8), paired("", "", "no", "yes", ideal=1.0)]
    table = accuracy_table(pd.DataFrame(rows))
    assert table["overall"]["ideal"] == pytest.approx(0.9)
    assert table["overall"]["of_ideal"] == pytest.approx(0.5 / 0.9)
    assert "ideal" not in accuracy_table(pd.DataFrame(rows).drop(columns="ideal"))["overall"]


def test_types_of_one_kind_are_told_together():
    rows = [("r0", "object", "yes", "yes", None), ("r1", "relation", "no", "yes", None)]
    rows += [("r2", "action", "hold", "hold", 0.25), ("r3", "position", "on", "by", 0.5)]
    table = accuracy_table(predictions(rows))
    assert list(table) == ["action", "object", "position", "relation", "yes/no", "describe", "overall"]
    assert (table["yes/no"]["value"], table["yes/no"]["n"]) == (0.5, 2)
    assert (table["describe"]["value"], table["describe"]["chance"]) == (0.5, 0.375)
    assert "balanced" in table["yes/no"]
    assert "balanced" not in table["overall"]


def test_hops_are_told_where_they_differ():
    rows = [(f"r{i}", "object", "yes", "yes" if i else "no", None) for i in range(4)]
    table = accuracy_table(predictions(rows).assign(hops=[1, 1, 2, 2]))
    assert (table["1 hop"]["value"], table["2 hops"]["value"]) == (0.5, 1.0)


def test_recordings_of_one_image_are_resampled_together():
    rows = [(f"r{i}", "exists", "yes", "yes" if (i // 8) % 2 else "no", 0.5) for i in range(96)]
    apart = accuracy_table(predictions(rows))["exists"]
    together = accuracy_table(predictions(rows).assign(image=[f"i{i // 8}" for i in range(96)]))["exists"]
    assert together["high"] - together["low"] > 2 * (apart["high"] - apart["low"])


def test_seeds_that_asked_the_same_images_are_not_more_images():
    rng = np.random.default_rng(0)
    once = predictions([(f"r{i}", "exists", "yes", "yes" if rng.random() < 0.7 else "no", 0.5) for i in range(60)])
    pooled = pd.concat([once.assign(seed=seed) for seed in range(9)], ignore_index=True)
    alone, apart = accuracy_table(once)["exists"], accuracy_table(pooled)["exists"]
    together = accuracy_table(pooled, by=("image",))["exists"]
    width = {
        name: row["high"] - row["low"] for name, row in (("alone", alone), ("apart", apart), ("together", together))
    }
    assert width["together"] == pytest.approx(width["alone"], rel=0.15)
    assert width["apart"] < width["together"] / 2
