"""Random answers: fair, and drawn from the seed, the recording and the program alone."""

import numpy as np
from small_problem import right, small_problem

from neurona.decoders.random_answers import RandomAnswers

EMPTY = np.zeros((0, 0))


def test_coins_and_words_are_fair():
    asked = small_problem()[1]
    answers = RandomAnswers(3).answer(EMPTY, asked)
    yes = (np.asarray(answers.yes_no) > 0)[~asked.is_describe]
    assert abs(yes.mean() - 0.5) < 4 * 0.5 / np.sqrt(len(yes))
    found, chance = right(answers, asked)[asked.is_describe], asked.chance[asked.is_describe]
    assert abs((found - chance).sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())


def test_another_seed_throws_other_coins():
    asked = small_problem()[1]
    first, second = (np.asarray(RandomAnswers(seed).answer(EMPTY, asked).yes_no) for seed in (0, 1))
    agree = (first == second)[~asked.is_describe].mean()
    assert 0.35 < agree < 0.65


def test_the_same_question_about_the_same_recording_is_answered_alike_however_often_it_is_asked():
    asked = small_problem()[1]
    twice = asked.join(asked)
    yes_no, describe = map(np.asarray, RandomAnswers(0).answer(EMPTY, twice))
    np.testing.assert_array_equal(yes_no[: len(asked)], yes_no[len(asked) :])
    np.testing.assert_array_equal(describe[: len(asked)], describe[len(asked) :])
