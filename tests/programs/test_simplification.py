"""Shorter queries that mean the same."""

import pytest
from hypothesis import given, settings
from logics import probability
from queries import ANYONE, any_worlds, closed, formulas, queries, worlds

from neurona.errors import QueryError
from neurona.programs import Vocabulary, equivalent, parse, simplify, to_logic, value
from neurona.programs.tree import And, Describe, size

ONTOLOGY = Vocabulary(
    concepts=("dog", "animal", "face", "cat"),
    relations=("hold", "on"),
    definitions={"animate": "face(x) | animal(x)"},
    axioms=("forall x. dog(x) -> animal(x)",),
)


@given(query=queries, world=worlds)
def test_it_has_the_same_value_in_every_world(query, world):
    if not isinstance(query, Describe):
        assert value(simplify(query), world, ANYONE) == value(query, world, ANYONE)


@given(formula=formulas, world=any_worlds)
def test_it_has_the_same_value_where_there_is_nothing(formula, world):
    assert value(simplify(closed(formula)), world) == value(closed(formula), world)


@given(query=queries)
def test_it_is_never_longer_and_simplifying_again_changes_nothing(query):
    for every_logic in (False, True):
        shorter = simplify(query, every_logic=every_logic)
        assert size(shorter) <= size(query)
        assert simplify(shorter, every_logic=every_logic) == shorter


@settings(max_examples=40)
@given(query=queries)
def test_it_is_equivalent_under_an_ontology(query):
    shorter = simplify(query, ONTOLOGY)
    assert simplify(shorter, ONTOLOGY) == shorter
    assert equivalent(query, shorter, ONTOLOGY, domain=2)


@given(formula=formulas)
def test_what_holds_in_every_logic_holds_where_and_multiplies_probabilities(formula):
    before = probability(formula)
    after = probability(simplify(formula, every_logic=True))
    assert before is None or after == pytest.approx(before, abs=1e-9)


def test_what_holds_in_classical_logic_alone_is_left_out_there():
    twice = parse("exists x. face(x) & face(x)")
    assert simplify(twice, every_logic=True) == twice
    assert probability(simplify(twice)) != pytest.approx(probability(twice), abs=1e-3)


@pytest.mark.parametrize(
    ("query", "shorter"),
    [
        ("exists x. ~~face(x) & face(x)", "exists x. face(x)"),
        ("~(exists x. ~face(x))", "forall x. face(x)"),
        ("exists x. (face(x) & cat(x)) | (face(x) & ~cat(x))", "exists x. face(x)"),
        ("exists x. face(x) & (face(x) | cat(x))", "exists x. face(x)"),
        ("(exists x. face(x)) | (exists x. cat(x))", "exists x. face(x) | cat(x)"),
        ("(forall x. face(x)) & (forall x. cat(x) & dog(x))", "forall x. face(x) & cat(x) & dog(x)"),
        ("exists x. exists y. face(y)", "exists y. face(y)"),
        ("((count x. face(x)) >= 1)", "exists x. face(x)"),
        ("(1 > (count x. face(x)))", "~(exists x. face(x))"),
        ("~((count x. face(x)) > 2)", "((count x. face(x)) <= 2)"),
        ("~face(x) -> ~cat(x)", "cat(x) -> face(x)"),
        ("count x. dog(x) & face(x) & dog(x)", "count x. dog(x) & face(x)"),
        ("describe Kind(the x. ~~dog(x))", "describe Kind(the x. dog(x))"),
        ("face(x) & cat(x) & ~face(x)", "face(x) & ~face(x)"),
        ("face(x) & (cat(x) & dog(x))", "face(x) & cat(x) & dog(x)"),
        # With the ontology: a dog is an animal, what is animate is a face or an animal.
        ("exists x. dog(x) & animal(x)", "exists x. dog(x)"),
        ("exists x. animate(x) & dog(x)", "exists x. dog(x)"),
        ("exists x. dog(x) | animal(x) | cat(x)", "exists x. animal(x) | cat(x)"),
        ("exists x. hold(x, the y. animal(y) & dog(y))", "exists x. hold(x, the y. dog(y))"),
    ],
)
def test_examples(query, shorter):
    assert to_logic(simplify(parse(query), ONTOLOGY)) == shorter


def test_a_very_large_query_is_refused():
    with pytest.raises(QueryError, match="1000 are simplified"):
        simplify(And((parse("face(x)"),) * 600))
