"""Paired comparisons of decoders: symmetry, invariances, clusters, false discoveries and complaints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.evaluation import comparison_table, paired_test
from neurona.evaluation.inference.paired import above_controls, q_values

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 7)), min_size=4, max_size=60)


def two(asked, rows):
    first, second, images = (np.array(column) for column in zip(*rows, strict=True))
    return asked(first, images), asked(second, images)


@settings(max_examples=15)
@given(rows=PAIRS)
def test_exchanged_decoders_have_the_opposite_effect_and_the_same_p(asked, rows):
    first, second = two(asked, rows)
    one, other = paired_test(first, second), paired_test(second, first)
    assert one.effect == pytest.approx(-other.effect)
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))
    assert one.p == pytest.approx(other.p)


@settings(max_examples=15)
@given(rows=PAIRS, order=st.randoms(use_true_random=False))
def test_the_interval_holds_the_effect_and_rows_may_stand_in_any_order(asked, rows, order):
    first, second = two(asked, rows)
    found = paired_test(first, second)
    assert found.low <= found.effect <= found.high
    shuffled = order.sample(range(len(rows)), len(rows))
    again = paired_test(first.iloc[shuffled], second.iloc[shuffled[::-1]])
    assert again == pytest.approx(found)


def test_names_of_answers_and_questions_do_not_matter(asked):
    rng = np.random.default_rng(0)
    rows = list(zip(rng.random(80) < 0.7, rng.random(80) < 0.5, rng.integers(0, 20, 80), strict=True))
    first, second = two(asked, rows)
    renamed = [
        table.assign(
            question="new-" + table.question,
            answer=table.answer.map({"yes": True, "no": False}),
            predicted=table.predicted.map({"yes": "Yes", "no": "no"}),
        )
        for table in (first, second)
    ]
    assert paired_test(*renamed) == pytest.approx(paired_test(first, second))


def test_a_clear_difference_is_found_and_agreement_is_none(asked):
    rng = np.random.default_rng(0)
    images = np.repeat(np.arange(60), 5)
    good, poor = asked(rng.random(300) < 0.9, images), asked(rng.random(300) < 0.6, images)
    found = paired_test(good, poor)
    assert found.effect == pytest.approx(0.3, abs=0.1)
    assert found.p < 1e-6
    assert found.n_clusters == 60
    same = paired_test(good, good)
    assert (same.effect, same.p) == (0, 1)
    assert same.low < 0 < same.high  # 60 images cannot exclude that some others would differ


def test_answers_that_stand_or_fall_with_their_image_count_once(asked):
    better = np.repeat(np.arange(6) < 5, 20)
    images = np.repeat(np.arange(6), 20)
    found = paired_test(asked(better, images), asked(~better, images))
    assert found.p == pytest.approx(2 * (6 + 1) / 2**6)


def test_seeds_are_images_of_their_own_unless_told_otherwise(asked):
    tables = [asked([1, 1, 1], seed=seed) for seed in range(4)]
    first = pd.concat(tables, ignore_index=True)
    second = pd.concat([asked([0, 0, 0], seed=seed) for seed in range(4)], ignore_index=True)
    assert paired_test(first, second).p == pytest.approx(2 / 2**12)
    assert paired_test(first, second, by=("image",)).p == pytest.approx(2 / 2**3)


def test_p_is_uniform_when_decoders_are_equally_good_on_clustered_questions(asked):
    rng = np.random.default_rng(1)
    images = np.repeat(np.arange(40), 4)
    p = []
    for _ in range(60):
        ease = np.repeat(rng.uniform(0.3, 0.9, 40), 4)
        sways = [np.repeat(rng.choice([-0.3, 0.3], 40), 4) for _ in range(2)]
        first, second = (asked(rng.random(160) < np.clip(ease + sway, 0, 1), images) for sway in sways)
        p.append(paired_test(first, second).p)
    assert 0.3 < np.mean(p) < 0.7
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / 60)


def test_a_table_of_pairs_keeps_the_order_told_and_the_groups_there_are(asked):
    rng = np.random.default_rng(0)
    decoders = {name: asked(rng.random(60) < rate) for name, rate in (("a", 0.9), ("b", 0.6), ("c", 0.6))}
    table = comparison_table(decoders, [("b", "a"), ("a", "c")], groups=("overall", "describe"))
    assert table[["first_decoder", "second_decoder", "group"]].values.tolist() == [
        ["b", "a", "overall"],
        ["a", "c", "overall"],
    ]
    assert table.effect[0] < 0 < table.effect[1]
    assert (table.q >= table.p).all()
    assert len(comparison_table(decoders)) == 3
    with pytest.raises(DataError, match="no predictions of a decoder 'd'"):
        comparison_table(decoders, [("a", "d")])


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=20))
def test_adjusted_p_values_are_no_smaller_and_keep_their_order(p):
    p = np.array(p)
    q = q_values(pd.Series(p))
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    order = np.argsort(p)
    assert (np.diff(q[order]) >= -1e-12).all()


def test_false_discoveries_stay_below_their_level():
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(400):
        p = np.concatenate([rng.random(30), rng.beta(0.05, 1, 10)])
        found = q_values(pd.Series(p)) <= 0.1
        shares.append(found[:30].sum() / max(1, found.sum()))
    assert np.mean(shares) <= 0.1


def test_complaints_name_the_fault(asked):
    first = asked([1, 0, 1])
    with pytest.raises(DataError, match="no question in common"):
        paired_test(first, first.assign(question="x" + first.question))
    with pytest.raises(DataError, match=r"question 'q0' has the answer 'yes' in one table and 'no' in the other \(3"):
        paired_test(first, first.assign(answer=["no", "yes", "no"]))
    with pytest.raises(DataError, match="stands twice"):
        paired_test(pd.concat([first, first]), first)
    with pytest.raises(DataError, match="no questions 'objects'; did you mean 'object'"):
        paired_test(first, first, "objects")
    assert paired_test(first, first.iloc[:2]).left_out == 1


def test_what_two_decoders_differ_by_without_a_brain_is_no_advantage():
    random = np.random.default_rng(0)
    table = pd.DataFrame({"question": [f"q{k}" for k in range(600)], "image": [f"i{k // 6}" for k in range(600)]})
    table = table.assign(
        recording=table.image, type="object", program="exists x. cat(x)", answer="yes", score=1.0, chance=np.nan
    )

    def answers(rate):
        return table.assign(predicted=np.where(random.random(600) < rate, "yes", "no"))

    biased = above_controls(answers(0.8), answers(0.6), answers(0.8), answers(0.6))
    assert biased.low < 0 < biased.high
    seen = above_controls(answers(0.8), answers(0.6), answers(0.5), answers(0.5))
    assert seen.low > 0.05
    assert seen.p < 0.01
    assert seen.effect == pytest.approx(0.2, abs=0.1)
