"""What follows from what, under an ontology."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import formulas, queries

from neurona.errors import QueryError
from neurona.programs import (
    Vocabulary,
    counterexample,
    deciding_domain,
    entails,
    equivalent,
    parse,
    to_english,
    value,
)
from neurona.programs.entailment import search

ONTOLOGY = Vocabulary(
    concepts=("dog", "puppy", "animal", "plant", "face", "cat"),
    relations=("hold", "on"),
    definitions={"living": "animal(x) | plant(x)", "lifeless": "~living(x)"},
    axioms=(
        "forall x. dog(x) -> animal(x)",
        "puppy(x) -> dog(x)",
        "~(exists x. animal(x) & plant(x))",
        "forall x. forall y. on(x, y) -> ~on(y, x)",
    ),
)


@pytest.mark.parametrize(
    ("a", "b", "holds"),
    [
        ("Is there a puppy?", "Is there an animal?", True),
        ("Is there an animal?", "Is there a dog?", False),
        ("exists x. dog(x)", "exists x. living(x)", True),
        ("dog(x)", "~plant(x)", True),
        ("puppy(x)", "lifeless(x)", False),
        ("exists x. forall y. hold(x, y)", "forall y. exists x. hold(x, y)", True),
        ("forall y. exists x. hold(x, y)", "exists x. forall y. hold(x, y)", False),
        ("((count x. dog(x)) > 1)", "((count x. animal(x)) >= 2)", True),
        ("((count x. animal(x)) >= 2)", "((count x. dog(x)) >= 2)", False),
        ("exists x. on(x, the y. dog(y))", "exists x. on(x, the y. dog(y) & animal(y))", True),
        ("exists x. exists y. on(x, y)", "exists x. exists y. ~on(y, x)", True),
        ("forall x. dog(x)", "exists x. dog(x)", False),  # not where there is nothing
        ("on(x, x)", "dog(x)", True),  # nothing is on itself, so anything follows
    ],
)
def test_what_follows(a, b, holds):
    a, b = parse(a), parse(b)
    assert entails(a, b, ONTOLOGY) is holds
    assert (counterexample(a, b, ONTOLOGY) is None) is holds


def test_the_axioms_matter():
    a, b = parse("exists x. dog(x)"), parse("exists x. animal(x)")
    assert entails(a, b, ONTOLOGY)
    assert not entails(a, b)


def test_a_counterexample_is_one():
    a, b = parse("forall y. exists x. hold(x, y)"), parse("exists x. forall y. hold(x, y)")
    world = counterexample(a, b)
    assert value(a, world)
    assert not value(b, world)


@given(a=formulas, b=formulas)
def test_entailment_is_reflexive_and_what_it_says_holds(a, b):
    assert entails(a, a, domain=2)
    if entails(a, b, domain=2) and entails(b, a, domain=2):
        assert equivalent(a, b, domain=2)


SAMPLES = [
    "exists x. dog(x)",
    "exists x. animal(x)",
    "exists x. puppy(x) & cat(x)",
    "exists x. dog(x) & cat(x)",
    "exists x. cat(x)",
    "forall x. dog(x)",
    "~(exists x. cat(x) & ~dog(x))",
    "forall x. cat(x) -> animal(x)",
    "((count x. dog(x)) >= 2)",
    "exists x. exists y. dog(x) & dog(y)",
]


def test_entailment_is_transitive_and_equivalence_an_equivalence():
    formulas = [parse(text) for text in SAMPLES]
    follows = {(a, b): entails(a, b, ONTOLOGY) for a in formulas for b in formulas}
    same = {(a, b): equivalent(a, b, ONTOLOGY) for a in formulas for b in formulas}
    assert 0 < sum(same.values()) - len(formulas) < sum(follows.values()) - len(formulas)
    for a in formulas:
        assert follows[a, a]
        assert same[a, a]
        for b in formulas:
            assert same[a, b] == same[b, a] == (follows[a, b] and follows[b, a])
            for c in formulas:
                assert follows[a, c] or not (follows[a, b] and follows[b, c])
                assert same[a, c] or not (same[a, b] and same[b, c])


@given(query=queries)
@settings(max_examples=40)
def test_a_query_is_equivalent_to_itself_read_from_english(query):
    assert equivalent(query, parse(to_english(query)), domain=1)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("count x. dog(x)", "count y. dog(y) & animal(y)", True),
        ("count x. dog(x)", "count x. animal(x)", False),
        ("count x. dog(x)", "exists x. dog(x)", False),
        ("describe Kind", "describe Kind", True),
        ("describe Kind", "describe Colour", False),
        ("describe Kind(the x. dog(x))", "describe Kind(the y. dog(y) & animal(y))", True),
        ("describe Kind(the x. dog(x))", "describe Kind(the x. animal(x))", False),
        ("exists x. face(x) & hold(x, the y. dog(y))", "exists z. hold(z, the x. dog(x)) & face(z)", True),
    ],
)
def test_equivalence_of_every_kind_of_query(a, b, same):
    assert equivalent(parse(a), parse(b), ONTOLOGY) is same


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("exists x. face(x)", 1),
        ("face(x) & ~cat(y)", 2),
        ("(exists x. exists y. on(x, y)) & (forall x. forall y. on(x, y) -> on(y, x))", 2),
        ("forall x. exists y. on(x, y)", None),
        ("forall x. exists y. face(x) & cat(y)", 4),  # concepts alone: 2^2
        ("forall x. (exists y. hold(y, y)) | face(x)", 1),  # the inner "some" does not depend on x
        ("((count x. face(x)) >= 2)", 3),
        ("((count x. face(x)) > (count x. cat(x)))", None),
    ],
)
def test_how_many_individuals_decide(text, enough):
    assert deciding_domain(parse(text)) == enough


def test_a_yes_beyond_what_decides_is_not_settled():
    found = search(parse("(exists x. face(x)) & (forall x. exists y. on(x, y) & ~on(x, y))"))
    assert found.world is None
    assert not found.settled


@given(formula=st.deferred(lambda: formulas))
def test_a_larger_domain_finds_nothing_where_a_deciding_one_found_nothing(formula):
    enough = deciding_domain(formula)
    if enough is not None and enough <= 2 and search(formula).world is None:
        assert search(formula, domain=enough + 1).world is None


def test_only_formulas_entail():
    with pytest.raises(QueryError, match="only formulas entail one another, found count"):
        entails(parse("count x. dog(x)"), parse("exists x. dog(x)"))
