"""A fact is found however it is written."""

from itertools import permutations

import pytest

from neurona.programs import Vocabulary, normal_form, parse, to_logic
from neurona.programs.facts import Fact
from neurona.programs.literals import Composed, Literal, described, literal_tree, literals, one_literal, stated_fact

THINGS = frozenset(["man", "bat", "ball", "face", "cat"])
VOCABULARY = Vocabulary(
    ("man", "bat", "ball", "face", "cat", "red", "big"),
    ("hold", "beside"),
    categories={"Action": ("hold", "beside")},
    definitions={"animate": "face(x) | cat(x)", "person": "man(x)"},
)
HOLD = Fact("hold", ("man", "bat"))
RED = Fact("red", ("ball",))
WRITINGS = {
    Fact("bat"): ["exists x. bat(x)", "~(forall y. ~bat(y))", "((count x. bat(x)) >= 1)", "exists x. bat(x) & bat(x)"],
    Fact("man"): ["exists x. person(x)", "exists x. man(x) & ~cat(x)", "exists x. man(x) & ~animate(x)"],
    RED: [
        "exists x. red(x) & ball(x)",
        "exists x. ball(x) & red(x)",
        "red(the x. ball(x))",
        "~(forall x. ball(x) -> ~red(x))",
    ],
    HOLD: [
        "exists x. man(x) & hold(x, the y. bat(y))",
        "exists x. hold(x, the y. bat(y)) & man(x)",
        "exists y. bat(y) & hold(the x. man(x), y)",
        "hold(the x. person(x), the y. bat(y))",
        "exists x. man(x) & (exists y. bat(y) & hold(x, y))",
        "exists y. exists x. hold(x, y) & man(x) & bat(y)",
        *(
            f"exists {order}. exists {'y' if order == 'x' else 'x'}. {' & '.join(parts)}"
            for order in "xy"
            for parts in permutations(["man(x)", "bat(y)", "hold(x, y)"])
        ),
    ],
    Fact("hold", ("man", "man")): ["exists x. man(x) & hold(x, x)", "hold(the x. man(x), the y. man(y))"],
}


@pytest.mark.parametrize(("fact", "text"), [(fact, text) for fact, texts in WRITINGS.items() for text in texts])
def test_every_writing_of_a_fact_states_it_and_its_denial_denies_it(fact, text):
    assert one_literal(parse(text), THINGS, VOCABULARY) == (fact, True)
    assert one_literal(parse(f"~({text})"), THINGS, VOCABULARY) == (fact, False)
    assert one_literal(parse(f"~~({text})"), THINGS, VOCABULARY) == (fact, True)


@pytest.mark.parametrize(
    "text",
    [
        "exists x. red(x)",
        "exists x. red(x) & big(x)",
        "exists x. man(x) & bat(x)",
        "exists x. red(x) & big(x) & ball(x)",
        "exists x. exists y. hold(x, y)",
        "exists x. man(x) & red(x) & hold(x, the y. bat(y))",
        "exists x. man(x) & hold(x, the y. red(y))",
        "exists x. man(x) & hold(x, the y. bat(y) & red(y))",
        "exists x. ~man(x)",
        "exists x. ball(x) & ~red(x)",
        "forall x. man(x)",
        "((count x. man(x)) = 2)",
        "man(the x. bat(x))",
        "exists x. animate(x)",
        "(0 = 0)",
        "count x. man(x)",
        "describe Action(the x. man(x), the y. bat(y))",
        "man(x)",
    ],
)
def test_whatever_says_more_or_less_than_a_fact_is_no_literal(text):
    assert one_literal(parse(text), THINGS, VOCABULARY) is None


def test_subject_and_object_are_told_apart():
    assert stated_fact(normal_form(parse("exists x. exists y. hold(y, x) & man(x) & bat(y)")), THINGS) == Fact(
        "hold", ("bat", "man")
    )


def test_a_program_is_composed_of_its_maximal_literals():
    query = parse("((exists x. ball(x) & red(x)) -> hold(the x. man(x), the y. bat(y))) & (exists x. red(x))")
    tree = literal_tree(query, THINGS)
    assert isinstance(tree, Composed)
    assert tree.every
    assert Composed(False, (Literal(HOLD, True), Literal(RED, False))) in tree.parts or (
        Composed(False, (Literal(RED, False), Literal(HOLD, True))) in tree.parts
    )
    assert [to_logic(part) for part in tree.parts if not isinstance(part, Composed)] == ["exists v0. red(v0)"]
    assert set(literals(query, THINGS)) == {Literal(RED, False), Literal(HOLD, True)}


def test_a_defined_word_is_composed_of_what_defines_it():
    assert literal_tree(parse("exists x. animate(x) & red(x)"), THINGS, VOCABULARY) == Composed(
        False, (Literal(Fact("red", ("cat",)), True), Literal(Fact("red", ("face",)), True))
    )


@pytest.mark.parametrize(
    ("text", "word", "fact"),
    [
        ("describe Action(the x. man(x), the y. bat(y))", "hold", HOLD),
        ("describe Action(the x. person(x), the y. bat(y) & bat(y))", "hold", HOLD),
        ("describe Animal", "cat", Fact("cat")),
        ("describe Color(the x. ball(x))", "red", RED),
        ("describe Color(the x. ball(x) & big(x))", "red", None),
        ("describe Color(the x. big(x))", "red", None),
    ],
)
def test_a_word_states_a_fact_of_what_a_description_names(text, word, fact):
    assert described(parse(text), word, THINGS, VOCABULARY) == fact
