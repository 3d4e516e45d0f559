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
    assert table["describe"] == {
        "value": 0.75,
        "low": low,
        "high": high,
        "n": 8,
        "chance": 0.125,
        "balanced": 0.75,
        "balanced_chance": 1.0,
        "majority": 1.0,
    }
    assert table["overall"] == table["describe"]


def test_always_saying_no_is_at_chance_and_balanced_accuracy_shows_it():
    rows = [(f"r{i}", "exists", "yes" if i == 0 else "no", "no", None) for i in range(10)]
    row = accuracy_table(predictions(rows))["exists"]
    assert row["value"] == row["chance"] == 0.9
    assert row["balanced"] == 0.5


def test_questions_about_one_recording_are_resampled_together():
    rows = [(f"r{i // 8}", "exists", "yes", "yes" if (i // 8) % 2 else "no", None) for i in range(96)]
    row = accuracy_table(predictions(rows))["exists"]
    low, high = wilson_interval(48, 96)
    assert row["high"] - row["low"] > 2 * (high - low)


def test_overall_weighs_the_types_by_their_questions():
    rows = [(f"r{i}", "describe", "face", "face", 0.25) for i in range(3)]
    rows += [("r9", "exists", "yes", "no", None)]
    table = accuracy_table(predictions(rows))
    assert list(table) == ["describe", "exists", "overall"]
    assert table["overall"]["value"] == 0.75
    assert not {"chance", "balanced", "balanced_chance"} & set(table["overall"])


def test_truth_values_and_case_of_yes_and_no_do_not_matter():
    rows = [
        ("r0", "exists", True, "yes", None),
        ("r1", "exists", "no", False, None),
        ("r2", "exists", "Yes", "yes", None),
    ]
    assert accuracy_table(predictions(rows))["exists"]["value"] == 1.0


def test_a_missing_prediction_is_wrong_and_a_missing_chance_is_the_majority():
    rows = [("r0", "count", 2, 2, None), ("r1", "count", 2, None, None), ("r2", "count", 3, 3, None)]
    row = accuracy_table(predictions(rows))["count"]
    assert (row["value"], row["chance"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_the_table_is_plain_json_and_decided_by_the_seed():
    rows = [(f"r{i % 5}", "exists", "yes", "yes" if i % 3 else "no", None) for i in range(50)]
    first = accuracy_table(predictions(rows), seed=4)
    assert json.loads(json.dumps(first)) == accuracy_table(predictions(rows), seed=4)


def test_complaints_name_the_fault():
    good = predictions([("r0", "exists", "yes", "yes", None)])
    with pytest.raises(DataError, match=r"'predicted' is missing.*did you mean 'prediction'"):
        accuracy_table(good.rename(columns={"predicted": "prediction"}))
    with pytest.raises(DataError, match="no questions"):
        accuracy_table(good.iloc[:0])
    with pytest.raises(DataError, match="'q0' has no answer"):
        accuracy_table(good.assign(answer=None))


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
    rows = [paired("", "", "yes", "yes", oracle=0.8), paired("", "", "no", "yes", oracle=1.0)]
    table = accuracy_table(pd.DataFrame(rows))
    assert table["overall"]["oracle"] == pytest.approx(0.9)
    assert table["overall"]["of_oracle"] == pytest.approx(0.5 / 0.9)
    assert "oracle" not in accuracy_table(pd.DataFrame(rows).drop(columns="oracle"))["overall"]


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
    rows = [(f"r{i}", "exists", "yes", "yes" if (i // 8) % 2 else "no", None) for i in range(96)]
    apart = accuracy_table(predictions(rows))["exists"]
    together = accuracy_table(predictions(rows).assign(image=[f"i{i // 8}" for i in range(96)]))["exists"]
    assert together["high"] - together["low"] > 2 * (apart["high"] - apart["low"])


def test_seeds_that_asked_the_same_images_are_not_more_images():
    rng = np.random.default_rng(0)
    once = predictions([(f"r{i}", "exists", "yes", "yes" if rng.random() < 0.7 else "no", None) for i in range(60)])
    pooled = pd.concat([once.assign(seed=seed) for seed in range(9)], ignore_index=True)
    alone, apart = accuracy_table(once)["exists"], accuracy_table(pooled)["exists"]
    together = accuracy_table(pooled, by=("image",))["exists"]
    width = {
        name: row["high"] - row["low"] for name, row in (("alone", alone), ("apart", apart), ("together", together))
    }
    assert width["together"] == pytest.approx(width["alone"], rel=0.15)
    assert width["apart"] < width["together"] / 2


def describe(answers, predicted, chance=0.25, kind="action"):
    return predictions([(f"r{i}", kind, *pair, chance) for i, pair in enumerate(zip(answers, predicted, strict=True))])


def test_a_decoder_that_always_says_the_frequent_word_is_seen_through():
    row = accuracy_table(describe(["hold"] * 8 + ["eat"] * 2, ["hold"] * 10))["action"]
    assert (row["value"], row["chance"], row["majority"]) == (0.8, 0.25, 0.8)
    assert row["balanced"] == row["balanced_chance"] == 0.5


def test_types_that_differ_in_how_often_they_are_true_leave_balanced_accuracy_more_than_one_half():
    rows = [(f"r{i}", "object", "yes" if i < 9 else "no", "yes", None) for i in range(10)]
    rows += [(f"s{i}", "relation", "yes" if i < 1 else "no", "no", None) for i in range(10)]
    table = accuracy_table(predictions(rows))
    assert table["object"]["balanced"] == table["object"]["balanced_chance"] == 0.5
    assert table["yes/no"]["balanced"] == table["yes/no"]["balanced_chance"] == pytest.approx(0.9)


def test_labels_and_types_named_yes_or_no_are_words():
    rows = [(f"r{i}", "no", "yes", "yes" if i else "no", 0.5) for i in range(4)]
    rows += [(f"r{i}", "object", "yes", "yes", None) for i in range(4)]
    table = accuracy_table(predictions(rows))
    assert list(table) == ["no", "object", "overall"]
    assert (table["no"]["value"], table["no"]["chance"]) == (0.75, 0.5)
    assert "majority" in table["no"]
    assert "majority" not in table["object"]


def test_words_that_read_as_yes_are_told_apart_where_they_are_chosen_from():
    row = accuracy_table(describe(["true", "yes"], ["yes", "yes"], 0.5))["action"]
    assert row["value"] == 0.5


@pytest.mark.parametrize("name", ["yes/no", "describe", "overall"])
def test_a_type_that_bears_the_name_of_a_summary_keeps_a_row_of_its_own(name):
    rows = [("r0", name, "hold", "hold", 0.25), ("r1", name, "yes", "yes", None), ("r2", "object", "yes", "no", None)]
    rows += [("r3", "action", "eat", "hold", 0.25)]
    table = accuracy_table(predictions(rows))
    assert table[f"type {name}"]["n"] == 2
    assert (table["yes/no"]["n"], table["describe"]["n"], table["overall"]["n"]) == (2, 2, 4)


def test_p_is_told_on_request_and_small_only_above_the_most_frequent_answer():
    rng = np.random.default_rng(0)
    truth = ["yes", "no"] * 50
    good = [word if rng.random() < 0.8 else "no" for word in truth]
    for said, least, most in ((good, 0.0, 1e-3), (["no"] * 100, 0.4, 1.0)):
        rows = [(f"r{i}", "object", *pair, None) for i, pair in enumerate(zip(truth, said, strict=True))]
        assert "p" not in accuracy_table(predictions(rows))["object"]
        assert least <= accuracy_table(predictions(rows), permutations=1000)["object"]["p"] <= most
