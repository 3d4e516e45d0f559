"""Exact probabilities of programs, beside all worlds there are."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_programs import random_programs

from neurona.errors import QueryError
from neurona.execution.exact import Plan
from neurona.execution.expansion import Expansion
from neurona.execution.propositions import TRUE, Propositions, TooLarge
from neurona.programs import Vocabulary, World, parse, value

PROGRAMS = (
    "exists x. a(x) & b(x)",
    "exists x. exists y. a(x) & b(y) & r(x, y)",
    "exists x. a(x) & r(x, the y. b(y))",
    "exists x. a(x) & ~r(x, the y. r(y, the z. b(z)))",
    "exists x. a(x) & r(x, the y. b(y) & r(x, y))",
    "exists x. a(x) & (exists x. b(x) & r(x, the y. r(y, x)))",
    "forall x. a(x) -> (exists y. r(x, y))",
    "(exists x. a(x)) <-> (forall y. b(y))",
    "a(the x. b(x)) | ~b(the x. a(x))",
    "((count x. a(x)) > (count y. b(y)))",
    "((count x. a(x)) >= (count y. a(y) & b(y)))",
    "((count x. r(x, the y. b(y))) != 1)",
)


class Case:
    """A program on some things, every fact of its own probability."""

    def __init__(self, text, things):
        self.things, self.number, self.made = things, {}, Propositions()
        self.program = parse(text) if isinstance(text, str) else text
        self.formula = Expansion(things, self.atom, lambda _: TRUE, self.made).formula(self.program)
        self.plan = Plan(self.made, [self.formula])

    def atom(self, word, of):
        return self.made.fact(self.number.setdefault((word, of), len(self.number)))

    def exact(self, p):
        return self.plan(p[:, list(self.plan.facts)])[:, 0]

    def enumerated(self, p):
        facts, found = list(self.number), np.zeros(len(p))
        for there in product((False, True), repeat=len(facts)):
            world = World(self.things, frozenset(fact for fact, yes in zip(facts, there, strict=True) if yes))
            if value(self.program, world):
                found += np.where(there, p, 1 - p).prod(axis=1)
        return found

    def probabilities(self, rows=3):
        return np.random.default_rng(len(self.number)).random((rows, len(self.number)))


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_has_the_sum_of_the_worlds_in_which_it_is_true(text):
    case = Case(text, 2)
    p = case.probabilities()
    np.testing.assert_allclose(case.exact(p), case.enumerated(p), atol=1e-12)


@given(st.integers(0, 2**20))
@settings(max_examples=25, deadline=None)
def test_so_has_any_other_program(seed):
    words = Vocabulary(("a", "b"), ("r",))
    try:
        case = Case(random_programs(np.random.default_rng(seed), words, 1, ("a",))[0], 2)
    except (TooLarge, QueryError):
        return
    if len(case.number) <= 8:
        p = case.probabilities()
        np.testing.assert_allclose(case.exact(p), case.enumerated(p), atol=1e-12)


def test_a_read_once_program_costs_as_much_as_it_is_long():
    small, large = (Case("exists x. a(x) & b(x)", things) for things in (10, 100))
    assert large.plan.cells < 11 * small.plan.cells
    p = large.probabilities(1)
    a, b = (np.array([p[0, large.number[word, (k,)]] for k in range(100)]) for word in "ab")
    assert large.exact(p)[0] == pytest.approx(1 - np.prod(1 - a * b))


def test_what_is_looked_up_is_looked_up_once_for_all_that_is_said_of_it():
    case = Case("exists x. a(x) & r(x, the y. b(y))", 40)
    assert case.plan.cells < 40**2 * 5


def test_rows_do_not_depend_on_each_other():
    case = Case("exists x. exists y. a(x) & b(y) & r(x, y)", 3)
    p = case.probabilities(300)
    np.testing.assert_array_equal(case.exact(p)[7:8], case.exact(p[7:8]))


def test_what_would_take_too_long_is_refused_at_once():
    start = time.process_time()
    with pytest.raises(TooLarge):
        Case("exists x. exists y. r(x, y) & a(y) & b(x)", 60)
    assert time.process_time() - start < 5
