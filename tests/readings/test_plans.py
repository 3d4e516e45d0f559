"""Plans of queries."""

import pytest

from neurona.programs import Vocabulary, parse
from neurona.programs.facts import Fact
from neurona.programs.normal_form import normal_form
from neurona.readings.plans import Plans

WORDS = Vocabulary(("man", "dog", "red", "small"), ("hold",), categories={"Look": ("red", "small")})


@pytest.fixture
def plans():
    return Plans(WORDS, ("man", "dog"))


def test_each_word_of_a_category_states_its_fact(plans):
    plan = plans.of(parse("describe Look(the x. dog(x))", WORDS), 3)
    assert plan.choices == ("red", "small")
    assert [item.literal for item in plan.items] == [(Fact("red", ("dog",)), True), (Fact("small", ("dog",)), True)]


def test_a_count_may_come_to_any_number_up_to_the_most(plans):
    plan = plans.of(parse("count x. dog(x)", WORDS), 3)
    assert (plan.choices, plan.items) == (("0", "1", "2", "3"), ())


def test_programs_written_otherwise_have_the_same_item(plans):
    one, other = (parse(text, WORDS) for text in ("exists x. man(x) & red(x)", "exists y. red(y) & man(y)"))
    assert plans.of(one, 3).items[0] is plans.of(other, 3).items[0]
    assert plans.of(one, 3).choices == ()


def test_a_denial_denies_the_fact_that_it_names(plans):
    (item,) = plans.of(parse("~(exists x. dog(x))", WORDS), 3).items
    assert item.literal == (Fact("dog"), False)
    assert plans.item(normal_form(parse("exists x. dog(x)", WORDS), WORDS)).literal == (Fact("dog"), True)
