"""Chance: null decoders are inside, others are not, and many tests are many tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurona.evaluation import chance_interval, chance_table, holm

P = st.lists(st.floats(1e-6, 1), min_size=1, max_size=15).map(np.array)


def test_one_question_an_image_is_the_binomial_test(asked):
    found = chance_table({"coin": asked(np.arange(40) < 26)}).iloc[0]
    assert found.p == pytest.approx(stats.binomtest(26, 40).pvalue)
    assert (found.low, found.high) == chance_interval(0.5, 40)
    assert (found.verdict, found.inside) == ("at chance", True)
    unlikely = chance_table({"word": asked(np.arange(40) < 12, truth=["a", "b", "c", "d"] * 10, type="t", chance=0.1)})
    # Always saying one of four words is guessing, too.
    assert unlikely.p[0] == pytest.approx(2 * stats.binomtest(12, 40, 0.25, "greater").pvalue)


def test_a_decoder_that_sees_something_is_above_chance_and_a_contrary_one_below(asked):
    rng = np.random.default_rng(0)
    images = np.repeat(np.arange(50), 4)
    table = chance_table({name: asked(rng.random(200) < rate, images) for name, rate in (("up", 0.7), ("down", 0.3))})
    assert table.set_index("decoder").verdict.to_dict() == {"up": "above chance", "down": "below chance"}
    assert not table.inside.any()


def test_always_giving_the_frequent_answer_is_guessing(asked):
    table = asked(np.arange(100) < 80, truth=np.where(np.arange(100) < 80, "no", "yes"))
    found = chance_table({"no": table}).iloc[0]
    assert (found.fair, found.frequent, found.verdict, found.inside) == (0.5, pytest.approx(0.8), "at chance", True)


def test_answers_that_stand_or_fall_together_are_no_evidence(asked):
    # 8 of 12 images all right: 160 of 240 answers, which would be far from chance if they were independent.
    found = chance_table({"lucky": asked(np.repeat(np.arange(12) < 8, 20), np.repeat(np.arange(12), 20))}).iloc[0]
    assert found.verdict == "at chance"
    assert found.inside
    assert found.p == pytest.approx(stats.binomtest(8, 12).pvalue)


def test_null_decoders_stay_inside_and_few_tables_have_any_verdict(asked):
    rng = np.random.default_rng(0)
    inside, alarms = [], 0
    for _ in range(30):
        images = np.repeat(np.arange(30), 4)
        tables = {}
        for name in "abc":
            guess = asked(rng.random(120) < 0.5, images, type=np.tile(["object", "relation"], 60))
            tables[name] = guess.assign(answer=np.tile(["yes", "yes", "no", "no"], 30)).assign(
                predicted=np.where(rng.random(120) < 0.5, "yes", "no")
            )
        found = chance_table(tables)
        inside.append(found.inside.mean())
        alarms += (found.verdict != "at chance").any()
    assert np.mean(inside) >= 0.94
    assert alarms <= 5


@given(P)
def test_holm_never_exceeds_bonferroni_and_keeps_the_order(p):
    adjusted = holm(p)
    assert (adjusted >= p - 1e-12).all()
    assert (adjusted <= np.minimum(1, len(p) * p) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= -1e-12).all()


@given(P, st.randoms(use_true_random=False))
def test_holm_does_not_look_at_the_order_of_tests(p, random):
    order = np.array(random.sample(range(len(p)), len(p)))
    np.testing.assert_allclose(holm(p[order]), holm(p)[order])


def test_more_decoders_make_each_verdict_harder(asked):
    borderline = asked(np.arange(40) < 27)
    alone = chance_table({"a": borderline})
    among = chance_table({"a": borderline, **{str(k): asked(np.arange(40) < 20) for k in range(5)}})
    assert alone.verdict[0] == "above chance"
    assert among.verdict[0] == "at chance"
    assert among.p[0] == alone.p[0]
    assert isinstance(among, pd.DataFrame)
