"""The smallest change that turns an answer."""

from __future__ import annotations

import numpy as np
import pytest

from neurona.errors import QueryError
from neurona.execution import Worlds
from neurona.programs import parse
from neurona.programs.facts import Fact
from neurona.readings.nearest_change import nearest_change

MAN, BAT, HOLD, RED = Fact("man"), Fact("bat"), Fact("hold", ("man", "bat")), Fact("red", ("bat",))
WORLDS = Worlds.of_facts(
    [[[MAN, BAT, HOLD], [MAN, BAT], [MAN, BAT, HOLD, RED], [MAN]]],
    ("man", "bat", "red"),
    ("hold",),
    np.array([[0.4, 0.1, 0.3, 0.2]]),
)


def test_the_nearest_world_turns_the_answer_and_the_likelier_of_two_is_taken():
    lost = nearest_change(WORLDS, parse("exists x. hold(x, the y. bat(y))"), 0)
    assert lost == (True, pytest.approx(0.4), {HOLD}, set(), pytest.approx(0.1))
    won = nearest_change(WORLDS, parse("exists x. red(x)"), 0)
    assert won == (False, pytest.approx(0.4), set(), {RED}, pytest.approx(0.3))


def test_equal_worlds_are_one():
    twice = Worlds.of_facts([[[MAN], [MAN], [BAT]]], ("man", "bat", "red"), ("hold",), np.array([[0.3, 0.3, 0.4]]))
    assert nearest_change(twice, parse("exists x. man(x)"), 0) == (
        True,
        pytest.approx(0.6),
        {MAN},
        {BAT},
        pytest.approx(0.4),
    )


def test_what_holds_in_all_worlds_cannot_be_turned_and_numbers_are_no_answers():
    assert nearest_change(WORLDS, parse("exists x. man(x)"), 0) is None
    with pytest.raises(QueryError, match="yes or no"):
        nearest_change(WORLDS, parse("count x. man(x)"), 0)
