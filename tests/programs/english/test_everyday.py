"""English as people type it: more than 200 questions with their programs, and never another program than the one that was meant."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from everyday_words import WORDS
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import AmbiguousError, QueryError
from neurona.programs import Vocabulary, normal_form, parse, parse_logic, to_english
from neurona.programs.english.everyday import read_everyday, read_open
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Implies,
    Not,
    Number,
    The,
    Variable,
)

QUESTIONS = [
    line.split(" | ", 1) for line in Path(__file__).with_name("everyday_questions.txt").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(("question", "program"), QUESTIONS)
def test_a_question_is_the_program_that_was_meant(question, program):
    assert normal_form(parse(question, WORDS)) == normal_form(parse_logic(program))


@st.composite
def described(draw, variable="x", depth=0):
    """What is said of a thing: a noun, adjectives, what it is related to, or is not."""
    term, parts = Variable(variable), []
    parts += [Atom(word, (term,)) for word in draw(st.sets(st.sampled_from(["red", "big"]), max_size=1))]
    parts.append(Atom(draw(st.sampled_from(["dog", "man", "table", "animal"])), (term,)))
    for relation in draw(st.lists(st.sampled_from(["hold", "on", "next_to"]), max_size=2 - depth)):
        other = "xyzuvw"[draw(st.integers(depth + 1, depth + 2))]
        related = Atom(relation, (term, The(other, draw(described(other, depth + 1)))))
        parts.append(Not(related) if draw(st.booleans()) else related)
    return And(tuple(parts)) if len(parts) > 1 else parts[0]


@st.composite
def questions(draw):
    kind = draw(st.sampled_from([Exists, Count, "no", "every", "bound", "describe"]))
    body = draw(described())
    if kind == "no":
        return Not(Exists("x", body))
    if kind == "every":
        return Forall("x", Implies(body, Atom("red", (Variable("x"),))))
    if kind == "bound":
        return Compare(
            draw(st.sampled_from([">", "<", ">=", "<=", "="])), Count("x", body), Number(draw(st.integers(0, 4)))
        )
    return Describe("Color", (The("x", body),)) if kind == "describe" else kind("x", body)


@given(questions())
def test_what_is_printed_is_read_back_or_asked_back_and_never_read_otherwise(query):
    with suppress(AmbiguousError):
        assert normal_form(parse(to_english(query, WORDS), WORDS)) == normal_form(query)


@pytest.mark.parametrize(
    ("question", "readings"),
    [
        ("Are the dogs brown?", ("Is every dog brown?", "Is there a dog that is brown?")),
        ("Is there a dog next to a man and a cat?", ("next to a man and next to a cat", "and is there a cat?")),
        (
            "Is there a man or a woman holding a ball?",
            ("a man, or is there a woman holding", "a man holding a ball, or"),
        ),
        ("Is there a man holding a ball on a bench?", ("the y. ball(y) & on(y, ", "& on(x, ")),
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked_back_with_both(question, readings):
    with pytest.raises(AmbiguousError, match="in 2 ways") as refused:
        parse(question, WORDS)
    assert all(reading in str(refused.value) for reading in readings)


@pytest.mark.parametrize(
    "question",
    ["Isn't there a dog?", "Aren't the dogs brown?", "Are most dogs brown?", "Is there a dog if there is a cat?"],
)
def test_what_is_not_sure_is_refused(question):
    with pytest.raises(QueryError):
        parse(question, WORDS)


def test_questions_for_things_ask_of_each():
    found = read_open("Who is holding the bat?", WORDS)
    assert found is not None
    assert dict(zip(found.choices, found.queries, strict=True)) == {
        who: parse(f"exists x. {who}(x) & hold(x, the y. bat(y))", WORDS) for who in ("person", "man", "woman", "child")
    }
    held = read_open("please, what is the man holding?", WORDS)
    assert held is not None
    assert held.queries[held.choices.index("ball")] == parse("hold(the x. man(x), the y. ball(y))", WORDS)
    where = read_open("Where's the dog?", WORDS)
    assert where is not None
    assert where.queries[where.choices.index("under a table")] == parse("under(the x. dog(x), the y. table(y))", WORDS)
    assert read_open("Is there a dog?", WORDS) is None


@pytest.mark.parametrize(
    ("question", "of_each"),
    [
        ("Which animal is on the bench?", "exists x. {}(x) & on(x, the y. bench(y))"),
        ("What animals are there?", "exists x. {}(x)"),
        ("What kind of animal is it?", "exists x. {}(x)"),
        ("Which animal is the man riding?", "ride(the x. man(x), the y. {}(y))"),
    ],
)
def test_a_question_for_a_kind_asks_of_each_word_of_its_definition(question, of_each):
    found = read_open(question, WORDS)
    assert found is not None
    assert found.choices == ("dog", "cat", "horse")
    assert [normal_form(query) for query in found.queries] == [
        normal_form(parse(of_each.format(word), WORDS)) for word in found.choices
    ]


@pytest.mark.parametrize(
    ("question", "choices", "first"),
    [
        ("Which of the people is sitting?", ("man", "woman", "child"), "exists x. man(x) & (exists y. sit(x, y))"),
        ("Which people are wearing hats?", ("man", "woman", "child"), "exists x. man(x) & wear(x, the y. hat(y))"),
        ("What things are on the table?", None, "exists x. person(x) & on(x, the y. table(y))"),
        ("Who or what is on the bench?", None, "exists x. person(x) & on(x, the y. bench(y))"),
        ("What are the dogs holding?", None, "hold(the x. dog(x), the y. person(y))"),
    ],
)
def test_things_are_asked_for_in_several_ways(question, choices, first):
    found = read_open(question, WORDS)
    assert found is not None
    assert choices is None or found.choices == choices
    assert normal_form(found.queries[0]) == normal_form(parse(first, WORDS))


def test_where_no_word_is_for_people_anyone_is_one_of_those_there_are():
    words = Vocabulary(("man", "woman", "dog", "bat"), ("hold",))
    found = parse("Is anyone holding a bat?", words)
    assert normal_form(found) == normal_form(parse("exists x. (man(x) | woman(x)) & hold(x, the y. bat(y))", words))
    which = read_open("Which people are holding a bat?", words)
    assert which is not None
    assert which.choices == ("man", "woman")
    with pytest.raises(QueryError):
        parse("Is anyone holding a bat?", Vocabulary(("dog", "bat"), ("hold",)))


def test_a_long_question_is_read_in_no_time():
    text = "Is there " + ", ".join(["a big brown dog that is next to a man"] * 6) + " and a cat?"
    with pytest.raises(AmbiguousError):
        read_everyday(text, WORDS)
