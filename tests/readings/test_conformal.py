"""Sets of answers hold the right one as often as promised, whatever the decoder."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.readings.conformal import LEAST, POOLED, answers_within, misses, threshold


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.2, 3), st.sampled_from([0.7, 0.9]))
def test_coverage_holds_for_decoders_too_sure_or_not_sure_enough(seed, sureness, coverage):
    random = np.random.default_rng(seed)
    truth = random.random(6000) < 0.5
    logit = sureness * random.normal(np.where(truth, 1.0, -1.0), 1.0)
    asked = 1 / (1 + np.exp(-logit))[:, None]
    known = misses(asked[:2000], ["object"] * 2000, truth[:2000].astype(int))
    most = threshold(known, "object", coverage)
    held = 1 - np.where(truth, asked[:, 0], 1 - asked[:, 0])[2000:] <= most
    # Five standard errors of what 2,000 questions promise and 4,000 show.
    assert abs(np.mean(held) - coverage) < 5 * np.sqrt(coverage * (1 - coverage) * (1 / 2000 + 1 / 4000))


def test_few_questions_of_a_form_are_judged_by_all():
    asked = np.linspace(0.1, 0.9, LEAST + 5)[:, None]
    known = misses(asked, ["object"] * LEAST + ["rare"] * 5, np.ones(LEAST + 5, int))
    assert set(known[POOLED]) == {POOLED, "object"}
    assert threshold(known, "rare", 0.8) == threshold({POOLED: {POOLED: known[POOLED][POOLED]}}, "object", 0.8)


def test_too_few_questions_rule_nothing_out():
    assert threshold({POOLED: {POOLED: np.array([0.1, 0.2])}}, "object", 0.9) == float("inf")
    assert answers_within(np.array([0.99]), (), float("inf")) == ("yes", "no")


def test_words_are_ruled_out_one_by_one_and_one_is_always_left():
    words = ("cat", "dog", "man")
    assert answers_within(np.array([0.2, 0.7, 0.1]), words, 0.85) == ("dog", "cat")
    assert answers_within(np.array([0.2, 0.7, 0.1]), words, 0.1) == ("dog",)
    known = misses(np.array([[0.2, 0.7, 0.1]]), ["describe"], np.array([1]))
    assert known[POOLED][POOLED] == pytest.approx([0.3])


def test_each_subject_has_its_own_threshold_where_it_has_questions_enough():
    asked = np.r_[np.full(LEAST, 0.9), np.full(LEAST, 0.6), np.full(2, 0.5)][:, None]
    subject = ["sure"] * LEAST + ["unsure"] * LEAST + ["new"] * 2
    known = misses(asked, ["object"] * len(asked), np.ones(len(asked), int), subject)
    found = {name: threshold(known, "object", 0.9, name) for name in ("sure", "unsure", "new", "unknown")}
    assert found["sure"] == pytest.approx(0.1)
    assert found["unsure"] == found["new"] == found["unknown"] == pytest.approx(0.4)
