"""Negation normal form: the same in every world, and in a logic that is not classical."""

import pytest
from hypothesis import given
from logics import probability
from queries import ANYONE, formulas, queries, worlds

from neurona.errors import QueryError
from neurona.programs import negation_normal_form, parse, to_logic, value
from neurona.programs.tree import Atom, Describe, Iff, Implies, Not, walk


@given(query=queries)
def test_negation_stands_before_atoms_alone(query):
    for node in walk(negation_normal_form(query)):
        assert not isinstance(node, Implies | Iff)
        assert not isinstance(node, Not) or isinstance(node.body, Atom)


@given(query=queries, world=worlds)
def test_it_has_the_same_value_in_every_world(query, world):
    if not isinstance(query, Describe):
        assert value(negation_normal_form(query), world, ANYONE) == value(query, world, ANYONE)


@given(formula=formulas)
def test_it_has_the_same_value_where_and_multiplies_probabilities(formula):
    before = probability(formula)
    assert before is None or probability(negation_normal_form(formula)) == pytest.approx(before, abs=1e-9)


def test_an_example_of_every_step():
    query = parse("~(forall x. ((count y. a(y)) > 2) -> (b(x) <-> ~~c(x)))")
    assert to_logic(negation_normal_form(query)) == (
        "exists x. ((count y. a(y)) > 2) & ((b(x) & ~c(x)) | (c(x) & ~b(x)))"
    )


def test_doubling_without_end_is_refused():
    text = "a(x)"
    for _ in range(20):
        text = f"({text} <-> b(x))"
    with pytest.raises(QueryError, match="10000 nodes"):
        negation_normal_form(parse(text))
