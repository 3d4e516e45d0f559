"""What each English form means."""

import pytest

from neurona.errors import QueryError
from neurona.programs import Vocabulary, parse, parse_english, to_english, to_logic

PAIRS = [
    ("Is there a bat?", "exists x. bat(x)"),
    ("Is there a red ball?", "exists x. red(x) & ball(x)"),
    ("Is there a person holding a bat?", "exists x. person(x) & hold(x, the y. bat(y))"),
    ("Is there a person next to a dog?", "exists x. person(x) & next_to(x, the y. dog(y))"),
    ("Is there a person sitting on a big chair?", "exists x. person(x) & sit(x, the y. big(y) & chair(y))"),
    (
        "Is there a person holding a bat next to a dog?",
        "exists x. person(x) & hold(x, the y. bat(y) & next_to(y, the z. dog(z)))",
    ),
    (
        "Is there a person holding a bat and next to a dog?",
        "exists x. person(x) & hold(x, the y. bat(y)) & next_to(x, the z. dog(z))",
    ),
    ("Is there a person that is sitting?", "exists x. person(x) & sit(x)"),
    ("Is there a cat that is not red?", "exists x. cat(x) & ~red(x)"),
    ("Is there a cat not in a box?", "exists x. cat(x) & ~_in(x, the y. box(y))"),
    ("Is there something that is a face or a cat?", "exists x. face(x) | cat(x)"),
    ("Is there something holding something that is red?", "exists x. hold(x, the y. red(y))"),
    ("Is there a dog in relation sees to a cat?", "exists x. dog(x) & sees(x, the y. cat(y))"),
    ("Is there no cat?", "~(exists x. cat(x))"),
    ("Is there nothing that is red?", "~(exists x. red(x))"),
    ("Is there a cat, and is there a dog?", "(exists x. cat(x)) & (exists x. dog(x))"),
    ("Is there a cat, or is every dog red, or is there a house?", None),
    ("Is every dog brown?", "forall x. dog(x) -> brown(x)"),
    (
        "Is every big dog a cat or next to a tree?",
        "forall x. (big(x) & dog(x)) -> (cat(x) | next_to(x, the y. tree(y)))",
    ),
    ("Is everything not red?", "forall x. ~red(x)"),
    ("How many dogs are there?", "count x. dog(x)"),
    ("How many red people are there?", "count x. red(x) & person(x)"),
    ("How many things that are red are there?", "count x. red(x)"),
    ("Are there more cats than dogs?", "((count x. cat(x)) > (count y. dog(y)))"),
    ("Are there as many boxes as bodies?", "((count x. box(x)) = (count y. body(y)))"),
    ("Are there at least as many cats as dogs?", "((count x. cat(x)) >= (count y. dog(y)))"),
    ("Are there exactly 2 children?", "((count x. child(x)) = 2)"),
    ("Are there fewer than 3 cats holding a bat?", "((count x. cat(x) & hold(x, the y. bat(y))) < 3)"),
    ("What is the colour of the ball?", "describe Colour(the x. ball(x))"),
    ("What is the position of the piano relative to the room?", "describe Position(the x. piano(x), the y. room(y))"),
    ("What does the person do to the red bat?", "describe Action(the x. person(x), the y. red(y) & bat(y))"),
    ("Which Category is there?", "describe Category"),
    ("Which Position holds of (x, the y such that y is a bat)?", "describe Position(x, the y. bat(y))"),
    ("Is there a y such that y is a cat?", "exists y. cat(y)"),
    ("For how many y is it true that y is a cat?", "count y. cat(y)"),
    ("Is it true that for every x, (x is a cat or x is not on y)?", "forall x. cat(x) | ~on(x, y)"),
    ("Is it true that if x is red then (there is a y such that y is in z)?", "red(x) -> (exists y. _in(y, z))"),
    ("Is it true that x is red if and only if it is not true that (x is a cat and x is big)?", None),
    ("Is it true that 2 is different from the number of x such that x is a cat?", "(2 != (count x. cat(x)))"),
    ("Is it true that between3 holds of (x, y, z)?", "between3(x, y, z)"),
    ('Is there an x such that x is a "there"?', "exists x. there(x)"),
]


@pytest.mark.parametrize(("english", "logic"), PAIRS)
def test_each_form_is_read_and_printed_as_it_stands(english, logic):
    query = parse(english)
    if logic is not None:
        assert to_logic(query) == logic
    assert to_english(query) in (english, _standard(english))


def _standard(english: str) -> str:
    """Forms that are read, and printed in a shorter way."""
    return {'Is there an x such that x is a "there"?': 'Is there a "there"?'}.get(english, english)


@pytest.mark.parametrize(
    ("also", "as_printed"),
    [
        (
            "Is there an x such that x is a face and x hold the y such that y is a bat?",
            "Is there a face holding a bat?",
        ),
        ("is there a person holding the bat", "Is there a person holding a bat?"),
        ("Is there an\n  bat ?", "Is there a bat?"),
        ('Is there a "bat"?', "Is there a bat?"),
    ],
)
def test_what_else_is_read(also, as_printed):
    assert to_english(parse(also)) == as_printed


def test_a_vocabulary_helps_with_words_in_no_table():
    words = Vocabulary(
        concepts=("buzz", "house", "hous"), relations=("sniff", "standing_near"), categories={"COLOR": ("buzz", "hous")}
    )
    assert to_logic(parse_english("How many buzzs are there?", words)) == "count x. buzz(x)"
    assert to_logic(parse_english("Is there a house sniffing a house?", words)) == (
        "exists x. house(x) & sniff(x, the y. house(y))"
    )
    assert to_logic(parse_english("Is there a house standing near a house?", words)) == (
        "exists x. house(x) & standing_near(x, the y. house(y))"
    )
    assert to_logic(parse_english("What is the color of the house?", words)) == "describe COLOR(the x. house(x))"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Is there a bat,", 16),
        ("Is there a?", 12),
        ("Is there a bat holding?", 24),
        ("Is there two bats?", 10),
        ("How many dogs are", 15),
        ("Is there a bat! ", 15),
        ("Are there more than 1234567 cats?", 21),
        ("Is every dog?", 14),
        ("Which is there?", 7),
        ("Is there a red exists?", 16),
        ("How many counts are there?", 10),
    ],
)
def test_what_is_no_question_is_pointed_at(text, column):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.column == column
