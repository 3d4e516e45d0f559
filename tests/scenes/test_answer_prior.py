"""Questions whose words tell their answers, as strongly as asked for."""

import numpy as np
import pandas as pd
import pytest

from neurona.scenes.answer_prior import with_answer_prior
from neurona.scenes.question_only import question_only_accuracy

QUESTIONS = pd.DataFrame(
    [(f"exists x. noun{k}(x)", answer, "object") for k in range(30) for answer in ("yes", "no")] * 200,
    columns=["program", "answer", "type"],
)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_whoever_learns_the_words_answers_as_many_as_the_dial_says(strength):
    kept = with_answer_prior(QUESTIONS, strength, seed=3)
    part = np.random.default_rng(0).random(len(kept)) < 0.5
    found = question_only_accuracy(kept[part], kept[~part]).set_index("type")
    assert found.lookup["object"] == pytest.approx(0.5 + 0.25 * strength, abs=0.02)


def test_at_strength_0_all_questions_are_kept():
    pd.testing.assert_frame_equal(with_answer_prior(QUESTIONS, 0.0), QUESTIONS)


def test_half_of_the_questions_are_kept_and_describe_questions_all():
    describe = pd.DataFrame({"program": ["describe Kind"] * 9, "answer": ["cat"] * 9, "type": ["kind"] * 9})
    kept = with_answer_prior(pd.concat([QUESTIONS, describe], ignore_index=True), 1.0)
    assert len(kept) - 9 == pytest.approx(len(QUESTIONS) / 2, rel=0.03)
    assert (kept.type == "kind").sum() == 9
