"""Formulas in which facts stand as seldom as possible."""

import pytest

from neurona.execution.propositions import FALSE, TRUE, Propositions, TooLarge


def some():
    made = Propositions()
    return made, *(made.fact(k) for k in range(4))


def test_equal_formulas_are_one_and_a_denial_is_denied_back():
    made, a, b, *_ = some()
    assert made.every([a, b]) == made.every([b, a, b, TRUE])
    assert made.any([a, b]) == made.every([a ^ 1, b ^ 1]) ^ 1
    assert made.any([a, a ^ 1]) == TRUE
    assert made.every([a, a ^ 1]) == made.every([a, FALSE]) == FALSE


def test_common_parts_are_taken_out_and_what_is_certain_is_left_out():
    made, a, b, c, _ = some()
    assert made.any([made.every([a, b]), made.every([a, c])]) == made.every([a, made.any([b, c])])
    assert made.every([a, made.any([a ^ 1, b])]) == made.every([a, b])
    assert made.any([a, made.every([a, b])]) == a
    assert made.every([a, made.any([a, b])]) == a


def test_a_tally_that_cannot_fail_is_certain():
    made, a, b, *_ = some()
    assert made.tally([(a, 1), (b, 1)], lambda total: total < 3) == TRUE
    assert made.tally([(a, 1), (b, -1)], lambda total: total > 1) == FALSE
    assert made.tally([(a, 1), (a, -1), (TRUE, 1)], lambda total: total == 1) == TRUE


def test_what_grows_beyond_measure_is_refused():
    made = Propositions()
    facts = [made.fact(number) for number in range(600)]
    with pytest.raises(TooLarge):
        made.any(made.every(facts[k:]) for k in range(600))
