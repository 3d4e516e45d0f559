"""Axioms read in any spelling, closed under what follows."""

import pytest

from neurona.errors import DataError
from neurona.programs import Vocabulary, normal_form, parse
from neurona.programs.axioms import axioms_of
from neurona.programs.facts import Fact

WORDS = ("dog", "cat", "animal", "pet", "stone", "red", "blue")


def read(*axioms, **more):
    return axioms_of(Vocabulary(WORDS, ("hold",), axioms=axioms, **more))


@pytest.mark.parametrize(
    "text",
    [
        "forall x. dog(x) -> ~cat(x)",
        "forall y. ~(dog(y) & cat(y))",
        "~(exists x. cat(x) & dog(x))",
        "forall x. cat(x) -> ~dog(x)",
        "dog(x) -> ~cat(x)",
        "((count x. cat(x) & dog(x)) = 0)",
    ],
)
def test_what_excludes_each_other_is_found_in_any_spelling(text):
    found = read(text)
    assert found.disjoint == {frozenset(["dog", "cat"])}
    assert not found.implied
    assert not found.others
    assert found.apart("dog") == {"cat"}


@pytest.mark.parametrize(
    "text", ["forall x. dog(x) -> animal(x)", "forall x. ~animal(x) -> ~dog(x)", "~(exists x. dog(x) & ~animal(x))"]
)
def test_what_follows_is_found_in_any_spelling(text):
    assert read(text).implied == {"dog": {"animal"}}


def test_several_at_once():
    found = read("forall x. (dog(x) | cat(x)) -> pet(x) & animal(x)")
    assert found.implied == {"dog": {"pet", "animal"}, "cat": {"pet", "animal"}}


def test_what_follows_is_closed_under_itself():
    found = read("forall x. dog(x) -> pet(x)", "forall x. pet(x) -> animal(x)", "forall x. animal(x) -> ~stone(x)")
    assert found.follows("dog") == {"pet", "animal"}
    assert found.apart("stone") == {"dog", "pet", "animal"}
    assert not found.follows("stone")


def test_definitions_count_and_other_forms_are_kept():
    found = read("forall x. tame(x) -> animal(x)", "forall x. dog(x) -> (exists y. hold(y, x))",
                 definitions={"tame": "dog(x) | cat(x)"})  # fmt: skip
    assert found.implied == {"dog": {"animal"}, "cat": {"animal"}}
    assert found.others == (normal_form(parse("forall x. dog(x) -> (exists y. hold(y, x))")),)


def test_members_of_an_exclusive_category_exclude_each_other():
    found = read(categories={"Kind": ("dog", "cat", "stone")}, exclusive=("Kind",))
    assert found.exclusive == (("dog", "cat", "stone"),)
    assert found.apart("cat") == {"dog", "stone"}


def test_facts_are_closed_under_axioms():
    found = read("forall x. dog(x) -> animal(x)", "forall x. red(x) -> ~blue(x)")
    things = frozenset(["dog", "animal", "cat"])
    true, false = found.applied(frozenset([Fact("dog"), Fact("red", ("dog",))]), frozenset(), things)
    assert true == {Fact("dog"), Fact("animal"), Fact("red", ("dog",))}
    assert false == {Fact("blue", ("dog",))}
    assert found.applied(frozenset(), frozenset([Fact("animal")]), things)[1] == {Fact("animal"), Fact("dog")}


@pytest.mark.parametrize(
    ("exclusive", "message"),
    [(("Kinds",), "no category 'Kinds'.*Kind"), (("Act",), "'hold' is no concept")],
)
def test_a_faulty_exclusive_category_is_refused(exclusive, message):
    categories = {"Kind": ("dog", "cat"), "Act": ("hold", "beside")}
    with pytest.raises(DataError, match=message):
        Vocabulary(WORDS, ("hold", "beside"), categories, exclusive=exclusive)
