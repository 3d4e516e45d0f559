"""Which answers answer what was asked."""

from __future__ import annotations

import numpy as np

from neurona.programs import parse
from neurona.programs.open_question import OpenQuestion
from neurona.readings.answered import answered

MAN, DOG = parse("exists x. man(x)"), parse("exists x. dog(x)")


def test_of_a_question_for_things_the_likeliest_choice_answers_about_each_recording():
    questions = [DOG, OpenQuestion(("man", "dog"), (MAN, DOG)), MAN]
    probability = np.array([0.1, 0.2, 0.9, np.nan, 0.3, 0.4, 0.5, 0.6])
    places, answers = answered(questions, tuple("abcdefgh"), probability, 2)
    assert places.tolist() == [0, 1, 2, 5, 6, 7]
    assert answers == ["a", "b", "man", "dog", "g", "h"]


def test_nothing_asked_is_nothing_answered():
    places, answers = answered([], (), np.zeros(0), 3)
    assert (places.tolist(), answers) == ([], [])
