"""Faults of meaning are pointed at where they stand, on every surface."""

import pytest

from neurona.errors import QueryError
from neurona.programs import Vocabulary, check, parse, to_json
from neurona.programs.tree import Atom, Exists, Variable

WORDS = Vocabulary(
    concepts=("face", "cat", "red"),
    relations=("hold",),
    categories={"Colour": ("red", "cat"), "Action": ("hold", "hold")},
    definitions={"animate": "face(x) | cat(x)"},
)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("exists x. fase(x)", 11, "unknown concept 'fase'; did you mean 'face'"),
        ("(exists x. face(x)) & face(x)", 28, "variable 'x' is not bound"),
        ("exists x. face(x) & face(y)", 26, "variable 'y' is not bound; did you mean 'x'|variable 'y' is not bound"),
        ("exists x. cat(x) & face(x) & face(x, x)", 30, "'face' takes 1 term"),
        ("exists hold. hold(hold)", 14, "'hold' takes 2 term"),
        ("describe Color", 10, "unknown category 'Color'; did you mean 'Colour'"),
        ("describe Action(the x. face(x))", 10, "category 'Action' takes two terms, found 1"),
        ("describe Colour(the x. face(x), the y. cat(y))", 10, "category 'Colour' takes no term or one, found 2"),
        ("exists(Object, lambda x: face(x) and fase(x))", 38, "unknown concept"),
        ("Is there a face holding a fase?", 27, "the vocabulary has no 'fase'; did you mean 'face'"),
        ("Is there a face next to a cat?", 17, "the vocabulary has no relation 'next to'; it has 'holding'"),
        ("How many cets are there?", 10, "the vocabulary has no 'cets'; did you mean 'cat'"),
        ("Is every face\nholding a zebra?", 11, "the vocabulary has no 'zebra'"),
        ("Is there an x such that x is a face and y is red?", 41, "variable 'y' is not bound"),
    ],
)
def test_the_right_occurrence_is_pointed_at(text, column, message):
    with pytest.raises(QueryError, match=message) as caught:
        parse(text, WORDS)
    assert caught.value.column == column
    assert caught.value.line == text.count("\n") + 1
    assert str(caught.value).endswith("^")


def test_json_is_pointed_at_too():
    text = to_json(parse("exists x. face(x) & hold(x, the y. cat(z))"))
    with pytest.raises(QueryError, match="variable 'z' is not bound") as caught:
        parse(text, WORDS)
    assert text[caught.value.column - 1 :].startswith('"z"')


def test_of_repeated_keys_the_one_that_counts_is_pointed_at():
    term = '[{"op": "variable", "name": "x"}]'
    text = f'{{"op": "atom", "name": "face", "name": "fase", "terms": {term}}}'
    with pytest.raises(QueryError, match="fase") as caught:
        parse(text, WORDS)
    assert text[caught.value.column - 1 :].startswith('"fase"')


def test_a_tree_made_by_hand_is_shown_in_logic_syntax():
    query = Exists("x", Atom("fase", (Variable("x"),)))
    with pytest.raises(QueryError, match=r"exists x\. fase\(x\)") as caught:
        check(query, WORDS)
    assert caught.value.column == 11


def test_the_language_has_no_words_as_names():
    for text in ("exists x. not(x)", "exists and. face(and)", '{"op": "variable", "name": "x"}'):
        with pytest.raises(QueryError):
            parse(text)
